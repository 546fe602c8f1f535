// No crash; directives in file order within their parent's body, every parent link right, place_at() ends.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "formats/nginx.h"

using drydock::nginx::Directive;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  drydock::Arena arena;
  auto file = drydock::nginx::parse(bytes, arena, {.depth = 20, .directives = 2000});
  if (!file) return 0;
  struct Level {
    const Directive* parent;
    std::span<const Directive> directives;
    drydock::Span within;
  };
  std::vector<Level> open = {{nullptr, (*file)->directives, {0, static_cast<uint32_t>(size)}}};
  while (!open.empty()) {
    Level level = open.back();
    open.pop_back();
    uint32_t behind = level.within.begin;
    for (const Directive& d : level.directives) {
      if (d.parent != level.parent || d.span.begin < behind || !level.within.contains(d.span)) std::abort();
      if (!d.span.contains(d.name_span) || (d.block && !d.span.contains(d.body))) std::abort();
      behind = d.span.end;
      if (d.block) open.push_back({&d, d.children, d.body});
    }
  }
  drydock::nginx::place_at(**file, static_cast<uint32_t>(size / 2));
  return 0;
}
