// What a peer's file (.trivyignore, .hadolint.yaml, ...) says, in our words. The parsers never fail as a whole: what
// cannot be taken over is left out, so that its findings count, and a note says so.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.h"

namespace drydock::policy {

struct PeerPlace {
  std::string_view file;  // as messages name it: "app/.trivyignore"
  std::string_view
      folder;  // where it stands, relative to the repository root, without slashes around; its paths start there
};

struct PeerRules {
  std::vector<Ignore> ignores;
  std::vector<std::string> allowed_registries, void_inline_tools;
  std::vector<std::string> notes;
};

constexpr size_t kPeerEntries = 100'000;  // per file
constexpr size_t kPeerNotes = 20;         // per file; a last one says that there are more

// "file:line: what" into the rules' notes, within the budget.
class PeerNotes {
 public:
  PeerNotes(PeerRules& rules, const PeerPlace& place) : rules_(rules), file_(place.file) {}
  void add(uint32_t line, std::string_view what);  // line 0: the whole file

 private:
  PeerRules& rules_;
  std::string_view file_;
  size_t count_ = 0;
};

// A path or pattern of the peer's file as base/glob.h reads it, anchored at the repository root.
std::string anchored(const PeerPlace& place, std::string_view path);

// "what" clipped and safe to print.
std::string quoted(std::string_view text);

// Secret rules go by other names elsewhere: the id itself and every rule of ours that means the same.
std::vector<std::string> secret_rule_ids(std::string_view id);

}  // namespace drydock::policy
