// Whatever the bytes are: no crash; what was written in a collection lies in its span and in file order; place_at()
// ends.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "formats/yaml.h"

using drydock::Span;
using drydock::tree::Member;
using drydock::tree::Node;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// What follows an alias stands elsewhere.
void check(const Node& node, std::vector<const Node*>& open) {
  uint32_t behind = node.span.begin;
  auto next = [&](Span span) {
    require(span.begin >= behind && span.end >= span.begin && span.end <= node.span.end);
    behind = span.end;
  };
  for (const Member& m : node.members) {
    require(m.key->is_string());
    if (m.merged) continue;
    next(m.key->span);
    if (m.value->alias) continue;
    next(m.value->span);
    open.push_back(m.value);
  }
  for (const Node* item : node.items) {
    if (item->alias) continue;
    next(item->span);
    open.push_back(item);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  drydock::Arena arena;
  drydock::yaml::Budget budget{.nodes = 20'000, .alias_nodes = 20'000};
  auto file = drydock::yaml::parse(bytes, arena, budget);
  if (!file) return 0;
  for (const drydock::yaml::Document& document : (*file)->documents) {
    require(document.root->span.begin <= document.root->span.end && document.root->span.end <= size);
    std::vector<const Node*> open = {document.root};
    while (!open.empty()) {
      const Node* node = open.back();
      open.pop_back();
      check(*node, open);
    }
    drydock::tree::place_at(*document.root, static_cast<uint32_t>(size / 2));
  }
  return 0;
}
