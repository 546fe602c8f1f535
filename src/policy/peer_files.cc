#include "policy/peer_files.h"

#include <sys/stat.h>

#include "base/file.h"
#include "policy/gitleaksignore.h"
#include "policy/hadolint_yaml.h"
#include "policy/secrets_baseline.h"
#include "policy/trivyignore.h"

namespace drydock::policy {
namespace {

struct PeerFile {
  std::string_view name;
  PeerRules (*parse)(std::string_view bytes, const PeerPlace& place);  // null: known, but not read
  uint64_t limit;
};

constexpr PeerFile kPeerFiles[] = {
    {".trivyignore", parse_trivyignore, 8 << 20},
    {".trivyignore.yaml", parse_trivyignore_yaml, 8 << 20},
    {".trivyignore.yml", parse_trivyignore_yaml, 8 << 20},
    {".hadolint.yaml", parse_hadolint_yaml, 1 << 20},
    {".hadolint.yml", parse_hadolint_yaml, 1 << 20},
    {".gitleaksignore", parse_gitleaksignore, 8 << 20},
    {".secrets.baseline", parse_secrets_baseline, 64 << 20},
    {".gitleaks.toml", nullptr, 0},
    {"gitleaks.toml", nullptr, 0},
};

template <class List>
void append(List& to, List& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

void read_peer_files(std::span<const PeerFolder> folders, bool whole_paths, Policy& policy) {
  std::vector<std::string> registries;
  for (const PeerFolder& folder : folders) {
    for (const PeerFile& peer : kPeerFiles) {
      std::string path = folder.path + "/" + std::string(peer.name);
      std::string name = (folder.below.empty() ? "" : folder.below + "/") + std::string(peer.name);
      struct stat status{};
      if (::lstat(path.c_str(), &status) != 0) continue;
      if (S_ISLNK(status.st_mode)) {
        policy.notes.push_back(name + ": a symbolic link, not followed; what it ignores counts");
        continue;
      }
      if (peer.parse == nullptr) {
        policy.notes.push_back(name + ": not read; for paths that it allows write ignore in drydock.yaml");
        continue;
      }
      Result<std::string> bytes = read_file(path, peer.limit);
      if (!bytes) {
        policy.notes.push_back(name + ": not read, so what it ignores counts: " + bytes.error().message);
        continue;
      }
      PeerRules rules = peer.parse(
          *bytes, {.file = name, .folder = whole_paths ? std::string_view{} : std::string_view(folder.below)});
      append(policy.ignores, rules.ignores);
      append(policy.notes, rules.notes);
      append(policy.void_inline_tools, rules.void_inline_tools);
      append(registries, rules.allowed_registries);
    }
  }
  if (policy.allowed_registries.empty()) policy.allowed_registries = std::move(registries);
}

}  // namespace drydock::policy
