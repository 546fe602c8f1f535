#include "formats/zip.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace drydock;
  Result<ZipReader> zip = ZipReader::open({reinterpret_cast<const char*>(data), size},
                                          {.entries = 1000, .entry_size = 1 << 20, .output = 8 << 20});
  if (!zip) return 0;
  for (const ZipEntry& entry : zip->entries()) {
    Result<std::string_view> body = zip->read(entry);
    if (body && body->size() != entry.size) __builtin_trap();
  }
  return 0;
}
