// SemVer 2.0.0 (semver.org, sections 9 to 11) with what node-semver adds: blanks around, and a leading "v" or "=".
// Numbers beyond 2^53, which node refuses, are compared exactly. Rejects partial versions (1.2), leading zeros and
// empty identifiers, as node's strict mode does: package managers publish nothing else.
#include "advisory/version_order.h"

namespace drydock::advisory {
namespace {

constexpr std::string_view kScheme = "semver";

struct SemVer {
  std::string_view major, minor, patch;
  std::string_view prerelease;  // "rc.1", checked; empty where there is none
};

bool is_identifier_character(char c) { return is_letter(c) || is_digit(c) || c == '-'; }

bool all_digits(std::string_view text) {
  for (char c : text)
    if (!is_digit(c)) return false;
  return !text.empty();
}

bool has_leading_zero(std::string_view digits) { return digits.size() > 1 && digits.front() == '0'; }

// The next dot-separated identifier, removed from `rest` together with its dot.
std::string_view take_identifier(std::string_view& rest) {
  std::string_view identifier = take_while(rest, [](char c) { return c != '.'; });
  if (!rest.empty()) rest.remove_prefix(1);
  return identifier;
}

bool identifiers_are_valid(std::string_view text, bool numbers_without_leading_zero) {
  if (text.empty() || text.back() == '.') return false;
  while (!text.empty()) {
    std::string_view identifier = take_identifier(text);
    if (identifier.empty()) return false;
    for (char c : identifier)
      if (!is_identifier_character(c)) return false;
    if (numbers_without_leading_zero && all_digits(identifier) && has_leading_zero(identifier)) return false;
  }
  return true;
}

Result<SemVer> parse(std::string_view text) {
  std::string_view rest = trim(text);
  take_while(rest, [](char c) { return c == '=' || c == 'v' || is_space(c); });
  Cut build = cut(rest, "+");
  if (build.found && !identifiers_are_valid(build.after, false))
    return not_a_version(text, kScheme, "the build metadata after + is malformed");
  Cut prerelease = cut(build.before, "-");
  if (prerelease.found && !identifiers_are_valid(prerelease.after, true))
    return not_a_version(text, kScheme, "the prerelease after - is malformed");

  SemVer version;
  version.prerelease = prerelease.after;
  rest = prerelease.before;
  std::string_view* parts[] = {&version.major, &version.minor, &version.patch};
  for (std::string_view* part : parts) {
    if (part != parts[0]) {
      if (rest.empty() || rest.front() != '.') return not_a_version(text, kScheme, "it needs major.minor.patch");
      rest.remove_prefix(1);
    }
    *part = take_digits(rest);
    if (part->empty()) return not_a_version(text, kScheme, "it needs major.minor.patch");
    if (has_leading_zero(*part)) return not_a_version(text, kScheme, "a number has a leading zero");
  }
  if (!rest.empty()) return not_a_version(text, kScheme, "it goes on after major.minor.patch");
  return version;
}

// Section 11: numbers before words, numbers by value, words by ASCII, and of equal beginnings the longer is higher.
std::strong_ordering compare_prerelease(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return a.empty() <=> b.empty();  // a release is above its prereleases
  while (!a.empty() && !b.empty()) {
    std::string_view x = take_identifier(a);
    std::string_view y = take_identifier(b);
    bool x_is_number = all_digits(x);
    bool y_is_number = all_digits(y);
    if (x_is_number != y_is_number) return y_is_number <=> x_is_number;
    std::strong_ordering order = x_is_number ? compare_numbers(x, y) : x.compare(y) <=> 0;
    if (order != 0) return order;
  }
  return b.empty() <=> a.empty();
}

}  // namespace

Result<std::strong_ordering> compare_semver(std::string_view a, std::string_view b) {
  TRY(SemVer x, parse(a));
  TRY(SemVer y, parse(b));
  if (std::strong_ordering order = compare_numbers(x.major, y.major); order != 0) return order;
  if (std::strong_ordering order = compare_numbers(x.minor, y.minor); order != 0) return order;
  if (std::strong_ordering order = compare_numbers(x.patch, y.patch); order != 0) return order;
  return compare_prerelease(x.prerelease, y.prerelease);
}

Result<void> check_semver(std::string_view version) {
  TRY_VOID(parse(version));
  return {};
}

}  // namespace drydock::advisory
