#include <cstddef>
#include <cstdint>
#include <string_view>

#include "formats/elf.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace drydock;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Result<elf::File> file = elf::parse(bytes);
  if (!file) return 0;
  auto inside = [&](std::string_view part) {
    return part.empty() || (part.data() >= bytes.data() && part.data() + part.size() <= bytes.data() + bytes.size());
  };
  for (const elf::Section& section : file->sections)
    if (!inside(section.name) || !inside(file->bytes_of(section))) __builtin_trap();
  for (const elf::Segment& segment : file->segments) {
    if (!inside(file->bytes_of(segment))) __builtin_trap();
    if (auto at = file->bytes_at(segment.address); at && !inside(*at)) __builtin_trap();
  }
  return 0;
}
