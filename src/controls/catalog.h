// The checklist compiled into the program (data/controls.yaml, which says what its fields mean).
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/result.h"
#include "model/control.h"

namespace drydock::controls {

// Read once, on first use (about 1 ms), and kept for the life of the process. Thread-safe.
std::span<const Control> catalog();
const Control* find_control(std::string_view id);

// The reader behind catalog(). Views point into `text` and the arena.
struct ParsedCatalog {
  Arena arena;
  std::vector<Control> controls;
};
Result<ParsedCatalog> parse_catalog(std::string_view text);

}  // namespace drydock::controls
