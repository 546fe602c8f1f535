// The file that compile_tool writes at build time and secrets.cc finds embedded in the program, in native byte order:
//   PatternFile, then rule_count widths (how far before its end offset a match of that rule can begin), then the
//   serialised Vectorscan database. It was compiled for no CPU feature in particular: Vectorscan picks its kernels at
//   run time, and a database compiled for the build machine would be refused by an older one.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/digest.h"
#include "secrets/rule.h"

namespace drydock::secrets {

struct PatternFile {
  uint64_t rules_hash = 0;  // of all patterns: the database belongs to exactly this table
  uint32_t rule_count = 0;
  uint32_t database_size = 0;
};

inline uint64_t hash_of_patterns() {
  uint64_t hash = fnv1a("drydock pattern file 1");
  for (const Rule* rule : all_rules()) hash = fnv1a("\n", fnv1a(rule->pattern, hash));
  return hash;
}

}  // namespace drydock::secrets
