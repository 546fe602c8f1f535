// YAML (1.1 and 1.2 as compose files and workflows use them): libyaml's events under our own tree with byte spans.
// libyaml is chosen by measurement: libfyaml 0.7 hangs on hostile input, yaml-cpp keeps no end positions.
//
// Accepts: UTF-8, several documents, anchors, aliases and merge keys (resolved here), tags (kept), block and flow
// styles. Budgets (over one is Errc::over_budget): see Budget. A repeated key is a Problem and the last one counts, as
// in most readers. libyaml counts in code points; spans here are bytes.
#pragma once

#include <span>
#include <string_view>

#include "base/arena.h"
#include "base/result.h"
#include "formats/tree.h"

namespace drydock::yaml {

struct Budget {
  uint32_t bytes = 8 << 20;
  uint32_t depth = 100;            // nesting of sequences and mappings
  uint32_t nodes = 500'000;        // nodes written in the file
  uint32_t alias_nodes = 500'000;  // nodes that a reader meets when it follows every alias ("billion laughs")
};

struct Document {
  const tree::Node* root = nullptr;  // never null; a null node for an empty document
};

struct File {
  std::span<const Document> documents;      // at least one
  std::span<const tree::Problem> problems;  // repeated keys, unknown aliases in lenient places
  const tree::Node& root() const { return *documents[0].root; }
};

// `bytes` must outlive the result. The error's message starts with "line L, column C: ".
Result<const File*> parse(std::string_view bytes, Arena& arena, const Budget& budget = {});

}  // namespace drydock::yaml
