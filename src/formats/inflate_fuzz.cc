#include "formats/inflate.h"

#include <algorithm>
#include <cstring>

namespace {
// The first byte chooses the sizes of the pieces in and out.
class Source final : public drydock::ByteSource {
 public:
  Source(const uint8_t* data, size_t size, size_t piece) : data_(data), size_(size), piece_(piece) {}
  drydock::Result<size_t> read(std::span<std::byte> to) override {
    size_t size = std::min({to.size(), size_, piece_});
    if (size != 0) std::memcpy(to.data(), data_, size);
    data_ += size;
    size_ -= size;
    return size;
  }

 private:
  const uint8_t* data_;
  size_t size_, piece_;
};
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kPieces[] = {1, 7, 100, 100'000};
  if (size == 0) return 0;
  Source source(data + 1, size - 1, kPieces[data[0] & 3]);
  auto decoded = drydock::inflate(source, {.output = 16 << 20});
  if (!decoded) return 0;
  std::byte buffer[100'000];
  std::span<std::byte> to = std::span(buffer).first(kPieces[(data[0] >> 2) & 3]);
  while (drydock::Result<size_t> got = (*decoded)->read(to)) {
    if (*got == 0) break;
  }
  return 0;
}
