#include "formats/inflate.h"

#include <isa-l/igzip_lib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace drydock {

Compression compression_of(std::span<const std::byte> first_bytes) {
  std::string_view bytes(reinterpret_cast<const char*>(first_bytes.data()), first_bytes.size());
  if (bytes.starts_with("\x1f\x8b")) return Compression::gzip;
  if (bytes.starts_with("\x28\xb5\x2f\xfd")) return Compression::zstd;
  // A skippable frame (RFC 8878, 3.1.2: magic 0x184D2A50 to 0x184D2A5F) may come before the first real one.
  if (bytes.size() >= 4 && (bytes[0] & 0xf0) == 0x50 && bytes.substr(1, 3) == "\x2a\x4d\x18") return Compression::zstd;
  if (bytes.starts_with("BZh")) return Compression::bzip2;
  if (bytes.starts_with(std::string_view("\xfd\x37zXZ\0", 6))) return Compression::xz;
  return Compression::none;
}

namespace {

// Larger does not help igzip (measured up to 1 MiB), and ISA-L counts its input in 32 bits.
constexpr size_t kInputBytes = 256 << 10;
constexpr uint64_t kUnratedOutput = uint64_t{64} << 20;
// 128 MiB, what `zstd --long` needs; the default of 8 MiB refuses such layers, and the window is allocated as a whole.
constexpr int kZstdWindowLogMax = 27;
constexpr size_t kMostOutputPerCall = size_t{1} << 30;  // avail_out is 32 bits too

// The not yet decoded bytes of `from`.
class Input {
 public:
  explicit Input(ByteSource& from) : from_(from), buffer_(kInputBytes) {}

  std::span<std::byte> rest() { return std::span(buffer_).subspan(begin_, end_ - begin_); }
  size_t consumed() const { return consumed_; }
  void consume(size_t size) {
    begin_ += size;
    consumed_ += size;
  }
  // Adds bytes behind rest(). False at the end of the source.
  Result<bool> fill() {
    if (begin_ == end_) begin_ = end_ = 0;
    if (end_ == buffer_.size()) return true;
    TRY(size_t got, from_.read(std::span(buffer_).subspan(end_)));
    end_ += got;
    return got != 0;
  }
  ByteSource& from() { return from_; }

 private:
  ByteSource& from_;
  std::vector<std::byte> buffer_;
  size_t begin_ = 0, end_ = 0;
  uint64_t consumed_ = 0;
};

// What all decoders share: budgets, and an error that stays one when it is read again.
class Decoder : public ByteSource {
 public:
  Decoder(Input input, const InflateBudget& budget) : input_(std::move(input)), budget_(budget) {}

  Result<size_t> read(std::span<std::byte> to) final {
    if (failed_) return std::unexpected(*failed_);
    if (to.empty()) return 0;
    Result<size_t> got = decode(to.first(std::min(to.size(), kMostOutputPerCall)));
    if (got) {
      output_ += *got;
      if (Result<void> within = within_budget(); !within) got = std::unexpected(within.error());
    }
    if (!got) failed_ = got.error();
    return got;
  }

 protected:
  virtual Result<size_t> decode(std::span<std::byte> to) = 0;  // 0 is the end
  virtual bool expands() const { return true; }
  Input input_;

 private:
  Result<void> within_budget() const {
    if (output_ > budget_.output) {
      return fail(Errc::over_budget,
                  "the stream decodes to more than the limit of " + std::to_string(budget_.output) + " bytes");
    }
    if (expands() && output_ > kUnratedOutput &&
        (output_ - kUnratedOutput) / budget_.ratio > uint64_t{input_.consumed()}) {
      return fail(Errc::over_budget, "the stream decodes to more than " + std::to_string(budget_.ratio) +
                                         " times its size: a decompression bomb");
    }
    return {};
  }
  InflateBudget budget_;
  uint64_t output_ = 0;
  std::optional<Error> failed_;
};

class PlainDecoder final : public Decoder {
 public:
  using Decoder::Decoder;

 private:
  bool expands() const override { return false; }
  Result<size_t> decode(std::span<std::byte> to) override {
    std::span<std::byte> peeked = input_.rest();
    if (peeked.empty()) return input_.from().read(to);
    size_t size = std::min(peeked.size(), to.size());
    std::memcpy(to.data(), peeked.data(), size);
    input_.consume(size);
    return size;
  }
};

std::string_view isal_error(int code) {
  switch (code) {
    case ISAL_INVALID_BLOCK: return "an invalid block";
    case ISAL_INVALID_SYMBOL: return "an invalid symbol";
    case ISAL_INVALID_LOOKBACK: return "a distance before the start";
    case ISAL_INVALID_WRAPPER: return "an invalid member header";
    case ISAL_UNSUPPORTED_METHOD: return "an unknown compression method";
    case ISAL_INCORRECT_CHECKSUM: return "a wrong checksum";
    default: return "an error";
  }
}

class GzipDecoder final : public Decoder {
 public:
  GzipDecoder(Input input, const InflateBudget& budget)
      : Decoder(std::move(input), budget), state_(std::make_unique<inflate_state>()) {
    isal_inflate_init(state_.get());
    state_->crc_flag = ISAL_GZIP;
  }

