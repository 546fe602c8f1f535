// Bytes as a list of entries in a few layers over a small alphabet of paths: symlink loops, links to themselves and
// whiteouts of everything are common there. What must hold: it ends, and every index it gives is good.
#include "inventory/squash.h"

#include <cstdlib>
#include <string>
#include <vector>

#include "base/text.h"
#include "inventory/test_layer.h"

namespace drydock::inventory {
namespace {

void fuzz(const uint8_t* data, size_t size) {
  constexpr std::string_view kPieces[] = {"a", "b", "c", "..", "a/b", "/", "b/c/a", "."};
  size_t at = 0;
  auto next = [&]() -> uint8_t { return at < size ? data[at++] : 0; };
  auto path = [&](bool raw) {
    std::string text;
    for (int n = next() % 4; n >= 0; --n) text.append(text.empty() ? "" : "/").append(kPieces[next() % 8]);
    return raw ? text : normalise_path(text);
  };
  std::vector<std::shared_ptr<const LayerRecord>> layers;
  while (at < size && layers.size() < 8) {
    LayerBuilder layer("l");
    for (int n = next() % 32; n > 0; --n) {
      switch (next() % 6) {
        case 0: layer.whiteout(path(false)); break;
        case 1: layer.opaque(path(false)); break;
        case 2: layer.symlink(path(false), path(true)); break;
        case 3: layer.hard_link(path(false), path(false)); break;
        case 4: layer.directory(path(false)); break;
        default: layer.catalog(path(false) + "/node_modules/x/package.json", R"({"name":"x","version":"1"})"); break;
      }
    }
    layers.push_back(layer.seal());
  }
  Image image = squash(layers);
  for (EntryRef ref : image.files)
    if (image.entry(ref).whiteout || image.entry(ref).opaque) std::abort();
  for (const Package& package : image.packages)
    if (package.at.layer != "l" || package.at.path.empty()) std::abort();
}

}  // namespace
}  // namespace drydock::inventory

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  drydock::inventory::fuzz(data, size);
  return 0;
}
