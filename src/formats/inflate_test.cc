#include "formats/inflate.h"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>

namespace drydock {
namespace {

// Hands out at most `piece` bytes at a time, so that every state is left and entered at odd places.
class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string_view text, size_t piece = SIZE_MAX) : rest_(text), piece_(piece) {}
  Result<size_t> read(std::span<std::byte> to) override {
    size_t size = std::min({to.size(), rest_.size(), piece_});
    std::memcpy(to.data(), rest_.data(), size);
    rest_.remove_prefix(size);
    return size;
  }

 private:
  std::string_view rest_;
  size_t piece_;
};

Result<std::string> decode(std::string_view bytes, size_t in_piece = SIZE_MAX, size_t out_piece = 65536,
                           const InflateBudget& budget = {}) {
  TextSource source(bytes, in_piece);
  TRY(std::unique_ptr<ByteSource> decoded, inflate(source, budget));
  std::string text, buffer(out_piece, '\0');
  for (;;) {
    TRY(size_t got, decoded->read(std::as_writable_bytes(std::span(buffer))));
    if (got == 0) return text;
    text.append(buffer, 0, got);
  }
}

std::string gzip(std::string_view text, int level = 6) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(std::string_view text, int level = 3) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), level));
  return out;
}

std::string skippable(std::string_view content) {
  std::string frame("\x5e\x2a\x4d\x18", 4);
  for (int shift = 0; shift < 32; shift += 8) frame += static_cast<char>(content.size() >> shift);
  return frame += content;
}

// Text with repeats near and far, and stretches that do not compress.
std::string sample(size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string text;
  while (text.size() < size) {
    if (random() % 3 == 0) {
      for (unsigned i = random() % 300; i > 0; --i) text += static_cast<char>(random());
    } else if (text.size() > 100 && random() % 2 == 0) {
      text += text.substr(text.size() - 1 - random() % std::min<size_t>(text.size(), 40000), random() % 500);
    } else {
      text += "the quick brown fox ";
    }
  }
  text.resize(size);
  return text;
}

TEST(Inflate, RecognisesByMagic) {
  struct Case {
    std::string_view bytes;
    Compression compression;
  } cases[] = {{"\x1f\x8b\x08", Compression::gzip},
               {"\x28\xb5\x2f\xfd", Compression::zstd},
               {"\x5f\x2a\x4d\x18", Compression::zstd},
               {"BZh91AY", Compression::bzip2},
               {{"\xfd"
                 "7zXZ\0",
                 6},
                Compression::xz},
               {"\x1f", Compression::none},
               {"", Compression::none},
               {"layer.tar", Compression::none}};
  for (const Case& c : cases) EXPECT_EQ(compression_of(std::as_bytes(std::span(c.bytes))), c.compression) << c.bytes;
}