 private:
  Result<size_t> decode(std::span<std::byte> to) override {
    for (;;) {
      if (at_member_start_) {
        TRY(bool more, next_member());
        if (!more) return 0;
      }
      TRY(size_t produced, step(to));
      if (state_->block_state == ISAL_BLOCK_FINISH) at_member_start_ = true;
      if (produced != 0) return produced;
      if (at_member_start_ || !input_.rest().empty()) continue;
      TRY(bool more, input_.fill());
      if (!more) return fail(Errc::truncated, at_input() + "the gzip stream ends inside a member");
    }
  }

  // One call of ISA-L. It may hold back decoded bytes, so it is called without input, too.
  Result<size_t> step(std::span<std::byte> to) {
    std::span<std::byte> from = input_.rest();
    state_->next_in = reinterpret_cast<uint8_t*>(from.data());
    state_->avail_in = static_cast<uint32_t>(from.size());
    state_->next_out = reinterpret_cast<uint8_t*>(to.data());
    state_->avail_out = static_cast<uint32_t>(to.size());
    int code = isal_inflate(state_.get());
    if (code < 0) return fail(Errc::malformed, at_input() + "the gzip stream holds " + std::string(isal_error(code)));
    size_t consumed = from.size() - state_->avail_in;
    size_t produced = to.size() - state_->avail_out;
    input_.consume(consumed);
    // Neither progress nor an end although there is input: a state that ISA-L cannot leave.
    if (consumed == 0 && produced == 0 && !from.empty() && state_->block_state != ISAL_BLOCK_FINISH) {
      return fail(Errc::malformed, at_input() + "the gzip stream cannot be decoded further");
    }
    return produced;
  }

  // Members follow each other directly (RFC 1952, 2.2; eStargz has one per file). Zeros behind the last one are the
  // padding of block devices and accepted as gzip(1) does; anything else would be bytes that nobody looks at.
  Result<bool> next_member() {
    bool padding = false;
    for (;;) {
      std::span<std::byte> rest = input_.rest();
      if (rest.empty()) {
        TRY(bool more, input_.fill());
        if (!more) return false;
        continue;
      }
      if (!padding && rest[0] != std::byte{0}) break;
      padding = true;
      auto zeros = std::ranges::find_if(rest, [](std::byte b) { return b != std::byte{0}; }) - rest.begin();
      input_.consume(static_cast<size_t>(zeros));
      if (static_cast<size_t>(zeros) != rest.size()) {
        return fail(Errc::malformed, at_input() + "bytes that are no gzip member follow the stream");
      }
    }
    isal_inflate_reset(state_.get());
    state_->crc_flag = ISAL_GZIP;
    at_member_start_ = false;
    return true;
  }

  std::string at_input() const { return "at byte " + std::to_string(input_.consumed()) + ": "; }

  std::unique_ptr<inflate_state> state_;  // 90 KB with its window
  bool at_member_start_ = true;
};

class ZstdDecoder final : public Decoder {
 public:
  ZstdDecoder(Input input, const InflateBudget& budget, ZSTD_DStream* stream)
      : Decoder(std::move(input), budget), stream_(stream) {}

 private:
  Result<size_t> decode(std::span<std::byte> to) override {
    for (;;) {
      std::span<std::byte> rest = input_.rest();
      // libzstd may hold decoded bytes back, so it is asked once more before new input is waited for.
      if (rest.empty() && !flushing_) {
        TRY(bool more, input_.fill());
        if (!more && !at_frame_start_) {
          return fail(Errc::truncated,
                      "at byte " + std::to_string(input_.consumed()) + ": the zstd stream ends inside a frame");
        }
        if (!more) return 0;
        continue;
      }
      ZSTD_inBuffer from{rest.data(), rest.size(), 0};
      ZSTD_outBuffer out{to.data(), to.size(), 0};
      size_t left = ZSTD_decompressStream(stream_.get(), &out, &from);
      if (ZSTD_isError(left) != 0) {
        bool memory = ZSTD_getErrorCode(left) == ZSTD_error_frameParameter_windowTooLarge;
        return fail(memory ? Errc::over_budget : Errc::malformed,
                    "at byte " + std::to_string(input_.consumed()) + ": zstd: " + ZSTD_getErrorName(left));
      }
      input_.consume(from.pos);
      at_frame_start_ = left == 0;
      flushing_ = !at_frame_start_ && out.pos == out.size;
      if (out.pos != 0) return out.pos;
    }
  }

  struct Free {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };
  std::unique_ptr<ZSTD_DStream, Free> stream_;
  bool at_frame_start_ = true;
  bool flushing_ = false;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> inflate(ByteSource& from, const InflateBudget& budget) {
  Input input(from);
  while (input.rest().size() < 6) {
    TRY(bool more, input.fill());
    if (!more) break;
  }
  switch (compression_of(input.rest())) {
    case Compression::gzip: return std::make_unique<GzipDecoder>(std::move(input), budget);
    case Compression::zstd: {
      ZSTD_DStream* stream = ZSTD_createDStream();
      if (stream == nullptr) return fail(Errc::io, "no memory for a zstd decoder");
      auto decoder = std::make_unique<ZstdDecoder>(std::move(input), budget, stream);
      ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, kZstdWindowLogMax);
      return decoder;
    }
    case Compression::bzip2: return fail(Errc::unsupported, "the stream is bzip2, which no OCI image may use");
    case Compression::xz: return fail(Errc::unsupported, "the stream is xz, which no OCI image may use");
    case Compression::none: break;
  }
  return std::make_unique<PlainDecoder>(std::move(input), budget);
}

}  // namespace drydock
