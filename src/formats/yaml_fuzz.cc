// Whatever the bytes are: no crash, every span within the file, and place_at() ends.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "formats/yaml.h"

using drydock::tree::Node;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  drydock::Arena arena;
  drydock::yaml::Budget budget{.nodes = 20'000, .alias_nodes = 20'000};
  auto file = drydock::yaml::parse(bytes, arena, budget);
  if (!file) return 0;
  for (const drydock::yaml::Document& document : (*file)->documents) {
    std::vector<const Node*> open = {document.root};
    while (!open.empty()) {
      const Node* node = open.back();
      open.pop_back();
      if (node->span.begin > node->span.end || node->span.end > size) std::abort();
      for (const drydock::tree::Member& m : node->members) {
        if (m.key == nullptr || m.value == nullptr || !m.key->is_string()) std::abort();
        open.push_back(m.value);
      }
      for (const Node* item : node->items) open.push_back(item);
    }
    drydock::tree::place_at(*document.root, static_cast<uint32_t>(size / 2));
  }
  return 0;
}
