#include "store/layer_codec.h"

#include <cstdint>
#include <cstdlib>

// What decodes must survive an encode and decode unchanged: encode is canonical but for shared strings, so compare the
// second generation with the third.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace drydock::store;
  auto layer = decode_layer({reinterpret_cast<const char*>(data), size});
  if (!layer) return 0;
  auto second = encode_layer(*layer);
  if (!second) std::abort();
  auto again = decode_layer(*second);
  if (!again) std::abort();
  auto third = encode_layer(*again);
  if (!third || *third != *second) std::abort();
  return 0;
}
