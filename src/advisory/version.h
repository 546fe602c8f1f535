// The order of versions, one per scheme: what every affected range and every "upgrade to" rests on.
// A version that does not follow its scheme is an error, and the caller reports an Unknown: a guessed order either
// hides a vulnerability or invents one. Digit runs may be of any length. Comparing takes one pass and allocates nothing
// unless it fails. Pure functions, safe from any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace drydock::advisory {

enum class VersionScheme : uint8_t {
  debian,  // deb-version(7), as dpkg compares: [epoch:]upstream[-revision], a tilde sorts before the end
  pep440,  // PEP 440 with its normalisation: 1.0 = 1.0.0 = v1.0, 1.0-rc1 = 1.0rc1, 1!0 > 9, 1.0+local > 1.0
  semver,  // SemVer 2.0.0 as node-semver reads it: leading "v" or "=" allowed, build metadata ignored
  apk,     // as apk-tools compares: 1.2_rc1 < 1.2 < 1.2-r0 < 1.2_p1 < 1.2a < 1.2.0
  go,      // SemVer of modules, v1.2.3+incompatible, and the toolchain's form of it: go1.21rc2 = 1.21.0-rc.2
};

Result<std::strong_ordering> compare_versions(VersionScheme scheme, std::string_view a, std::string_view b);

// Nothing, or why the scheme refuses the text.
Result<void> check_version(VersionScheme scheme, std::string_view version);

// The scheme by an OSV ecosystem ("Debian", "Debian:12", "Alpine:v3.19", "PyPI", "npm", "Go", "crates.io"; a release
// suffix is ignored) or by a purl type ("deb", "apk", "pypi", "npm", "golang", "cargo"). Nothing for what we cannot
// order.
std::optional<VersionScheme> scheme_of(std::string_view ecosystem_or_purl_type);

// The names that scheme_of() knows, for messages and help: "Debian, PyPI, npm, ...".
std::string known_schemes();

// One line that compare_lines() could not confirm.
struct WrongLine {
  size_t line = 0;        // from 1
  std::string text;       // as given
  std::string complaint;  // "is A > B here", or why it cannot be compared
};

// Reads lines `A < B`, `A = B` or `A > B` (blank lines and lines that start with # are skipped) and returns those that
// the scheme's order disagrees with, in order. A line of another shape is an error that names it.
Result<std::vector<WrongLine>> compare_lines(VersionScheme scheme, std::string_view text);

}  // namespace drydock::advisory
