// .gitleaksignore (github.com/gitleaks/gitleaks, "gitleaksignore"): one fingerprint a line, `path:rule:line` (folder
// scans) or `commit:path:rule:line` (history scans); lines that start with `#` and empty lines are comments.
//
// Both shapes mean the secret that stands on that line of that file now, found by the same rule: ours by the same name,
// or the one that peer_rules.cc lists beside it. Where a secret stands there but by another rule, policy says so
// instead of guessing. gitleaks compares paths as written, from the folder it runs in: here the file's folder.
#pragma once

#include "policy/peer_rules.h"

namespace drydock::policy {

PeerRules parse_gitleaksignore(std::string_view bytes, const PeerPlace& place);

}  // namespace drydock::policy
