// Part: what one worker found in one unit of work (batch of files, layer, probe), with the pool that owns its strings.
// One thread fills it, then it is sealed (shared_ptr<const ...>) and never written again. Joining Parts copies small
// structs, never strings (docs/design.md, "Lifetimes").
#pragma once

#include <vector>

#include "base/string_pool.h"
#include "model/finding.h"

namespace drydock {

struct Part {
  StringPool pool;
  std::vector<Finding> findings;
  std::vector<Examined> examined;
  std::vector<Unknown> unknowns;
  std::vector<NotApplicable> not_applicable;
};

}  // namespace drydock
