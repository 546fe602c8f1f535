#include "base/byte_reader.h"

namespace drydock {

Result<std::span<const std::byte>> ByteReader::take(size_t size) {
  if (size > left()) {
    return fail(Errc::truncated, "needs " + std::to_string(size) + " bytes at offset " + std::to_string(at_) +
                                     ", has " + std::to_string(left()));
  }
  std::span<const std::byte> taken = bytes_.subspan(at_, size);
  at_ += size;
  return taken;
}

Result<std::string_view> ByteReader::take_text(size_t size) {
  TRY(std::span<const std::byte> taken, take(size));
  return std::string_view(reinterpret_cast<const char*>(taken.data()), taken.size());
}

Result<void> ByteReader::seek(size_t offset) {
  if (offset > bytes_.size()) {
    return fail(Errc::truncated,
                "offset " + std::to_string(offset) + " is behind the end, " + std::to_string(bytes_.size()));
  }
  at_ = offset;
  return {};
}

Result<uint64_t> ByteReader::integer(size_t size, bool big_endian) {
  TRY(std::span<const std::byte> taken, take(size));
  uint64_t value = 0;
  for (size_t i = 0; i < size; ++i)
    value = value << 8 | std::to_integer<uint64_t>(taken[big_endian ? i : size - 1 - i]);
  return value;
}

namespace {
template <class T>
Result<T> narrow(Result<uint64_t> value) {
  if (!value) return std::unexpected<Error>(value.error());
  return static_cast<T>(*value);
}
}  // namespace

Result<uint8_t> ByteReader::u8() { return narrow<uint8_t>(integer(1, false)); }
Result<uint16_t> ByteReader::u16_le() { return narrow<uint16_t>(integer(2, false)); }
Result<uint16_t> ByteReader::u16_be() { return narrow<uint16_t>(integer(2, true)); }
Result<uint32_t> ByteReader::u32_le() { return narrow<uint32_t>(integer(4, false)); }
Result<uint32_t> ByteReader::u32_be() { return narrow<uint32_t>(integer(4, true)); }
Result<uint64_t> ByteReader::u64_le() { return integer(8, false); }
Result<uint64_t> ByteReader::u64_be() { return integer(8, true); }

}  // namespace drydock
