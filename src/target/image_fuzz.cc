#include "target/image.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "target/layer_reader.h"

namespace {
class Visitor final : public drydock::target::LayerVisitor {
 public:
  drydock::Result<bool> entry(const drydock::LayerEntry& entry) override {
    std::string_view path = entry.header.path;
    if (path.starts_with('/') || path.starts_with("../") || path.find("/../") != path.npos) std::abort();
    return true;
  }
  drydock::Result<void> file(const drydock::FileView& file) override {
    if (file.bytes.size() != file.header.size) std::abort();
    return {};
  }
  drydock::Result<void> unread(const drydock::FileHeader&, std::string_view) override { return {}; }
};
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using drydock::target::SpillQuota;
  drydock::Descriptor file(::memfd_create("image", MFD_CLOEXEC));
  if (!file || ::write(file.get(), data, size) != static_cast<ssize_t>(size)) return 0;
  std::string path = "/proc/self/fd/" + std::to_string(file.get());
  SpillQuota quota(16 << 20);
  (void)drydock::target::is_image(path);
  auto image = drydock::target::open_image(path, {.spill = &quota});
  if (!image) return 0;
  Visitor visitor;
  for (size_t i = 0; i < image->layers.size() && i < 4; ++i) {
    (void)drydock::target::read_layer(*image, i, visitor, {.inflate = {.output = 16 << 20}, .tar = {.entries = 1000}});
  }
  return 0;
}
