#include "formats/zip.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdint>

namespace drydock {
namespace {

void put(std::string& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(i < 8 ? value >> (8 * i) : 0);
}

std::string deflate_raw(std::string_view text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

struct Item {
  std::string name;
  std::string body;
  int method = 8;
  int flags = 0;
  bool zip64 = false;
  int64_t size_error = 0;  // added to the declared size
  uint32_t crc_error = 0;
};

// A small writer that can lie.
std::string make_zip(const std::vector<Item>& items, std::string_view comment = "", bool zip64_end = false) {
  std::string out;
  std::string directory;
  for (const Item& item : items) {
    std::string stored = item.method == 8 ? deflate_raw(item.body) : item.body;
    auto crc = static_cast<uint32_t>(
        crc32(0, reinterpret_cast<const Bytef*>(item.body.data()), static_cast<uInt>(item.body.size())));
    uint64_t size = item.body.size() + static_cast<uint64_t>(item.size_error);
    uint64_t at = out.size();
    put(out, 0x04034b50, 4);
    put(out, 20, 2);
    put(out, static_cast<uint64_t>(item.flags), 2);
    put(out, static_cast<uint64_t>(item.method), 2);
    put(out, 0, 16);
    put(out, item.name.size(), 2);
    put(out, 0, 2);
    out += item.name + stored;

    std::string extra;
    if (item.zip64) {
      put(extra, 0x9999, 2);
      put(extra, 1, 2);
      extra += "x";
      put(extra, 1, 2);
      put(extra, 24, 2);
      put(extra, size, 8);
      put(extra, stored.size(), 8);
      put(extra, at, 8);
    }
    put(directory, 0x02014b50, 4);
    put(directory, 20, 2);
    put(directory, 20, 2);
    put(directory, static_cast<uint64_t>(item.flags), 2);
    put(directory, static_cast<uint64_t>(item.method), 2);
    put(directory, 0, 4);
    put(directory, crc ^ item.crc_error, 4);
    put(directory, item.zip64 ? 0xffffffff : stored.size(), 4);
    put(directory, item.zip64 ? 0xffffffff : size, 4);
    put(directory, item.name.size(), 2);
    put(directory, extra.size(), 2);
    put(directory, 0, 2);
    put(directory, 0, 8);
    put(directory, item.zip64 ? 0xffffffff : at, 4);
    directory += item.name + extra;
  }
  uint64_t directory_at = out.size();
  out += directory;
  if (zip64_end) {
    uint64_t end_at = out.size();
    put(out, 0x06064b50, 4);
    put(out, 44, 8);
    put(out, 0, 12);
    put(out, items.size(), 8);
    put(out, items.size(), 8);
    put(out, directory.size(), 8);
    put(out, directory_at, 8);
    put(out, 0x07064b50, 4);
    put(out, 0, 4);
    put(out, end_at, 8);
    put(out, 1, 4);
  }
  put(out, 0x06054b50, 4);
  put(out, 0, 4);
  put(out, zip64_end ? 0xffff : items.size(), 2);
  put(out, zip64_end ? 0xffff : items.size(), 2);
  put(out, zip64_end ? 0xffffffff : directory.size(), 4);
  put(out, zip64_end ? 0xffffffff : directory_at, 4);
  put(out, comment.size(), 2);
  out += comment;
  return out;
}

std::string read_only(const std::string& bytes, const ZipBudget& budget = {}) {
  Result<ZipReader> zip = ZipReader::open(bytes, budget);
  if (!zip) return std::string(name_of(zip.error().code));
  if (zip->entries().size() != 1) return "not one entry";
  Result<std::string_view> body = zip->read(zip->entries()[0]);
  return body ? std::string(*body) : std::string(name_of(body.error().code));
}

TEST(Zip, ReadsStoredAndDeflatedEntries) {
  std::string large;
  for (int i = 0; i < 20000; ++i) large += std::to_string(i);
  std::string bytes =
      make_zip({{"a.txt", "hello", 0}, {"folder/", "", 0}, {"b.json", large}, {"empty", ""}}, "a comment");
  Result<ZipReader> zip = ZipReader::open(bytes);
  ASSERT_TRUE(zip) << zip.error().message;
  ASSERT_EQ(zip->entries().size(), 4u);
  EXPECT_TRUE(zip->entries()[1].is_folder());
  EXPECT_EQ(zip->entries()[2].name, "b.json");
  EXPECT_EQ(*zip->read(zip->entries()[0]), "hello");
  EXPECT_EQ(*zip->read(zip->entries()[2]), large);
  EXPECT_EQ(*zip->read(zip->entries()[3]), "");
}

TEST(Zip, ReadsZip64) {
  EXPECT_EQ(read_only(make_zip({{.name = "a", .body = "sixty-four", .zip64 = true}}, "", true)), "sixty-four");
}

TEST(Zip, AllowsNoEntries) {
  Result<ZipReader> empty = ZipReader::open(make_zip({}));
  ASSERT_TRUE(empty);
  EXPECT_TRUE(empty->entries().empty());
}

TEST(Zip, RefusesWhatIsWrongOrNotSupported) {
  EXPECT_EQ(read_only(""), "truncated");
  EXPECT_EQ(read_only("PK"), "truncated");
  EXPECT_EQ(read_only(make_zip({{.name = "a", .body = "secret", .flags = 1}})), "unsupported");
  EXPECT_EQ(read_only(make_zip({{.name = "a", .body = "x", .method = 12}})), "unsupported");
  EXPECT_EQ(read_only(make_zip({{.name = "a", .body = "some text", .crc_error = 1}})), "malformed");
  EXPECT_EQ(read_only(make_zip({{.name = "a", .body = "some text", .size_error = 1}})), "malformed");
  EXPECT_EQ(read_only(make_zip({{.name = "a", .body = "some text", .size_error = -1}})), "malformed");
  EXPECT_EQ(read_only(make_zip({{.name = "a", .body = "some text", .method = 0, .size_error = -1}})), "malformed");
  EXPECT_EQ(read_only(make_zip({{.name = "a", .body = "x", .size_error = 1 << 20}})), "malformed");
}

TEST(Zip, StopsAtItsBudgets) {
  std::string zeros = make_zip({{"zeros", std::string(1 << 20, '\0')}});
  EXPECT_EQ(read_only(zeros, {.entry_size = 1 << 19}), "over budget");
  EXPECT_EQ(read_only(zeros, {.output = 1 << 19}), "over budget");
  EXPECT_EQ(read_only(zeros, {.entries = 0}), "over budget");
}

TEST(Zip, SurvivesTruncationAndFlippedBytesEverywhere) {
  std::string bytes = make_zip(
      {{.name = "a", .body = "a body of some length, body of some length"}, {.name = "b", .body = "b", .zip64 = true}});
  for (size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(ZipReader::open(bytes.substr(0, size)));
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    Result<ZipReader> zip = ZipReader::open(damaged);
    if (!zip) continue;
    for (const ZipEntry& entry : zip->entries()) (void)zip->read(entry);
  }
}

}  // namespace
}  // namespace drydock
