#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/digest.h"
#include "target/blob_store.h"
#include "target/layer_reader.h"

namespace drydock::target {
namespace {

namespace fs = std::filesystem;

class StoredDigestTest : public ::testing::Test {
 protected:
  StoredDigestTest() {
    std::string name = fs::temp_directory_path() / "stored_digest.XXXXXX";
    root = ::mkdtemp(name.data());
    std::ofstream(root + "/blob", std::ios::binary) << bytes;
    image.blobs = folder_store(Descriptor(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)));
    image.layers.push_back({.blob = "blob", .digest = "sha256:declared", .diff_id = {}});
    image.layers.push_back({.blob = "missing", .digest = {}, .diff_id = {}});
  }
  ~StoredDigestTest() override { fs::remove_all(root); }
  void settle() const { std::this_thread::sleep_for(std::chrono::milliseconds(2100)); }

  std::string root, bytes = std::string(300'000, 'b') + "end";
  ImageSource image;
};

TEST_F(StoredDigestTest, HashesTheBytesWhateverIsDeclared) {
  StoredDigest stored = stored_digest(image, 0).value();
  EXPECT_EQ(stored.digest, oci_digest(sha256(bytes)));
  EXPECT_EQ(stored.bytes, bytes.size());
  EXPECT_FALSE(stored_digest(image, 1));
}

TEST_F(StoredDigestTest, NamesThePlaceOfASettledFile) {
  EXPECT_EQ(place_of(image, 0), std::nullopt);  // it was written just now
  settle();
  std::optional<FilePlace> place = place_of(image, 0);
  ASSERT_TRUE(place);
  struct stat status{};
  ASSERT_EQ(::stat((root + "/blob").c_str(), &status), 0);
  EXPECT_EQ(place->file.inode, status.st_ino);
  EXPECT_EQ(place->offset, 0U);
  EXPECT_EQ(place->size, bytes.size());
  EXPECT_EQ(stored_digest(image, 0)->place, place);
  EXPECT_EQ(place_of(image, 1), std::nullopt);
}

TEST_F(StoredDigestTest, NamesNoPlaceThatOthersMayWriteTo) {
  for (unsigned mode : {0602U, 0622U}) {
    ASSERT_EQ(::chmod((root + "/blob").c_str(), mode), 0);
    settle();
    EXPECT_EQ(place_of(image, 0), std::nullopt) << mode;
  }
}

}  // namespace
}  // namespace drydock::target
