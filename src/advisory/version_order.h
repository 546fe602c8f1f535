// Shared by the version_*.cc files only: runs of characters and the order of digit runs.
#pragma once

#include <compare>
#include <cstddef>
#include <string_view>

#include "advisory/version.h"
#include "base/text.h"

namespace drydock::advisory {

Result<std::strong_ordering> compare_debian(std::string_view a, std::string_view b);
Result<std::strong_ordering> compare_pep440(std::string_view a, std::string_view b);
Result<std::strong_ordering> compare_semver(std::string_view a, std::string_view b);
Result<std::strong_ordering> compare_apk(std::string_view a, std::string_view b);
Result<std::strong_ordering> compare_go(std::string_view a, std::string_view b);
Result<void> check_debian(std::string_view version);
Result<void> check_pep440(std::string_view version);
Result<void> check_semver(std::string_view version);
Result<void> check_apk(std::string_view version);
Result<void> check_go(std::string_view version);

// The longest prefix whose characters satisfy `wanted`, removed from `rest`.
template <class Predicate>
std::string_view take_while(std::string_view& rest, Predicate wanted) {
  size_t size = 0;
  while (size < rest.size() && wanted(rest[size])) ++size;
  std::string_view run = rest.substr(0, size);
  rest.remove_prefix(size);
  return run;
}

inline std::string_view take_digits(std::string_view& rest) { return take_while(rest, is_digit); }

inline std::string_view without_leading_zeros(std::string_view digits) {
  while (!digits.empty() && digits.front() == '0') digits.remove_prefix(1);
  return digits;
}

// Digit runs as numbers of any size: without leading zeros the longer is the larger. An empty run is 0.
inline std::strong_ordering compare_numbers(std::string_view a, std::string_view b) {
  a = without_leading_zeros(a);
  b = without_leading_zeros(b);
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

std::unexpected<Error> not_a_version(std::string_view version, std::string_view scheme, std::string_view why);

}  // namespace drydock::advisory
