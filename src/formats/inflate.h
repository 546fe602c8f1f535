// Streams of gzip (RFC 1952, several members), zstd (RFC 8878, several and skippable frames) or plain bytes, decoded
// piece by piece with ISA-L igzip and libzstd. Recognised by magic, never by a media type that somebody declared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/result.h"

namespace drydock {

enum class Compression : uint8_t { none, gzip, zstd, bzip2, xz };    // bzip2 and xz are named in the error only
Compression compression_of(std::span<const std::byte> first_bytes);  // wants 6 bytes

// Where compressed bytes come from. Returns how many bytes were put into `to`; 0 is the end.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual Result<size_t> read(std::span<std::byte> to) = 0;
};

struct InflateBudget {
  uint64_t output = uint64_t{64} << 30;  // bytes written in all
  uint32_t ratio = 1200;  // output per input beyond the first 64 MiB; DEFLATE cannot exceed 1032, zstd bombs can
};

// A source of decoded bytes over `from`, which must outlive it. An input that ends inside a member or frame, or a wrong
// checksum, is Errc::truncated or malformed: never a silent end.
Result<std::unique_ptr<ByteSource>> inflate(ByteSource& from, const InflateBudget& budget = {});

}  // namespace drydock
