#include "model/time.h"

#include <array>
#include <cstdio>
#include <ctime>

#include "base/text.h"

namespace drydock {
namespace {

// Days since 1970-01-01 of a proleptic Gregorian date (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").
int64_t days_from_civil(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2;
  int64_t era = (year >= 0 ? year : year - 399) / 400;
  int64_t year_of_era = year - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

// `count` digits at the front of `rest`, removed; -1 if they are not all digits.
int take_digits(std::string_view& rest, size_t count) {
  if (rest.size() < count) return -1;
  int value = 0;
  for (size_t i = 0; i < count; ++i) {
    if (!is_digit(rest[i])) return -1;
    value = value * 10 + (rest[i] - '0');
  }
  rest.remove_prefix(count);
  return value;
}

bool take(std::string_view& rest, char c) {
  if (!rest.starts_with(c)) return false;
  rest.remove_prefix(1);
  return true;
}

bool valid_date(int year, int month, int day) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < 0 || month < 1 || month > 12 || day < 1) return false;
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= kDays[static_cast<size_t>(month) - 1] + (month == 2 && leap ? 1 : 0);
}

// By hand: strftime's %Y does not pad years before 1000, and parse_time wants four digits.
std::string format(Time time, bool date_only) {
  if (!time.known()) return {};
  std::time_t seconds = time.seconds;
  std::tm parts{};
  if (gmtime_r(&seconds, &parts) == nullptr) return {};
  std::array<char, 80> text{};
  int length = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02dZ", parts.tm_year + 1900,
                             parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
  std::string_view whole(text.data(), static_cast<size_t>(length));
  return std::string(date_only ? cut(whole, "T").before : whole);
}

}  // namespace

std::string format_time(Time time) { return format(time, false); }
std::string format_date(Time time) { return format(time, true); }

Result<Time> parse_time(std::string_view text) {
  std::string_view rest = text;
  auto bad = [&] {
    return fail(Errc::malformed,
                "'" + printable(text.substr(0, 40)) + "' is no date; write 2026-11-22 or 2026-11-22T08:30:00Z");
  };
  int year = take_digits(rest, 4);
  bool dashes = take(rest, '-');
  int month = take_digits(rest, 2);
  dashes = take(rest, '-') && dashes;
  int day = take_digits(rest, 2);
  if (!dashes || !valid_date(year, month, day)) return bad();
  int64_t seconds = days_from_civil(year, month, day) * kDay;
  if (rest.empty()) return Time{seconds};
  if (!take(rest, 'T') && !take(rest, 't') && !take(rest, ' ')) return bad();
  int hour = take_digits(rest, 2);
  bool colons = take(rest, ':');
  int minute = take_digits(rest, 2);
  colons = take(rest, ':') && colons;
  int second = take_digits(rest, 2);
  if (!colons || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return bad();
  if (take(rest, '.')) {
    if (take_digits(rest, 1) < 0) return bad();
    while (!rest.empty() && is_digit(rest[0])) rest.remove_prefix(1);
  }
  seconds += hour * 3600 + minute * 60 + second;
  if (take(rest, 'Z') || take(rest, 'z')) return rest.empty() ? Result<Time>(Time{seconds}) : bad();
  int sign = take(rest, '+') ? 1 : take(rest, '-') ? -1 : 0;
  int offset_hours = take_digits(rest, 2);
  bool colon = take(rest, ':');
  int offset_minutes = take_digits(rest, 2);
  if (sign == 0 || !colon || offset_hours < 0 || offset_hours > 23 || offset_minutes < 0 || offset_minutes > 59 ||
      !rest.empty())
    return bad();
  return Time{seconds - sign * (offset_hours * 3600 + offset_minutes * 60)};
}

}  // namespace drydock