TEST(Inflate, GivesBackWhatZlibAndZstdCompressed) {
  for (size_t size : {0, 1, 5, 6, 1000, 65536, 300'000, 3'000'000}) {
    std::string text = sample(size, static_cast<unsigned>(size));
    for (int level : {0, 1, 6, 9}) {
      EXPECT_TRUE(decode(gzip(text, level)).value() == text) << size << " at level " << level;
    }
    EXPECT_TRUE(decode(zstd(text)).value() == text) << size;
    EXPECT_TRUE(decode(text).value() == text) << size;
  }
}

TEST(Inflate, PiecesOfAnySizeGiveTheSameBytes) {
  std::string text = sample(20'000, 7);
  for (const std::string& bytes :
       {gzip(text) + gzip("") + gzip(text), zstd(text) + skippable("abc") + zstd(text), text + text}) {
    for (size_t in : {1, 2, 3, 7, 1000}) {
      for (size_t out : {1, 2, 5, 1000, 100'000}) {
        EXPECT_TRUE(decode(bytes, in, out).value() == text + text) << in << " in, " << out << " out";
      }
    }
  }
}

TEST(Inflate, ReadsManyMembersAndFrames) {
  std::string gz, zs = skippable(std::string(1000, 'x')), text;
  for (unsigned i = 0; i < 300; ++i) {
    std::string part = sample(i * 13, i);
    text += part;
    gz += gzip(part);
    zs += zstd(part);
    if (i % 50 == 0) zs += skippable("metadata");
  }
  EXPECT_TRUE(decode(gz).value() == text);
  EXPECT_TRUE(decode(zs).value() == text);
}

TEST(Inflate, KeepsGoingBehindHeadersWithAllOptionalFields) {
  std::string plain = gzip("content");
  // FEXTRA, FNAME and FCOMMENT (RFC 1952, 2.3).
  std::string header = plain.substr(0, 10);
  header[3] = 4 | 8 | 16;
  std::string named =
      header + std::string("\x04\x00SG\x00\x00", 6) + "layer.tar" + '\0' + "a comment" + '\0' + plain.substr(10);
  EXPECT_EQ(decode(named).value(), "content");
  EXPECT_EQ(decode(named, 1, 1).value(), "content");
}

TEST(Inflate, EveryTruncationIsAnError) {
  std::string text = sample(3000, 3);
  for (const std::string& bytes : {gzip(text), zstd(text), gzip(""), zstd(""), gzip(text) + gzip("")}) {
    size_t whole = bytes == gzip(text) + gzip("") ? gzip(text).size() : 0;
    for (size_t size = 6; size < bytes.size(); ++size) {
      if (size == whole) continue;
      Result<std::string> decoded = decode(std::string_view(bytes).substr(0, size));
      ASSERT_FALSE(decoded) << size << " of " << bytes.size();
      EXPECT_EQ(decoded.error().code, Errc::truncated) << decoded.error().message;
    }
  }
}

TEST(Inflate, WrongChecksumsAndLengthsAreErrors) {
  std::string bytes = gzip("some content");
  for (size_t from_end = 1; from_end <= 8; ++from_end) {
    std::string wrong = bytes;
    wrong[bytes.size() - from_end] ^= 1;
    Result<std::string> decoded = decode(wrong);
    ASSERT_FALSE(decoded) << from_end;
    EXPECT_EQ(decoded.error().code, Errc::malformed);
  }
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  std::string text = sample(1000, 1), frame(2000, '\0');
  frame.resize(ZSTD_compress2(context, frame.data(), frame.size(), text.data(), text.size()));
  ZSTD_freeCCtx(context);
  EXPECT_EQ(decode(frame).value(), text);
  frame.back() ^= 1;
  EXPECT_FALSE(decode(frame));
}

TEST(Inflate, BytesBehindTheStreamAreNotIgnored) {
  EXPECT_EQ(decode(gzip("x") + std::string(1000, '\0')).value(), "x");  // padding of tapes and block devices
  EXPECT_FALSE(decode(gzip("x") + "trailing"));
  EXPECT_FALSE(decode(gzip("x") + std::string(3, '\0') + gzip("hidden")));
  EXPECT_FALSE(decode(zstd("x") + "trailing"));
}

TEST(Inflate, NamesCompressionsThatItDoesNotRead) {
  Result<std::string> bzip2 = decode("BZh91AY&SY");
  ASSERT_FALSE(bzip2);
  EXPECT_EQ(bzip2.error().code, Errc::unsupported);
  EXPECT_NE(bzip2.error().message.find("bzip2"), std::string::npos);
}

TEST(Inflate, BombsEndAtTheBudget) {
  std::string zeros(100 << 20, '\0');
  Result<std::string> limited = decode(gzip(zeros), SIZE_MAX, 65536, {.output = 1 << 20});
  ASSERT_FALSE(limited);
  EXPECT_EQ(limited.error().code, Errc::over_budget);
  EXPECT_TRUE(decode(gzip(zeros)).value() == zeros);  // what DEFLATE can reach is accepted
  Result<std::string> bomb = decode(zstd(zeros));
  ASSERT_FALSE(bomb);
  EXPECT_EQ(bomb.error().code, Errc::over_budget);
  EXPECT_FALSE(decode("plain text of 26 characters", SIZE_MAX, 65536, {.output = 25}));
}

TEST(Inflate, AnErrorStaysAnError) {
  std::string bytes = gzip("content").substr(0, 15);
  TextSource source(bytes);
  auto decoded = inflate(source).value();
  std::byte buffer[64];
  while (Result<size_t> got = decoded->read(buffer)) ASSERT_NE(*got, 0u);
  EXPECT_FALSE(decoded->read(buffer));
}

// zlib decides what a damaged member decodes to; ISA-L must accept no more and give the same bytes.
TEST(Inflate, AgreesWithZlibOnDamagedInput) {
  std::mt19937 random(99);
  std::string text = sample(5000, 4);
  std::string good = gzip(text);
  for (int round = 0; round < 3000; ++round) {
    std::string bad = good;
    bad[10 + random() % (bad.size() - 10)] ^= static_cast<char>(1u << (random() % 8));
    std::string out(100'000, '\0');
    z_stream stream{};
    ASSERT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(bad.data());
    stream.avail_in = static_cast<uInt>(bad.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    bool accepted = ::inflate(&stream, Z_FINISH) == Z_STREAM_END;
    out.resize(stream.total_out);
    inflateEnd(&stream);
    Result<std::string> ours = decode(bad);
    EXPECT_EQ(ours.has_value(), accepted) << (ours ? "" : ours.error().message);
    if (ours && accepted) {
      EXPECT_TRUE(*ours == out);
    }
  }
}

}  // namespace
}  // namespace drydock
