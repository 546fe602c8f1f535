#include "formats/tar.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <locale.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/file.h"
#include "formats/tar_testing.h"

namespace drydock::tar {
namespace {

class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string_view text) : rest_(text) {}
  Result<size_t> read(std::span<std::byte> to) override {
    size_t size = std::min({to.size(), rest_.size(), size_t{100'000}});
    std::memcpy(to.data(), rest_.data(), size);
    rest_.remove_prefix(size);
    return size;
  }
  size_t left() const { return rest_.size(); }

 private:
  std::string_view rest_;
};

struct Seen {
  std::string path, link_target;
  Type type;
  uint32_t mode;
  uint64_t uid, size;
  int64_t mtime;
  std::string content;
  int pieces = 0;
  bool complete = false;
};

class Recorder final : public Visitor {
 public:
  Result<bool> entry(const Header& h) override {
    seen.push_back({std::string(h.path), std::string(h.link_target), h.type, h.mode, h.uid, h.size, h.mtime, {}});
    return h.path != skipped;
  }
  Result<void> content(std::string_view piece, uint64_t offset, bool last) override {
    Seen& now = seen.back();
    EXPECT_EQ(offset, now.content.size());
    EXPECT_FALSE(now.complete) << "a piece behind the last";
    now.content += piece;
    now.complete = last;
    ++now.pieces;
    return {};
  }
  std::vector<Seen> seen;
  std::string skipped;
};

using testing::entry;
using testing::pax;
const std::string kEnd(1024, '\0');

Result<std::vector<Seen>> read(std::string_view bytes, const Budget& budget = {}) {
  TextSource source(bytes);
  Recorder recorder;
  TRY_VOID(walk(source, recorder, budget));
  EXPECT_EQ(source.left(), 0u);
  return std::move(recorder.seen);
}

class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "tar_test.XXXXXX";
    path = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};
bool run(const std::string& command) { return std::system(command.c_str()) == 0; }
Result<std::vector<Member>> index_file(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return index(file.get(), std::filesystem::file_size(path));
}

TEST(Tar, GivesEntriesInOrderWithTheirContent) {
  auto seen = read(entry("etc/", "", {.kind = '5'}) + entry("etc/passwd", "root:x:0:0") + entry("etc/empty", "") +
                   entry("bin/sh", "", {.kind = '2', .link = "busybox"}) +
                   entry("bin/ash", "", {.kind = '1', .link = "bin/busybox"}) + entry("dev/null", "", {.kind = '3'}) +
                   entry("run/pipe", "", {.kind = '6'}) + kEnd)
                  .value();
  ASSERT_EQ(seen.size(), 7u);
  EXPECT_EQ(seen[0].type, Type::directory);
  EXPECT_EQ(seen[1].path, "etc/passwd");
  EXPECT_EQ(seen[1].content, "root:x:0:0");
  EXPECT_TRUE(seen[1].complete);
  EXPECT_EQ(seen[1].mode, 0644u);
  EXPECT_EQ(seen[1].uid, 1000u);
  EXPECT_EQ(seen[1].mtime, 0x60000000);
  EXPECT_EQ(seen[2].pieces, 0);
  EXPECT_EQ(seen[3].type, Type::symlink);
  EXPECT_EQ(seen[3].link_target, "busybox");
  EXPECT_EQ(seen[4].type, Type::hard_link);
  EXPECT_EQ(seen[4].link_target, "bin/busybox");
  EXPECT_EQ(seen[5].type, Type::character_device);
  EXPECT_EQ(seen[6].type, Type::fifo);
}

TEST(Tar, ContentInOneBufferComesInOnePiece) {
  std::string bytes, big(300'000, 'x');
  for (int i = 0; i < 12; ++i) bytes += entry("file" + std::to_string(i), big);
  auto seen = read(bytes + kEnd).value();
  ASSERT_EQ(seen.size(), 12u);
  int in_one = 0;
  for (const Seen& s : seen) {
    EXPECT_EQ(s.content, big);
    EXPECT_LE(s.pieces, 2);
    in_one += s.pieces == 1;
  }
  EXPECT_GE(in_one, 8);
}

TEST(Tar, KeepsPathsAsStored) {
  std::string latin1 = "caf\xe9", utf8 = "caf\xc3\xa9", decomposed = "cafe\xcc\x81", deep(3000, 'd');
  std::string bytes = entry("./a/../b", "x") + entry("/abs", "x") + entry(latin1, "x") + entry(utf8, "x") +
                      pax({{"path", utf8}}) + entry("short", "x") + pax({{"path", decomposed}}) + entry("short", "x") +
                      pax({{"path", latin1}}) + entry("short", "x") + pax({{"path", deep}}) + entry("short", "x") +
                      entry("././@LongLink", deep + '\0', {.kind = 'L'}) + entry("short", "x") +
                      entry("././@LongLink", deep + '\0', {.kind = 'K'}) +
                      entry("link", "", {.kind = '2', .link = "short"}) + pax({{"linkpath", utf8}}) +
                      entry("link2", "", {.kind = '2', .link = "short"}) + kEnd;
  auto seen = read(bytes).value();
  ASSERT_EQ(seen.size(), 11u);
  const std::string paths[] = {"./a/../b", "/abs", latin1, utf8, utf8, decomposed, latin1, deep, deep, "link", "link2"};
  for (size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i].path, paths[i]) << i;
  EXPECT_EQ(seen[9].link_target, deep);
  EXPECT_EQ(seen[10].link_target, utf8);
}

TEST(Tar, TheLocaleOfTheProcessChangesNoPath) {
  std::string decomposed = "cafe\xcc\x81", bytes = pax({{"path", decomposed}}) + entry("short", "x") + kEnd;
  ASSERT_NE(::setlocale(LC_ALL, "C.UTF-8"), nullptr);
  auto seen = read(bytes);
  ::setlocale(LC_ALL, "C");
  EXPECT_EQ(seen.value().at(0).path, decomposed);
}

TEST(Tar, PaxNumbersWinOverTheHeader) {
  auto seen = read(pax({{"uid", "5000000000"}, {"mtime", "1700000000.25"}, {"size", "5"}}) + entry("f", "12345") + kEnd)
                  .value();
  EXPECT_EQ(seen.at(0).uid, 5'000'000'000u);
  EXPECT_EQ(seen.at(0).mtime, 1'700'000'000);
  EXPECT_EQ(seen.at(0).content, "12345");
}

TEST(Tar, SkippedContentIsNotDelivered) {
  std::string bytes = entry("a", std::string(5000, 'a')) + entry("b", "bb") + kEnd;
  TextSource source(bytes);
  Recorder recorder;
  recorder.skipped = "a";
  ASSERT_TRUE(walk(source, recorder));
  EXPECT_EQ(recorder.seen.at(0).pieces, 0);
  EXPECT_EQ(recorder.seen.at(1).content, "bb");
}

TEST(Tar, ArchivesWithoutEntriesAndWithoutEndMarkAreFine) {
  EXPECT_TRUE(read("").value().empty());
  EXPECT_TRUE(read(kEnd).value().empty());
  EXPECT_TRUE(read(std::string(10240, '\0')).value().empty());
  EXPECT_EQ(read(entry("a", "x")).value().size(), 1u);
}

TEST(Tar, BytesBehindTheEndMarkAreReadToo) {
  EXPECT_EQ(read(entry("a", "x") + kEnd + std::string(3'000'000, 'x')).value().size(), 1u);
}

TEST(Tar, TruncationNamesTheEntry) {
  std::string bytes = entry("first", "x") + entry("app/data.bin", std::string(2000, 'x'));
  for (size_t size = 1024 + 512; size < 1024 + 512 + 2000; size += 100) {
    auto seen = read(bytes.substr(0, size));
    ASSERT_FALSE(seen) << size;
    EXPECT_EQ(seen.error().code, Errc::truncated);
    EXPECT_NE(seen.error().message.find("entry 2 (app/data.bin)"), std::string::npos) << seen.error().message;
  }
  auto inside_header = read(bytes.substr(0, 1024 + 100));
  ASSERT_FALSE(inside_header);
  EXPECT_EQ(inside_header.error().code, Errc::truncated);
  EXPECT_NE(inside_header.error().message.find("behind tar entry 1"), std::string::npos)
      << inside_header.error().message;
}

// umoci 0.4 ends layers so.
TEST(Tar, PaddingAndEndMarkMayBeMissing) {
  std::string whole = entry("a", "x") + entry("b", std::string(700, 'b'));
  for (size_t missing = 0; missing <= 1024 - 700; ++missing) {
    auto seen = read(whole.substr(0, whole.size() - missing));
    ASSERT_TRUE(seen) << missing << " " << seen.error().message;
    EXPECT_EQ(seen->at(1).content, std::string(700, 'b'));
  }
  for (size_t missing = 1024 - 700 + 1; missing < 1024 + 512; ++missing) {
    auto seen = read(whole.substr(0, whole.size() - missing));
    ASSERT_FALSE(seen) << missing;
    EXPECT_EQ(seen.error().code, Errc::truncated) << missing << " " << seen.error().message;
  }
  EXPECT_EQ(read(entry("a", "x") + std::string(100, '\0')).value().size(), 1u);
}

TEST(Tar, DamagedHeadersAreErrorsAndNotSkipped) {
  std::string second = entry("second", "y");
  second[3] = 'X';
  auto seen = read(entry("first", "x") + second + entry("third", "z") + kEnd);
  ASSERT_FALSE(seen);
  EXPECT_EQ(seen.error().code, Errc::malformed);
  EXPECT_FALSE(read("this is no tar archive at all"));
  EXPECT_FALSE(read(std::string(2000, 'x')));
}

// Go's reader takes the 512 bytes behind such a link for the next header, libarchive for content.
TEST(Tar, HardLinksWithContentAreRefused) {
  std::string smuggled = entry("hidden", "");
  auto seen = read(entry("a", "x") + pax({{"comment", "a PAX archive"}, {"size", "512"}}) +
                   entry("link", smuggled, {.kind = '1', .link = "a"}) + kEnd);
  ASSERT_FALSE(seen);
  EXPECT_EQ(seen.error().code, Errc::malformed);
}

TEST(Tar, BudgetsEndTheWalk) {
  std::string bytes = entry("a", "x") + entry("b", "x") + kEnd;
  EXPECT_EQ(read(bytes, {.entries = 1}).error().code, Errc::over_budget);
  EXPECT_TRUE(read(bytes, {.entries = 2}));
  EXPECT_EQ(read(pax({{"path", std::string(200, 'p')}}) + entry("a", "x"), {.path_bytes = 100}).error().code,
            Errc::over_budget);
}

TEST(Tar, ErrorsOfTheSourceAndTheVisitorComeThrough) {
  struct Broken final : ByteSource {
    Result<size_t> read(std::span<std::byte>) override { return fail(Errc::denied, "no luck"); }
  } broken;
  Recorder recorder;
  Result<void> walked = walk(broken, recorder);
  ASSERT_FALSE(walked);
  EXPECT_EQ(walked.error().code, Errc::denied);
  EXPECT_NE(walked.error().message.find("no luck"), std::string::npos);

  struct Refusing final : Visitor {
    Result<bool> entry(const Header&) override { return true; }
    Result<void> content(std::string_view, uint64_t, bool) override { return fail(Errc::over_budget, "enough"); }
  } refusing;
  std::string bytes = entry("a", "x") + kEnd;
  TextSource source(bytes);
  walked = walk(source, refusing);
  ASSERT_FALSE(walked);
  EXPECT_EQ(walked.error().message, "enough");
}

TEST(Tar, HolesOfSparseFilesBecomeZeros) {
  Folder folder;
  {
    std::ofstream file(folder.path + "/sparse", std::ios::binary);
    file.seekp(1 << 20);
    file << "middle";
    file.seekp(3 << 20);
    file << "end";
  }
  std::filesystem::resize_file(folder.path + "/sparse", 4 << 20);
  std::string expected(4 << 20, '\0');
  expected.replace(1 << 20, 6, "middle");
  expected.replace(3 << 20, 3, "end");
  for (const char* format : {"--format=gnu", "--format=posix --sparse-version=0.0",
                             "--format=posix --sparse-version=0.1", "--format=posix --sparse-version=1.0"}) {
    std::string archive = folder.path + "/archive.tar";
    if (!run("tar -C " + folder.path + " -S " + format + " -cf " + archive + " sparse")) GTEST_SKIP() << "no GNU tar";
    std::string bytes = read_file(archive, 16 << 20).value();
    ASSERT_LT(bytes.size(), size_t{1} << 20);
    auto seen = read(bytes).value();
    ASSERT_EQ(seen.size(), 1u) << format;
    EXPECT_EQ(seen[0].path, "sparse") << format;
    EXPECT_TRUE(seen[0].complete);
    EXPECT_TRUE(seen[0].content == expected) << format;
    EXPECT_EQ(read(bytes, {.hole_bytes = 1 << 20}).error().code, Errc::over_budget) << format;
    EXPECT_FALSE(index_file(archive)) << format;
  }
}

TEST(Tar, ReadsWhatGnuTarWritesInEveryFormat) {
  Folder folder;
  std::filesystem::create_directories(folder.path + "/in/b");
  std::string big(2'500'000, 'q');
  std::ofstream(folder.path + "/in/big") << big;
  std::ofstream(folder.path + "/in/b/small") << "small";
  std::filesystem::create_symlink("small", folder.path + "/in/b/link");
  std::filesystem::create_hard_link(folder.path + "/in/b/small", folder.path + "/in/b/z");
  for (const char* format : {"v7", "oldgnu", "gnu", "ustar", "posix"}) {
    std::string archive = folder.path + "/archive.tar";
    if (!run("tar -C " + folder.path + "/in --sort=name --format=" + format + " -cf " + archive + " .")) {
      GTEST_SKIP() << "no GNU tar";
    }
    auto seen = read(read_file(archive, 16 << 20).value()).value();
    ASSERT_EQ(seen.size(), 6u) << format;
    EXPECT_EQ(seen[2].link_target, "small");
    EXPECT_EQ(seen[3].content, "small");
    EXPECT_EQ(seen[4].type, Type::hard_link);
    EXPECT_EQ(seen[4].link_target, "./b/small");
    EXPECT_TRUE(seen[5].content == big);
    auto members = index_file(archive).value();
    ASSERT_EQ(members.size(), 6u);
    std::string bytes = read_file(archive, 16 << 20).value();
    EXPECT_EQ(bytes.substr(members[3].offset, members[3].size), "small");
    EXPECT_TRUE(bytes.substr(members[5].offset, members[5].size) == big);
    EXPECT_EQ(members[2].link_target, "small");
  }
}

TEST(TarIndex, AcceptsMissingPaddingButNotMissingContent) {
  Folder folder;
  std::string path = folder.path + "/a.tar", whole = entry("a", "x") + entry("b", std::string(700, 'b'));
  for (size_t missing : {0, 1, 300, 1024 - 700}) {
    std::ofstream(path, std::ios::binary) << whole.substr(0, whole.size() - missing);
    EXPECT_EQ(index_file(path).value().at(1).offset, 1024u + 512) << missing;
  }
  for (size_t missing : {1024 - 700 + 1, 500, 600, 1000, 1100}) {
    std::ofstream(path, std::ios::binary) << whole.substr(0, whole.size() - missing);
    EXPECT_FALSE(index_file(path)) << missing;
  }
}

TEST(TarIndex, PlacesContentBehindEveryKindOfHeader) {
  Folder folder;
  std::string path = folder.path + "/a.tar";
  std::string bytes =
      entry("a", "alpha") + pax({{"path", std::string(300, 'p')}}) + entry("x", std::string(70'000, 'b')) +
      entry("././@LongLink", std::string(150, 'l') + '\0', {.kind = 'L'}) + entry("x", "gamma") + entry("none", "") +
      entry("dir/", "", {.kind = '5'}) + entry("last", std::string(512, 'z')) + kEnd;
  std::ofstream(path) << bytes;
  auto members = index_file(path).value();
  ASSERT_EQ(members.size(), 6u);
  const std::string contents[] = {"alpha", std::string(70'000, 'b'), "gamma", "", "", std::string(512, 'z')};
  for (size_t i = 0; i < 6; ++i) {
    EXPECT_TRUE(bytes.substr(members[i].offset, members[i].size) == contents[i]) << i;
  }
  for (size_t cut : {bytes.size() - 1024 - 200, size_t{50'000}, size_t{515}}) {
    std::filesystem::resize_file(path, cut);
    EXPECT_FALSE(index_file(path)) << cut;
  }
}

}  // namespace
}  // namespace drydock::tar
