// Trivy's ignore files (trivy.dev, "Filtering").
//
// .trivyignore: one id a line; behind it optionally `exp:2027-01-01` (the first day on which it no longer holds, UTC)
// and a `#` comment. The reason is the comment on the line, else the comment lines right above, else "listed in ...".
//
// .trivyignore.yaml: vulnerabilities, misconfigurations, secrets and licenses, each a list of
//   id: CVE-2022-40897        required
//   paths: [a/**, b.json]     globs from the file's folder; `**` across folders
//   purls: ["pkg:npm/ws"]     a version or qualifier counts only where one is written
//   expired_at: 2027-01-01
//   statement: why
//
// An entry with an unknown key, or with a date that is none, is not used: a misspelt expiry must not become an ignore
// for ever. Budgets: those of formats/yaml.h and kPeerEntries. Linear.
#pragma once

#include "policy/peer_rules.h"

namespace drydock::policy {

PeerRules parse_trivyignore(std::string_view bytes, const PeerPlace& place);
PeerRules parse_trivyignore_yaml(std::string_view bytes, const PeerPlace& place);

// Trivy's own forms of one check id: "AVD-DS-0002", "DS002" and "DS-0002" all give "DS-0002"; other ids stay.
std::string modern_trivy_id(std::string_view id);

}  // namespace drydock::policy
