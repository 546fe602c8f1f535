// Scans of image archives with the layer cache: the same answers as without, whatever the archive declares.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "formats/tar_testing.h"
#include "model/record_json.h"
#include "scan/layer_scan.h"
#include "scan/scan.h"
#include "store/layer_cache.h"

namespace drydock::scan {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

std::string digest_of(std::string_view bytes) { return oci_digest(sha256(bytes)); }

std::string layer_with(std::string_view package) {
  std::string name(package);
  return tar::testing::entry("usr/lib/node_modules/" + name + "/package.json",
                             R"({"name":")" + name + R"(","version":"1.0.0"})") +
         tar::testing::entry("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian 12\"\n") +
         tar::testing::end();
}

// A docker archive. What it declares and what it holds may differ.
struct Archive {
  struct Layer {
    std::string blob, bytes, diff_id;
  };
  std::vector<Layer> layers;

  void add(std::string_view bytes) { add("blobs/sha256/" + digest_of(bytes).substr(7), bytes, digest_of(bytes)); }
  void add(std::string_view blob, std::string_view bytes, std::string_view diff_id) {
    layers.push_back({std::string(blob), std::string(bytes), std::string(diff_id)});
  }
  std::string bytes() const {
    std::string diff_ids, blobs, tar;
    for (const Layer& layer : layers) {
      diff_ids += (diff_ids.empty() ? "\"" : ",\"") + layer.diff_id + "\"";
      blobs += (blobs.empty() ? "\"" : ",\"") + layer.blob + "\"";
      tar += tar::testing::entry(layer.blob, layer.bytes);
    }
    tar += tar::testing::entry("config.json", R"({"architecture":"amd64","os":"linux","config":{"User":"app"},)"
                                              R"("rootfs":{"type":"layers","diff_ids":[)" +
                                                  diff_ids + "]}}");
    tar += tar::testing::entry("manifest.json",
                               R"([{"Config":"config.json","RepoTags":["shop:1"],"Layers":[)" + blobs + "]}]");
    return tar + tar::testing::end();
  }
};

// gzip (RFC 1952) with one stored block (RFC 1951, 3.2.4): enough to store a layer another way.
std::string gzip(std::string_view bytes) {
  auto little = [](uint64_t value, int size) {
    std::string text;
    for (int i = 0; i < size; ++i) text += static_cast<char>(value >> (8 * i));
    return text;
  };
  uint32_t crc = UINT32_MAX;
  for (char c : bytes) {
    crc ^= static_cast<uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
  }
  EXPECT_LT(bytes.size(), 65536U);
  std::string header("\x1f\x8b\x08\0\0\0\0\0\0\xff\x01", 11);
  return header + little(bytes.size(), 2) + little(~bytes.size(), 2) + std::string(bytes) + little(~crc, 4) +
         little(bytes.size(), 4);
}

class CachedScan : public ::testing::Test {
 protected:
  CachedScan() {
    std::string name = fs::temp_directory_path() / "cached_scan.XXXXXX";
    root = ::mkdtemp(name.data());
    cache = root + "/cache";
    archive = root + "/image.tar";
  }
  ~CachedScan() override { fs::remove_all(root); }

