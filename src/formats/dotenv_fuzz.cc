// No crash; entries in file order, every span within the file.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "formats/dotenv.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  drydock::Arena arena;
  auto file = drydock::dotenv::parse(bytes, arena, {.entries = 1000});
  if (!file) return 0;
  uint32_t behind = 0;
  for (const drydock::dotenv::Entry& entry : (*file)->entries) {
    bool inside = entry.span.contains(entry.name_span) && (!entry.has_value || entry.span.contains(entry.value_span));
    if (entry.span.begin < behind || entry.span.end > size || !inside) std::abort();
    if (entry.name.empty() || entry.name != entry.name_span.of(bytes)) std::abort();
    behind = entry.span.end;
  }
  return 0;
}
