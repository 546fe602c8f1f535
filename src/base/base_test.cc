#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/arena.h"
#include "base/byte_reader.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/result.h"
#include "base/span.h"
#include "base/text.h"
#include "base/thread_pool.h"

namespace drydock {
namespace {

Result<int> half(int n) {
  if (n % 2) return fail(Errc::malformed, "odd");
  return n / 2;
}
Result<int> quarter(int n) {
  TRY(int a, half(n));
  TRY(int b, half(a));
  return b;
}

TEST(Result, TryBindsOrReturnsTheError) {
  EXPECT_EQ(quarter(8).value(), 2);
  ASSERT_FALSE(quarter(6));
  EXPECT_EQ(quarter(6).error().message, "odd");
}

TEST(LineTable, CountsFromOneAndDropsCarriageReturns) {
  constexpr std::string_view kText = "ab\r\n\ncd";
  LineTable table(kText);
  EXPECT_EQ(table.at(0).line, 1u);
  EXPECT_EQ(table.at(4).line, 2u);
  EXPECT_EQ(table.at(6).line, 3u);
  EXPECT_EQ(table.at(6).column, 2u);
  EXPECT_EQ(table.line(1).of(kText), "ab");
  EXPECT_EQ(table.line(3).of(kText), "cd");
  EXPECT_TRUE(table.line(4).empty());
}

TEST(Arena, LargePiecesKeepTheCurrentChunkInUse) {
  Arena arena;
  std::string_view small = arena.copy("small");
  std::string large(100'000, 'x');
  std::string_view copied = arena.copy(large);
  std::string_view after = arena.copy("after");
  EXPECT_EQ(small.data() + small.size(), after.data());
  Arena moved = std::move(arena);
  EXPECT_EQ(copied, large);
  EXPECT_EQ(small, "small");
  EXPECT_EQ(moved.join("a", "b", "c"), "abc");
}

TEST(ArenaList, KeepsItsItemsWhileItGrows) {
  Arena arena;
  ArenaList<int> list(arena);
  for (int i = 0; i < 1000; ++i) list.push(i);
  ASSERT_EQ(list.span().size(), 1000u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(list[static_cast<size_t>(i)], i);
}

TEST(ByteReader, RefusesLengthsThatWouldWrap) {
  ByteReader in("\x01\x02\x03\x04");
  EXPECT_EQ(in.u16_be().value(), 0x0102);
  EXPECT_EQ(in.take(SIZE_MAX).error().code, Errc::truncated);
  EXPECT_EQ(in.u16_le().value(), 0x0403);
  EXPECT_FALSE(in.u8());
}

// FIPS 180-4 example "abc"; RFC 4231 test case 2.
TEST(Digest, AgreesWithPublishedVectors) {
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(parse_oci_digest(oci_digest(sha256("abc"))).value(), sha256("abc"));
  EXPECT_FALSE(parse_oci_digest("sha256:abc"));
  EXPECT_FALSE(parse_oci_digest("md5:ba7816bf"));
}

TEST(Text, PathsAreNormalisedLexically) {
  EXPECT_EQ(normalise_path("./a//b/../c/"), "a/c");
  EXPECT_EQ(normalise_path("../../etc"), "etc");
  EXPECT_EQ(normalise_path("/"), "");
  EXPECT_EQ(base_name("a/b"), "b");
  EXPECT_EQ(directory_of("b"), "");
}

TEST(Text, PrintableReplacesControlAndBrokenBytes) {
  EXPECT_EQ(printable("a\x1b[31mb"), "a\xef\xbf\xbd[31mb");
  EXPECT_EQ(printable("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(printable("\xc2\x9b"), "\xef\xbf\xbd");  // CSI as one code point
  EXPECT_EQ(printable("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
}

TEST(File, AtomicWriteReplacesAndLeavesNothingBehind) {
  std::string folder = testing::TempDir() + "drydock_file_test";
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(create_directories(folder));
  ASSERT_TRUE(write_file_atomically(folder + "/a", "one"));
  ASSERT_TRUE(write_file_atomically(folder + "/a", "two"));
  EXPECT_EQ(read_file(folder + "/a", 100).value(), "two");
  EXPECT_EQ(read_file(folder + "/a", 2).error().code, Errc::over_budget);
  EXPECT_EQ(read_file(folder + "/none", 2).error().code, Errc::not_found);
  EXPECT_EQ(read_file(folder, 2).error().code, Errc::unsupported);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
  std::filesystem::remove_all(folder);
}

TEST(File, AtomicWriteNeverReplacesADeviceOrPipe) {
  std::string path = testing::TempDir() + "drydock_pipe_test";
  std::filesystem::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  Descriptor reader(::open(path.c_str(), O_RDWR | O_CLOEXEC));  // both ends, so that neither open waits
  ASSERT_TRUE(reader);
  ASSERT_TRUE(write_file_atomically(path, "report"));
  EXPECT_TRUE(std::filesystem::is_fifo(path));
  char got[16] = {};
  EXPECT_EQ(::read(reader.get(), got, sizeof got), 6);
  EXPECT_EQ(std::string_view(got), "report");
  std::filesystem::remove(path);
}

TEST(RunParallel, RunsEachJobOnce) {
  std::vector<int> runs(1000);
  run_parallel(runs.size(), 4, [&](size_t i) { ++runs[i]; });
  EXPECT_THAT(runs, testing::Each(1));
}

TEST(File, ReleasedPagesComeFromTheFileAgainAndOtherMemoryIsLeftAlone) {
  std::string path = ::testing::TempDir() + "release_pages";
  std::string text(100'000, 'x');
  ASSERT_TRUE(write_file_atomically(path, text));
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  Result<MappedFile> mapped = MappedFile::map(file.get(), text.size());
  ASSERT_TRUE(mapped);
  MappedFile moved = std::move(*mapped);
  EXPECT_EQ(moved.bytes(), text);
  release_pages(moved.bytes());
  EXPECT_EQ(moved.bytes(), text);
  std::string ours(100'000, 'y');
  release_pages(ours);
  EXPECT_EQ(ours.find_first_not_of('y'), std::string::npos);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace drydock