  void write(const Archive& image) const { std::ofstream(archive, std::ios::binary) << image.bytes(); }
  std::string scan_with(const std::string& cache_folder, const Kinds& kinds = {}) const {
    FixedClock clock(1'700'000'000);
    Options options{
        .target = archive, .kinds = kinds, .database = root + "/none", .cache = cache_folder, .clock = &clock};
    Result<Scan> scanned = scan(options, policy::Policy{});
    if (!scanned) return scanned.error().message;
    scanned->record.elapsed_milliseconds = 0;
    return encode_record(scanned->record);
  }
  std::string cached() const { return scan_with(cache); }
  std::string uncached() const { return scan_with({}); }

  static std::string engine() { return layer_engine({.image = true, .sources = false}); }
  // Writes a package into the record of a layer that is no longer what its bytes say: seen only by who uses the record.
  void mark(std::string_view digest) const {
    store::LayerCache marking = store::LayerCache::open(cache, engine()).value();
    std::shared_ptr<LayerRecord> record = marking.find(digest);
    ASSERT_NE(record, nullptr);
    ASSERT_FALSE(record->packages.empty());
    PackageFact fact = record->packages[0];
    fact.package.name = "from-the-cache";
    record->packages.push_back(fact);
    marking.insert(*record);
  }
  size_t count(std::string_view folder) const {
    auto files = fs::directory_iterator(cache + "/" + std::string(folder));
    return static_cast<size_t>(std::distance(begin(files), end(files)));
  }

  std::string root, cache, archive;
  std::string clean = layer_with("clean"), evil = layer_with("evilx");
};

TEST_F(CachedScan, SaysTheSameAsWithoutCache) {
  Archive image;
  image.add(clean);
  image.add(evil);
  write(image);
  std::string expected = uncached();
  EXPECT_THAT(expected, HasSubstr("evilx"));
  EXPECT_EQ(cached(), expected);
  EXPECT_EQ(count("layers"), 2U);
  EXPECT_EQ(cached(), expected);
}

TEST_F(CachedScan, AnswersFromTheCache) {
  Archive image;
  image.add(clean);
  write(image);
  EXPECT_THAT(cached(), Not(HasSubstr("from-the-cache")));
  mark(digest_of(clean));
  EXPECT_THAT(cached(), HasSubstr("from-the-cache"));
  EXPECT_THAT(uncached(), Not(HasSubstr("from-the-cache")));
}

TEST_F(CachedScan, SharesALayerThatIsStoredInAnotherWay) {
  Archive image, packed;
  image.add(clean);
  write(image);
  cached();
  std::string stored = gzip(clean);
  packed.add("blobs/sha256/" + digest_of(stored).substr(7), stored, digest_of(clean));
  write(packed);
  std::string expected = uncached();
  EXPECT_EQ(cached(), expected);
  EXPECT_EQ(cached(), expected);  // now from the cache, with this archive's own digest and size
  EXPECT_EQ(count("layers"), 1U);
  EXPECT_EQ(count("digests"), 2U);
}

TEST_F(CachedScan, AnotherKindOfScanIsAnotherEntry) {
  Archive image;
  image.add(clean);
  write(image);
  cached();
  mark(digest_of(clean));
  EXPECT_THAT(scan_with(cache, {.secrets = false}), Not(HasSubstr("from-the-cache")));
  EXPECT_THAT(scan_with(cache, {.configuration = false}), HasSubstr("from-the-cache"));
}

// Hostile archives: each claims to hold the clean layer, which is in the cache, and holds another.
struct Hostile {
  const char* what;
  bool digest, diff_id;  // of the clean layer
};
constexpr Hostile kHostile[] = {
    {"the clean layer's diff ID", false, true},
    {"the clean layer's digest", true, false},
    {"both", true, true},
};

TEST_F(CachedScan, FindsOutAHostileArchive) {
  Archive good;
  good.add(clean);
  write(good);
  cached();
  mark(digest_of(clean));
  for (const Hostile& hostile : kHostile) {
    for (const std::string& bytes : {evil, gzip(evil), gzip(clean) + "x", std::string("no tar at all")}) {
      SCOPED_TRACE(hostile.what);
      Archive image;
      image.add(hostile.digest ? "blobs/sha256/" + digest_of(clean).substr(7) : "layer.tar", bytes,
                digest_of(hostile.diff_id ? clean : evil));
      write(image);
      std::string expected = uncached();
      std::string found = cached();
      EXPECT_EQ(found, expected);
      EXPECT_EQ(cached(), expected);
      EXPECT_THAT(found, Not(HasSubstr("from-the-cache")));
      EXPECT_THAT(found, HasSubstr("could not be read whole"));
    }
  }
  EXPECT_EQ(count("layers"), 1U);  // nothing that was unproven got in
  write(good);
  EXPECT_THAT(cached(), HasSubstr("from-the-cache"));
}

// The hash of the stored bytes is remembered by inode, size, mtime and ctime. Time stamps are believed after two
// seconds.
TEST_F(CachedScan, RemembersAnArchiveUntilItChanges) {
  Archive good, bad;
  good.add(clean);
  write(good);
  std::this_thread::sleep_for(std::chrono::milliseconds(2100));
  cached();
  EXPECT_EQ(count("places"), 1U);
  mark(digest_of(clean));
  EXPECT_THAT(cached(), HasSubstr("from-the-cache"));

  // In place, with the same size, and its mtime set back: ctime tells.
  struct stat before{};
  ASSERT_EQ(::stat(archive.c_str(), &before), 0);
  bad.add("blobs/sha256/" + digest_of(clean).substr(7), evil, digest_of(clean));
  ASSERT_EQ(bad.bytes().size(), good.bytes().size());
  int file = ::open(archive.c_str(), O_WRONLY | O_CLOEXEC);
  std::string bytes = bad.bytes();
  ASSERT_EQ(::write(file, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  const timespec times[2] = {before.st_atim, before.st_mtim};
  ASSERT_EQ(::futimens(file, times), 0);
  ::close(file);
  EXPECT_EQ(cached(), uncached());
  EXPECT_THAT(cached(), HasSubstr("could not be read whole"));
}

TEST_F(CachedScan, DoesNotRememberAnArchiveThatJustChanged) {
  Archive image;
  image.add(clean);
  write(image);
  cached();
  cached();
  EXPECT_EQ(count("places"), 0U);
}

TEST_F(CachedScan, DoesNotRememberAnArchiveThatOthersMayWriteTo) {
  Archive image;
  image.add(clean);
  write(image);
  fs::permissions(archive, fs::perms(0666));
  std::this_thread::sleep_for(std::chrono::milliseconds(2100));
  cached();
  EXPECT_EQ(count("places"), 0U);
}

TEST_F(CachedScan, DoesNotKeepALayerWhoseFilesDidNotFit) {
  Archive image;
  // One file above the 16 MiB that are assembled in memory.
  std::string large = tar::testing::entry("large.txt", std::string((16 << 20) + 1, 'x')) + tar::testing::end();
  image.add(large);
  write(image);
  FixedClock clock(1'700'000'000);
  Options options{.target = archive, .database = root + "/none", .max_spill = 0, .cache = cache, .clock = &clock};
  ASSERT_TRUE(scan(options, policy::Policy{}));
  EXPECT_EQ(count("layers"), 0U);
  EXPECT_EQ(cached(), uncached());
  EXPECT_EQ(count("layers"), 1U);
}

TEST_F(CachedScan, WorksWithoutAFolderToWriteTo) {
  Archive image;
  image.add(clean);
  write(image);
  std::ofstream(root + "/file") << "in the way";
  EXPECT_EQ(scan_with(root + "/file/cache"), uncached());
}

TEST(LayerEngine, NamesWhatARecordDependsOn) {
  std::string all = layer_engine({.image = true, .sources = false});
  EXPECT_EQ(all, layer_engine({.image = true, .sources = false}));
  EXPECT_NE(all, layer_engine({.image = false, .sources = false}));
  EXPECT_NE(all, layer_engine({.image = true, .sources = true}));
  EXPECT_NE(all, layer_engine({.kinds = {.secrets = false}, .image = true, .sources = false}));
  EXPECT_NE(all,
            layer_engine({.kinds = {.vulnerabilities = false, .licences = false}, .image = true, .sources = false}));
  EXPECT_EQ(all, layer_engine({.kinds = {.configuration = false}, .image = true, .sources = false}));
}

}  // namespace
}  // namespace drydock::scan
