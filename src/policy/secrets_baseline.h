// .secrets.baseline of detect-secrets (JSON): results{file: [{type, hashed_secret, is_secret?, line_number?, ...}]}.
//
// hashed_secret is the SHA-1 of the secret alone, so an entry is honoured exactly: a secret of ours in that file whose
// bytes hash to it, whatever the line. `is_secret: false` (audited: a false alarm) is an ignore; anything else is
// known, as in a baseline: it does not change the exit code, but its control stays failed. detect-secrets hashes only
// the header of a private key ("BEGIN RSA PRIVATE KEY"); that is honoured too.
//
// Not read, with a note: regular expressions that exclude files, lines or secrets. Budgets: formats/json.h,
// kPeerEntries.
#pragma once

#include <functional>

#include "policy/peer_rules.h"

namespace drydock::policy {

// The ignores have `secret_sha1` and no ids yet.
PeerRules parse_secrets_baseline(std::string_view bytes, const PeerPlace& place);

// Gives each such ignore the fingerprints of the secrets that hash to it. `read` gives the bytes of a file of the
// record; it is asked once for each file that the ignores name and that holds a secret.
using ReadFile = std::function<Result<std::string>(std::string_view path)>;
void resolve_secret_hashes(std::vector<Ignore>& ignores, const ScanRecord& record, const ReadFile& read);

}  // namespace drydock::policy
