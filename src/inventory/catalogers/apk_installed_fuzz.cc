#include "inventory/fuzz_cataloger.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return drydock::inventory::fuzz_cataloger("lib/apk/db/installed", data, size);
}
