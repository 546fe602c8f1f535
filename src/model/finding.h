// What checks, matchers and detectors say: findings, what was examined, and what could not be.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "model/edit.h"
#include "model/location.h"
#include "model/severity.h"
#include "model/subject.h"

namespace drydock {

// The order of the alternatives of Finding::Detail. Do not reorder: part of fingerprints.
enum class FindingKind : uint8_t { misconfiguration, vulnerability, secret, licence };
std::string_view name_of(FindingKind kind);

struct MisconfigurationDetail {
  std::span<const Edit> edits;     // the offered fix, all of them together; empty: advice only
  bool changes_behaviour = false;  // the fix is offered only with --behaviour-changing
};

struct VulnerabilityDetail {
  std::string_view id;                        // preferred: CVE, else GHSA, else the advisory's own
  std::span<const std::string_view> aliases;  // every other id of the same vulnerability
  std::string_view advisory;                  // the record that decided
  uint32_t package = 0;                       // index into ScanRecord::packages
  std::string_view fixed_version;             // empty: no fix known
  std::string_view upgrade;                   // version of the package that ends every fixable finding on it
  double score = 0;                           // CVSS base score, 0 if none
  std::string_view vector;
  std::string_view reference;
};

struct SecretDetail {
  std::string_view rule;       // "github-pat"
  std::string_view masked;     // never more than a quarter of the secret
  std::string_view hash;       // keyed, hex: the same secret has the same hash in every place
  bool deleted_above = false;  // an upper layer deletes the file; the secret is still in the image
};

struct LicenceDetail {
  std::string_view expression;
  uint32_t package = 0;  // index into ScanRecord::packages
};

// An inline ignore on or above the line. The runner records it; policy decides what it is worth.
struct InlineIgnore {
  std::string_view tool;    // "drydock", "hadolint", "trivy", "checkov", "nosec", "gitleaks", ...
  std::string_view id;      // as written: "DL3002"
  std::string_view reason;  // text behind it, may be empty
  uint32_t line = 0;
};

struct Finding {
  using Detail = std::variant<MisconfigurationDetail, VulnerabilityDetail, SecretDetail, LicenceDetail>;

  std::string_view check;  // catalog id: "DF001", "VU002", "SD001"
  Subject subject;
  std::string_view item;   // which of several things the check reports: "HSTS", "SYS_ADMIN", "CVE-2024-1 openssl"
  std::string_view place;  // the format's own path ("services.web.ports[0]"), never a line
  Severity severity = Severity::unknown;
  std::string_view message;                    // one sentence
  std::string_view snippet;                    // the line, secrets masked, clipped
  std::span<const Location> locations;         // the first is where it is shown
  std::span<const std::string_view> services;  // services of the stack that it concerns; empty: the whole target
  std::span<const InlineIgnore> ignores;
  std::string_view fingerprint;  // see fingerprint_of; "#2" and so on behind equal ones
  Detail detail;

  FindingKind kind() const { return static_cast<FindingKind>(detail.index()); }
  const Location* location() const { return locations.empty() ? nullptr : &locations[0]; }
};

// 32 hex digits: SHA-256 over kind, check, subject kind and id, place and item; for a secret only rule and keyed hash,
// so that it survives moves and squashes. No line, commit, version or message takes part.
std::string fingerprint_of(const Finding& finding);

// A product: each of `checks` looked at each of `subjects`. One row per kind of input, not one per pair.
struct Examined {
  std::span<const std::string_view> checks;
  std::span<const Subject> subjects;
};

// Partial knowledge: could not be read, parsed, matched or decided. A control that rests on it is unknown, never pass.
struct Unknown {
  std::string_view check;  // empty: every check that reads the subject
  Subject subject;
  Location at;
  std::string_view reason;  // a sentence that says what to do
};

struct NotApplicable {
  std::string_view check;
  Subject subject;
  std::string_view reason;
};

}  // namespace drydock
