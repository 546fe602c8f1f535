// YAML (1.1 and 1.2 as compose files and workflows use them): libyaml's events under our own tree with byte spans.
// libyaml is chosen by measurement: libfyaml 0.7 hangs on hostile input, yaml-cpp keeps no end positions.
//
// Accepts: UTF-8 with or without BOM, several documents, anchors, aliases and merge keys (resolved here), tags (kept),
// block and flow styles. Rejects what libyaml rejects, UTF-16, and an alias inside its own anchor. Budgets (over one is
// Errc::over_budget): see Budget. Linear time, explicit stack.
//
// Problems, with reading going on: a repeated key (the last one counts, as in most readers), an alias without an anchor
// (null), a mapping or sequence as a key (its bytes become the key), `<<` over something that is no mapping (left out).
//
// Plain scalars get the kinds of the core schema (yaml.org/spec/1.2.2/#103-core-schema); `22:22`, `yes`, `1_000` and
// dates are strings. Keys are string nodes whatever they look like. Merged members come behind the mapping's own; of
// several sources the first wins. libyaml counts in code points; spans here are bytes.
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
  std::span<const tree::Problem> problems;  // in file order
  const tree::Node& root() const { return *documents[0].root; }
};

// `bytes` must outlive the result. The error's message starts with "line L, column C: ".
Result<const File*> parse(std::string_view bytes, Arena& arena, const Budget& budget = {});

}  // namespace drydock::yaml
