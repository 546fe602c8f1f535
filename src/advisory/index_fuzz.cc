#include "advisory/index.h"
#include "advisory/match.h"
#include "base/digest.h"

// The header is made right, so that the fuzzer reaches the records behind it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace drydock;
  using namespace drydock::advisory;
  std::string bytes(reinterpret_cast<const char*>(data), size);
  if (size >= 64) {
    for (int i = 0; i < 8; ++i) bytes[16 + static_cast<size_t>(i)] = static_cast<char>(uint64_t{size} >> (8 * i));
    uint64_t hash = fnv1a(std::string_view(bytes).substr(0, 48));
    for (int i = 0; i < 8; ++i) bytes[48 + static_cast<size_t>(i)] = static_cast<char>(hash >> (8 * i));
  }
  Result<Index> index = Index::from_bytes(bytes);
  if (!index) return 0;
  (void)index->verify();
  Arena arena;
  for (Ecosystem ecosystem : {Ecosystem::pypi, Ecosystem::npm, Ecosystem::debian})
    (void)match(*index, {.ecosystem = ecosystem, .name = "foo", .version = "1.0.0", .release = "11"}, arena);
  (void)index->advisory("PYSEC-1", arena);
  (void)index->named("CVE-2020-1");
  return 0;
}
