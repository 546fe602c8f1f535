// For fuzz targets: one cataloger's file with arbitrary bytes, and what must hold for whatever it says.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "inventory/test_layer.h"

namespace drydock::inventory {

inline int fuzz_cataloger(std::string_view path, const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  LayerRecord layer = cataloged(path, bytes);
  for (const PackageFact& fact : layer.packages) {
    const Package& package = fact.package;
    bool in_file = package.at.span.begin <= package.at.span.end && package.at.span.end <= size;
    if (fact.entry != 0 || package.name.empty() || !in_file || package.at.path != path) std::abort();
    if (package.source == PackageSource::installed && package.version.empty()) std::abort();
  }
  for (const EntryUnknown& unknown : layer.unknowns)
    if (unknown.reason.empty()) std::abort();
  return 0;
}

}  // namespace drydock::inventory
