#include "target/image_config.h"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  drydock::StringPool pool;
  (void)drydock::target::parse_image_config({reinterpret_cast<const char*>(data), size}, pool);
  return 0;
}
