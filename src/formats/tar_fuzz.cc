#include "formats/tar.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <cstring>

#include "base/file.h"

namespace {
class Source final : public drydock::ByteSource {
 public:
  Source(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  drydock::Result<size_t> read(std::span<std::byte> to) override {
    size_t size = std::min(to.size(), size_);
    if (size != 0) std::memcpy(to.data(), data_, size);
    data_ += size;
    size_ -= size;
    return size;
  }

 private:
  const uint8_t* data_;
  size_t size_;
};

// Content must come in order, without gaps, and end at the announced size.
class Checker final : public drydock::tar::Visitor {
 public:
  drydock::Result<bool> entry(const drydock::tar::Header& header) override {
    size_ = header.size;
    at_ = 0;
    return header.path.size() % 3 != 0;
  }
  drydock::Result<void> content(std::string_view piece, uint64_t offset, bool last) override {
    if (offset != at_ || piece.size() > size_ - at_) std::abort();
    at_ += piece.size();
    if (last != (at_ == size_)) std::abort();
    return {};
  }

 private:
  uint64_t size_ = 0, at_ = 0;
};
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Source source(data, size);
  Checker checker;
  (void)drydock::tar::walk(source, checker, {.entries = 1000, .hole_bytes = 1 << 20});
  drydock::Descriptor file(::memfd_create("archive", MFD_CLOEXEC));
  if (!file || ::write(file.get(), data, size) != static_cast<ssize_t>(size)) return 0;
  if (auto members = drydock::tar::index(file.get(), size, {.entries = 1000})) {
    for (const drydock::tar::Member& member : *members) {
      if (member.offset > size || member.size > size - member.offset) std::abort();
    }
  }
  return 0;
}
