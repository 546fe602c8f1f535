#include "target/directory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "target/beneath.h"

namespace drydock::target {
namespace {

namespace fs = std::filesystem;

class DirectoryTest : public ::testing::Test {
 protected:
  DirectoryTest() {
    std::string name = fs::temp_directory_path() / "directory_test.XXXXXX";
    root = ::mkdtemp(name.data());
  }
  ~DirectoryTest() override { fs::remove_all(root); }
  void write(const std::string& path, std::string_view bytes) {
    fs::create_directories(fs::path(root + "/" + path).parent_path());
    std::ofstream(root + "/" + path, std::ios::binary) << bytes;
  }
  static std::vector<std::string> paths(const DirectoryListing& listing) {
    std::vector<std::string> found;
    for (const FileHeader& entry : listing.entries) found.emplace_back(entry.path);
    return found;
  }
  static const FileHeader& find(const DirectoryListing& listing, std::string_view path) {
    return *std::ranges::find(listing.entries, path, &FileHeader::path);
  }
  std::string root;
};

TEST_F(DirectoryTest, ListsSortedWithTypesAndWithoutFollowingLinks) {
  write("b/two", "22");
  write("b-file", "1");
  write("a", "");
  ::chmod((root + "/b/two").c_str(), 04751);
  fs::create_directory_symlink("/etc", root + "/etc");
  fs::create_symlink("b/two", root + "/link");
  ::mkfifo((root + "/fifo").c_str(), 0600);
  DirectoryListing listing = list_directory(root).value();
  EXPECT_EQ(paths(listing), (std::vector<std::string>{"a", "b", "b-file", "b/two", "etc", "link"}));
  EXPECT_EQ(find(listing, "b").type, FileType::directory);
  EXPECT_EQ(find(listing, "b/two").mode, 04751u);
  EXPECT_EQ(find(listing, "b/two").size, 2u);
  EXPECT_EQ(find(listing, "etc").type, FileType::symlink);
  EXPECT_EQ(find(listing, "etc").link_target, "/etc");
  EXPECT_EQ(listing.skipped, 1u);
  EXPECT_TRUE(listing.unread.empty());
}

TEST_F(DirectoryTest, OfGitOnlyTheConfigIsListed) {
  write(".git/config", "x");
  write(".git/objects/ab/cd", "x");
  write(".git/HEAD", "x");
  write("module/.git", "gitdir: ../.git/modules/module\n");
  write(".github/workflows/ci.yml", "x");
  EXPECT_EQ(paths(list_directory(root).value()),
            (std::vector<std::string>{".git", ".git/config", ".github", ".github/workflows", ".github/workflows/ci.yml",
                                      "module", "module/.git"}));
}

TEST_F(DirectoryTest, LeavesOutWhatIsExcluded) {
  write("node_modules/x/y", "x");
  write("src/y", "x");
  auto listing = list_directory(root, {.excluded = [](std::string_view path) { return path == "node_modules"; }});
  EXPECT_EQ(paths(listing.value()), (std::vector<std::string>{"src", "src/y"}));
  EXPECT_EQ(list_directory(root, {.entries = 1}).error().code, Errc::over_budget);
}

TEST_F(DirectoryTest, ReadsFilesOfEverySize) {
  std::string large(kInMemory + 12345, 'x');
  large.back() = '!';
  write("empty", "");
  write("small", "content");
  write("dir/large", large);
  write("limit", std::string(kInMemory, 'y'));
  DirectoryListing listing = list_directory(root).value();
  SpillQuota quota(64 << 20);
  {
    FileReader reader(listing, &quota);
    EXPECT_EQ(reader.read(find(listing, "empty")).value().bytes, "");
    EXPECT_EQ(reader.read(find(listing, "small")).value().bytes, "content");
    EXPECT_EQ(reader.read(find(listing, "limit")).value().bytes.size(), kInMemory);
    FileView view = reader.read(find(listing, "dir/large")).value();
    EXPECT_TRUE(view.bytes == large);
    EXPECT_EQ(view.header.size, large.size());
    EXPECT_FALSE(quota.take(quota.total()));
  }
  EXPECT_TRUE(quota.take(quota.total()));
  EXPECT_EQ(FileReader(listing, &quota).read(find(listing, "dir/large")).error().code, Errc::over_budget);
  EXPECT_EQ(FileReader(listing, nullptr).read(find(listing, "dir/large")).error().code, Errc::over_budget);
}

TEST_F(DirectoryTest, FilesThatChangeAfterTheListingAreHandled) {
  write("gone", "x");
  write("grown", "x");
  write("shrunk", "xxxxxxxx");
  write("swapped", "x");
  write("folder/file", "x");
  write("fifo", "x");
  std::string secret = root + ".outside";
  std::ofstream(secret) << "secret";
  DirectoryListing listing = list_directory(root).value();
  fs::remove(root + "/gone");
  write("grown", std::string(100'000, 'g'));
  write("shrunk", "s");
  fs::remove(root + "/swapped");
  fs::create_symlink(secret, root + "/swapped");
  fs::rename(root + "/folder", root + "/moved");
  fs::create_directory_symlink("moved", root + "/folder");
  fs::remove(root + "/fifo");
  ::mkfifo((root + "/fifo").c_str(), 0600);
  FileReader reader(listing, nullptr);
  EXPECT_EQ(reader.read(find(listing, "gone")).error().code, Errc::not_found);
  EXPECT_EQ(reader.read(find(listing, "grown")).value().bytes.size(), 100'000u);
  FileView shrunk = reader.read(find(listing, "shrunk")).value();
  EXPECT_EQ(shrunk.bytes, "s");
  EXPECT_EQ(shrunk.header.size, 1u);
  EXPECT_EQ(reader.read(find(listing, "swapped")).error().code, Errc::unsupported);
  EXPECT_FALSE(reader.read(find(listing, "folder/file")));
  EXPECT_FALSE(reader.read(find(listing, "fifo")));
  fs::remove(secret);
}

TEST_F(DirectoryTest, WhatCannotBeListedIsReported) {
  // PATH_MAX holds for everyone, permissions not for root, under whom tests often run.
  std::string deep = root;
  for (int i = 0; i < 12; ++i) {
    deep += "/" + std::string(200, 'd');
  }
  fs::create_directories(deep);
  Descriptor at(::open(deep.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (int i = 0; i < 12; ++i) {
    ASSERT_EQ(::mkdirat(at.get(), std::string(200, 'e').c_str(), 0700), 0);
    at = Descriptor(::openat(at.get(), std::string(200, 'e').c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  }
  DirectoryListing listing = list_directory(root).value();
  EXPECT_EQ(listing.unread.size(), 1u);
  EXPECT_GE(listing.entries.size(), 20u);
}

TEST_F(DirectoryTest, UnreadableFoldersAreReportedAndTheRestIsListed) {
  constexpr uid_t kNobody = 65534;
  write("closed/file", "x");
  write("open/file", "x");
  ::chmod((root + "/closed").c_str(), 0);
  bool is_root = ::geteuid() == 0;  // who may read everything, and so becomes somebody else for the listing
  if (is_root && (::chown(root.c_str(), kNobody, kNobody) != 0 || ::seteuid(kNobody) != 0)) {
    GTEST_SKIP() << "root that cannot become another user";
  }
  DirectoryListing listing = list_directory(root).value();
  if (is_root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  ::chmod((root + "/closed").c_str(), 0700);
  ASSERT_EQ(listing.unread.size(), 1u);
  EXPECT_EQ(listing.unread[0].path, "closed");
  EXPECT_EQ(paths(listing), (std::vector<std::string>{"closed", "open", "open/file"}));
}

TEST_F(DirectoryTest, OnlyFoldersCanBeListed) {
  write("file", "x");
  EXPECT_FALSE(list_directory(root + "/file"));
  EXPECT_EQ(list_directory(root + "/absent").error().code, Errc::not_found);
  fs::create_directory_symlink(root, root + "/self");
  EXPECT_TRUE(list_directory(root + "/self")) << "the user's own spelling of the root is followed";
}

TEST_F(DirectoryTest, OpensNothingAboveTheFolder) {
  write("in/file", "x");
  Descriptor folder(::open((root + "/in").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  EXPECT_TRUE(open_beneath(folder.get(), "file", O_RDONLY));
  EXPECT_TRUE(open_beneath(folder.get(), "", O_RDONLY | O_DIRECTORY));
  EXPECT_FALSE(open_beneath(folder.get(), "../in/file", O_RDONLY));
  EXPECT_FALSE(open_beneath(folder.get(), "/etc/passwd", O_RDONLY));
}

}  // namespace
}  // namespace drydock::target
