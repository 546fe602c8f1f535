// The peers' files that a project may have, found and read. A project that comes from another scanner keeps what it has
// already accepted there; each decision names the file and line that it rests on.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "policy/peer_rules.h"

namespace drydock::policy {

struct PeerFolder {
  std::string path;   // of the folder
  std::string below;  // from the repository root, for messages and for the paths that its files name; "" is the root
};

// Reads what there is in these folders into `policy`: .trivyignore, .trivyignore.yaml, .hadolint.yaml,
// .gitleaksignore, .secrets.baseline. drydock.yaml goes first: its allow-lists are kept. `whole_paths`: the findings'
// paths start elsewhere (an image), so patterns are taken as they stand. A symbolic link is not followed: the target
// must not choose which of the user's files is read. What cannot be read is a note.
void read_peer_files(std::span<const PeerFolder> folders, bool whole_paths, Policy& policy);

}  // namespace drydock::policy
