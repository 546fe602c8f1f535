// Policy: what a finding is worth here. It writes decisions[i] on findings[i] and never removes one.
//
// drydock.yaml (docs/settings.md), all optional:
//   policy:
//     fail-on: high          exit code 1 from this severity on; "never"
//     ignore-unfixed: false  vulnerabilities without a fix do not count
//   ignore:                  each with its reason; an expired one fires again and says so
//     - id: DF001            check id, name or peer's id; CVE, GHSA; secret rule; fingerprint; "*"
//       paths: [docs/**]     base/glob.h; default: everywhere
//       services: [web]
//       reason: why
//       owner: who
//       expires: 2027-03-31  the first day on which it no longer holds (UTC)
//   settings:
//     allowed-registries: [registry.example]
//     allowed-ports: [443/tcp]
//     expected-uid: 1001
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/scan_record.h"
#include "model/settings.h"

namespace drydock::policy {

struct Ignore {
  std::vector<std::string> ids, paths, services;
  std::string reason, owner;
  Time expires;
  uint32_t line = 0;

  // What only peers' files say (peer_files.h).
  std::string file;                    // where it stands; empty: Policy::file
  std::optional<FindingKind> kind;     // .trivyignore.yaml scopes by kind
  std::vector<std::string> purls;      // the vulnerable or licensed package is one of these
  uint32_t at_line = 0;                // .gitleaksignore: only what stands on this line
  std::string secret_sha1;             // .secrets.baseline: becomes ids when the secrets are known
  Outcome outcome = Outcome::ignored;  // `known` for a secret that nobody has called a false alarm
};

struct Policy {
  std::string file;  // where it was read from, for messages; empty: defaults
  Severity fail_on = Severity::high;
  bool never_fail = false;
  bool ignore_unfixed = false;
  bool inline_ignores = true;
  std::vector<Ignore> ignores;
  std::vector<std::string> allowed_registries, allowed_ports;
  uint32_t expected_uid = 1001;
  std::vector<std::string> void_inline_tools;  // peers whose own settings switch their comments off
  std::vector<std::string> notes;              // what could not be taken from peers' files
};

// Errors start with "file:line: ". An unknown or repeated key is an error: a misspelt `expires` must not become an
// ignore for ever.
Result<Policy> parse_policy(std::string_view bytes, std::string_view file);

// The settings as checks read them; views into `policy` and `pool`.
Settings settings_of(const Policy& policy, StringPool& pool);

struct Summary {
  size_t counting = 0;              // findings at or over the threshold
  std::vector<std::string> notes;   // expired ignores: for the report's end
  std::vector<std::string> unused;  // ignores that match nothing; only worth saying when everything was examined
};

// `same_check(wanted, check)`: whether `wanted` (id, name, peer's id) names the check; given by scan/, which sees
// checks.
using SameCheck = bool (*)(std::string_view wanted, std::string_view check);
Summary decide(const Policy& policy, Time now, SameCheck same_check, ScanRecord& record);

}  // namespace drydock::policy
