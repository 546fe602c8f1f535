// No crash; every span within the file; what was read comes back from the writer the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "formats/json.h"

using drydock::tree::Member;
using drydock::tree::Node;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (bool comments : {false, true}) {
    drydock::Arena arena;
    auto root = drydock::json::parse(bytes, arena, {.comments = comments, .depth = 50, .nodes = 20'000});
    if (!root) continue;
    std::vector<const Node*> open = {*root};
    while (!open.empty()) {
      const Node* node = open.back();
      open.pop_back();
      if (node->span.begin >= node->span.end || node->span.end > size) std::abort();
      for (const Member& m : node->members) {
        open.push_back(m.key);
        open.push_back(m.value);
      }
      for (const Node* item : node->items) open.push_back(item);
      if (!node->is_string()) continue;
      std::string written;
      drydock::json::append_string(written, node->text);
      auto again = drydock::json::parse(written, arena);
      if (!again) std::abort();
      std::string twice;
      drydock::json::append_string(twice, (*again)->text);
      if (written != twice) std::abort();
    }
  }
  return 0;
}
