// Versions of Go modules (go.dev/ref/mod, "Versions") and of the standard library. Modules have SemVer 2.0.0 with a
// leading "v", which OSV leaves out; a pseudo-version (v1.2.4-0.20240102030405-0123456789ab) is a prerelease and orders
// by its time. Everything behind "+" is ignored: +incompatible, and the +dirty that go 1.24 adds, also behind one
// another, which SemVer's grammar has not.
// The standard library has the toolchain's version (go.dev/doc/toolchain): go1.21.5, go1.21rc2, and go1.20 for what is
// 1.20.0 since. OSV writes 1.21.0-rc.2. Both forms are read and compare as one:
//   toolchain ::= ["go"] number "." number ["." number] [("beta" | "rc") number]
#include <optional>
#include <string>

#include "advisory/version_order.h"

namespace drydock::advisory {
namespace {

struct Toolchain {
  std::string_view major, minor, patch;
  std::string_view phase;  // "beta", "rc" or empty
  std::string_view phase_number;
};

bool is_number(std::string_view digits) { return digits == "0" || (!digits.empty() && digits.front() != '0'); }

// Nothing if `text` is not in the toolchain's form, or is 1.21.5, which SemVer reads just so.
std::optional<Toolchain> toolchain_of(std::string_view text) {
  bool marked = text.starts_with("go");
  if (marked) text.remove_prefix(2);
  Toolchain version;
  version.major = take_digits(text);
  if (!is_number(version.major) || !text.starts_with('.')) return std::nullopt;
  text.remove_prefix(1);
  version.minor = take_digits(text);
  if (!is_number(version.minor)) return std::nullopt;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    version.patch = take_digits(text);
    if (!is_number(version.patch)) return std::nullopt;
    if (text.empty() && !marked) return std::nullopt;
  }
  for (std::string_view phase : {"beta", "rc"}) {
    if (!text.starts_with(phase)) continue;
    version.phase = phase;
    version.phase_number = text.substr(phase.size());
    text.remove_prefix(phase.size());
    if (!is_number(take_digits(text))) return std::nullopt;
    break;
  }
  if (!text.empty()) return std::nullopt;
  return version;
}

// The same as SemVer. Only the toolchain's short form needs it, and it fits into the string itself.
std::string semver_of(const Toolchain& version) {
  std::string text(version.major);
  text.append(".").append(version.minor).append(".").append(version.patch.empty() ? "0" : version.patch);
  if (!version.phase.empty()) text.append("-").append(version.phase).append(".").append(version.phase_number);
  return text;
}

struct SemverText {
  std::string own;  // where the text had to be rewritten
  std::string_view text;
  std::string_view get() const { return own.empty() ? text : own; }
};

SemverText read(std::string_view text) {
  text = cut(text, "+").before;
  if (std::optional<Toolchain> version = toolchain_of(text)) return {semver_of(*version), {}};
  return {{}, text};
}

}  // namespace

Result<std::strong_ordering> compare_go(std::string_view a, std::string_view b) {
  SemverText x = read(a);
  SemverText y = read(b);
  return compare_semver(x.get(), y.get());
}

Result<void> check_go(std::string_view version) {
  SemverText text = read(version);
  return check_semver(text.get());
}

}  // namespace drydock::advisory
