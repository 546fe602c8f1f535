// ByteReader: the one checked way to take integers and slices from foreign bytes. Never reads past the end and never
// computes `at + length`, which could wrap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"

namespace drydock {

class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}
  explicit ByteReader(std::string_view text) : bytes_(std::as_bytes(std::span(text.data(), text.size()))) {}

  size_t offset() const { return at_; }
  size_t left() const { return bytes_.size() - at_; }

  Result<std::span<const std::byte>> take(size_t size);
  Result<std::string_view> take_text(size_t size);
  Result<void> seek(size_t offset);
  Result<uint8_t> u8();
  Result<uint16_t> u16_le();
  Result<uint16_t> u16_be();
  Result<uint32_t> u32_le();
  Result<uint32_t> u32_be();
  Result<uint64_t> u64_le();
  Result<uint64_t> u64_be();

 private:
  Result<uint64_t> integer(size_t size, bool big_endian);
  std::span<const std::byte> bytes_;
  size_t at_ = 0;
};

}  // namespace drydock
