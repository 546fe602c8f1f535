// Alpine's package versions (apk-package(5), abuild's APKBUILD(5)), ordered as apk-tools 2.14 and 3 do:
//   version ::= number {"." number} [letter] {"_" suffix [number]} ["~" hash] ["-r" number]
//   suffix  ::= alpha | beta | pre | rc     below the version without it, in this order
//             | cvs | svn | git | hg | p    above it, in this order
// The first number and those of suffixes and releases compare by value. One behind a dot compares as text if either
// begins with "0" (1.01 < 1.1, 1.010 < 1.02), Gentoo's rule without its stripping of trailing zeros. Where one version
// ends or goes on with a later kind of part, it is the lower: 1.0 < 1.0-r0 < 1.0_p1 < 1.0a < 1.0.0; only a pre-release
// suffix is below the end. Rejects everything else, as apk does: upper case, letters before digits, unknown suffixes.
#include <array>
#include <cstdint>

#include "advisory/version_order.h"

namespace drydock::advisory {
namespace {

// In the order in which parts may follow one another, which is also their rank against each other.
enum class Part : uint8_t { first_number, number, letter, suffix, suffix_number, hash, release, end };

constexpr std::array<std::string_view, 9> kSuffixes = {"alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p"};
constexpr size_t kFirstAbove = 4;  // cvs

// One part at a time, so that comparing allocates nothing.
class Parts {
 public:
  explicit Parts(std::string_view text) : text_(text), rest_(text) {}

  Part part() const { return part_; }
  std::string_view value() const { return value_; }
  size_t suffix() const { return suffix_; }
  bool is_prerelease() const { return part_ == Part::suffix && suffix_ < kFirstAbove; }

  // A version has at least its first number, so nothing is read before this.
  Result<void> first() { return number(Part::first_number); }

  Result<void> next() {
    if (rest_.empty()) {
      part_ = Part::end;
      return {};
    }
    char c = rest_.front();
    if (c == '.' && part_ <= Part::number) {
      rest_.remove_prefix(1);
      return number(Part::number);
    }
    if (c >= 'a' && c <= 'z' && part_ <= Part::number) {
      value_ = rest_.substr(0, 1);
      rest_.remove_prefix(1);
      part_ = Part::letter;
      return {};
    }
    if (is_digit(c) && part_ == Part::suffix) return number(Part::suffix_number);
    if (c == '_' && part_ <= Part::suffix_number) return suffix_name();
    if (c == '~' && part_ < Part::hash) {
      rest_.remove_prefix(1);
      value_ = take_while(rest_, [](char each) { return is_digit(each) || (each >= 'a' && each <= 'f'); });
      part_ = Part::hash;
      if (value_.empty()) return refuse("the commit behind ~ is not a lower-case hexadecimal number");
      return {};
    }
    if (rest_.starts_with("-r") && part_ < Part::release) {
      rest_.remove_prefix(2);
      return number(Part::release);
    }
    return refuse("it is not of the form 1.2.3a_rc1~0af3-r0");
  }

 private:
  std::unexpected<Error> refuse(std::string_view why) const { return not_a_version(text_, "valid apk", why); }

  Result<void> number(Part part) {
    value_ = take_digits(rest_);
    part_ = part;
    if (value_.empty()) return refuse("a number is missing");
    return {};
  }

  Result<void> suffix_name() {
    rest_.remove_prefix(1);
    value_ = take_while(rest_, [](char c) { return c >= 'a' && c <= 'z'; });
    part_ = Part::suffix;
    for (suffix_ = 0; suffix_ < kSuffixes.size(); ++suffix_)
      if (kSuffixes[suffix_] == value_) return {};
    return refuse("a suffix is none of _alpha _beta _pre _rc _cvs _svn _git _hg _p");
  }

  std::string_view text_, rest_, value_;
  Part part_ = Part::first_number;
  size_t suffix_ = 0;
};

std::strong_ordering compare_same_part(const Parts& a, const Parts& b) {
  switch (a.part()) {
    case Part::number:
      if (a.value().front() == '0' || b.value().front() == '0') return a.value().compare(b.value()) <=> 0;
      return compare_numbers(a.value(), b.value());
    case Part::first_number:
    case Part::suffix_number:
    case Part::release: return compare_numbers(a.value(), b.value());
    case Part::suffix: return a.suffix() <=> b.suffix();
    case Part::letter:
    case Part::hash: return a.value().compare(b.value()) <=> 0;
    case Part::end: break;
  }
  return std::strong_ordering::equal;
}

// What is behind the part that decided must be a version's rest, too.
Result<void> check_rest(Parts& parts) {
  while (parts.part() != Part::end) TRY_VOID(parts.next());
  return {};
}

}  // namespace

Result<std::strong_ordering> compare_apk(std::string_view a, std::string_view b) {
  Parts x(a), y(b);
  TRY_VOID(x.first());
  TRY_VOID(y.first());
  std::strong_ordering order = compare_same_part(x, y);
  while (order == 0 && x.part() != Part::end && y.part() != Part::end) {
    TRY_VOID(x.next());
    TRY_VOID(y.next());
    if (x.part() == y.part()) {
      order = compare_same_part(x, y);
    } else if (x.is_prerelease() || y.is_prerelease()) {
      order = x.is_prerelease() ? std::strong_ordering::less : std::strong_ordering::greater;
    } else {
      order = y.part() <=> x.part();
    }
  }
  TRY_VOID(check_rest(x));
  TRY_VOID(check_rest(y));
  return order;
}

Result<void> check_apk(std::string_view version) {
  Parts parts(version);
  TRY_VOID(parts.first());
  return check_rest(parts);
}

}  // namespace drydock::advisory
