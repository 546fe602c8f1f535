// No crash; ranges are not reversed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "target/git_diff.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto changed = drydock::target::parse_unified_diff({reinterpret_cast<const char*>(data), size});
  if (!changed) return 0;
  for (const auto& [path, ranges] : *changed)
    for (drydock::target::LineRange range : ranges)
      if (range.begin > range.end) std::abort();
  return 0;
}
