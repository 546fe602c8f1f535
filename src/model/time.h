// A point in time in seconds since 1970-01-01T00:00:00Z. Not <chrono>: checks include this header (see STYLE.md on
// costs).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace drydock {

struct Time {
  int64_t seconds = 0;  // 0: unknown
  bool known() const { return seconds != 0; }
  auto operator<=>(const Time&) const = default;
};

constexpr int64_t kDay = 86'400;

std::string format_time(Time time);  // RFC 3339 in UTC: "2026-11-22T08:30:00Z"; "" if unknown
std::string format_date(Time time);  // "2026-11-22"
// RFC 3339 with any offset and fraction, or a date alone (midnight UTC).
Result<Time> parse_time(std::string_view text);

}  // namespace drydock
