#include "advisory/index.h"
#include "advisory/osv.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace drydock::advisory;
  std::string_view json(reinterpret_cast<const char*>(data), size);
  for (const char* ecosystem : {"PyPI", "npm", "Debian"}) {
    auto record = parse_osv(ecosystem, json);
    if (!record || record->withdrawn || record->affected.empty()) continue;
    IndexBuilder builder;
    builder.add(*record);
    std::string bytes = builder.encode({.kind = "full"});
    auto index = Index::from_bytes(bytes);
    if (!index || !index->verify()) __builtin_trap();  // whatever was parsed can be stored and read back
  }
  return 0;
}
