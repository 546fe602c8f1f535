#include "store/layer_cache.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "store/testing.h"

namespace drydock::store {
namespace {

namespace fs = std::filesystem;
using testing::kDiffId;
using testing::kDigest;
using testing::same;
using testing::sample_layer;

class LayerCacheTest : public ::testing::Test {
 protected:
  LayerCacheTest() {
    std::string name = fs::temp_directory_path() / "layer_cache_test.XXXXXX";
    path = ::mkdtemp(name.data());
  }
  ~LayerCacheTest() override { fs::remove_all(path); }

  LayerCache open(std::string_view engine = "engine 1", uint64_t max_bytes = kCacheBytes) const {
    return LayerCache::open(path, engine, max_bytes).value();
  }
  std::vector<fs::path> files(std::string_view folder) const {
    std::vector<fs::path> found;
    for (const fs::directory_entry& entry : fs::directory_iterator(fs::path(path) / folder))
      found.push_back(entry.path());
    std::ranges::sort(found);
    return found;
  }
  std::string path;
};

std::string read(const fs::path& path) { return read_file(path, 1 << 30).value(); }
void write(const fs::path& path, std::string_view bytes) { std::ofstream(path, std::ios::binary) << bytes; }

// "sha256:" and 64 digits that spell the number.
std::string digest_number(size_t number) {
  std::string digits = std::to_string(number);
  return "sha256:" + std::string(64 - digits.size(), '0') + digits;
}
LayerRecord layer_number(size_t number, size_t kept_bytes = 0) {
  LayerRecord layer = sample_layer(digest_number(number), digest_number(number + 1'000'000));
  if (kept_bytes != 0) layer.kept.push_back({.entry = 0, .bytes = layer.pool.copy(std::string(kept_bytes, 'k'))});
  return layer;
}

TEST_F(LayerCacheTest, GivesBackWhatWasInserted) {
  open().insert(sample_layer());
  LayerCache cache = open();
  EXPECT_TRUE(cache.may_hold(kDiffId));
  std::shared_ptr<LayerRecord> found = cache.find(kDigest);
  ASSERT_NE(found, nullptr);
  EXPECT_TRUE(same(*found, sample_layer()));
  EXPECT_EQ(found->digest, kDigest);
}

TEST_F(LayerCacheTest, MissesWhatWasNot) {
  LayerCache cache = open();
  cache.insert(sample_layer());
  EXPECT_FALSE(cache.may_hold(digest_number(1)));
  EXPECT_EQ(cache.find(digest_number(1)), nullptr);
  EXPECT_EQ(cache.find(kDiffId), nullptr);  // a diff ID is no digest
}

TEST_F(LayerCacheTest, MissesAfterAnyVersionChanged) {
  open("engine 1").insert(sample_layer());
  EXPECT_FALSE(open("engine 2").may_hold(kDiffId));
  EXPECT_EQ(open("engine 2").find(kDigest), nullptr);
  EXPECT_NE(open("engine 1").find(kDigest), nullptr);
}

TEST_F(LayerCacheTest, KnowsABlobByItsPlaceUntilTheFileChanges) {
  FilePlace place{.file = {.device = 1, .inode = 2, .size = 3, .mtime_ns = 4, .ctime_ns = 5}, .offset = 6, .size = 7};
  open().remember(place, kDigest);
  LayerCache cache = open();
  EXPECT_EQ(cache.digest_at(place), kDigest);
  for (auto change : std::initializer_list<void (*)(FilePlace&)>{
           [](FilePlace& p) { ++p.file.device; }, [](FilePlace& p) { ++p.file.inode; },
           [](FilePlace& p) { ++p.file.size; }, [](FilePlace& p) { ++p.file.mtime_ns; },
           [](FilePlace& p) { ++p.file.ctime_ns; }, [](FilePlace& p) { ++p.offset; }, [](FilePlace& p) { ++p.size; }}) {
    FilePlace other = place;
    change(other);
    EXPECT_EQ(cache.digest_at(other), std::nullopt);
  }
  // A changed archive takes the place of what it was.
  FilePlace changed = place;
  ++changed.file.ctime_ns;
  cache.remember(changed, digest_number(9));
  EXPECT_EQ(cache.digest_at(changed), digest_number(9));
  EXPECT_EQ(cache.digest_at(place), std::nullopt);
  EXPECT_EQ(files("places").size(), 1U);
}

TEST_F(LayerCacheTest, TakesDamagedAndTruncatedEntriesForMissing) {
  open().insert(sample_layer());
  for (std::string_view folder : {"layers", "digests"}) {
    fs::path file = files(folder)[0];
    std::string good = read(file);
    for (size_t size : {size_t{0}, size_t{1}, size_t{47}, good.size() / 2, good.size() - 1}) {
      write(file, good.substr(0, size));
      EXPECT_EQ(open().find(kDigest), nullptr) << folder << " " << size;
    }
    for (size_t at = 0; at < good.size(); at += 7) {
      std::string damaged = good;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
      write(file, damaged);
      EXPECT_EQ(open().find(kDigest), nullptr) << folder << " " << at;
    }
    write(file, good + "x");
    EXPECT_EQ(open().find(kDigest), nullptr);
    fs::remove(file);
    fs::create_directory(file);
    EXPECT_EQ(open().find(kDigest), nullptr);
    fs::remove(file);
    ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
    EXPECT_EQ(open().find(kDigest), nullptr);
    fs::remove(file);
    write(file, good);
    EXPECT_NE(open().find(kDigest), nullptr);
  }
}

TEST_F(LayerCacheTest, ReplacesADamagedEntry) {
  open().insert(sample_layer());
  write(files("layers")[0], "rubbish");
  open().insert(sample_layer());
  EXPECT_NE(open().find(kDigest), nullptr);
}

TEST_F(LayerCacheTest, RefusesAnEntryUnderAnothersName) {
  LayerCache cache = open();
  cache.insert(layer_number(1));
  cache.insert(layer_number(2));
  for (std::string_view folder : {"layers", "digests"}) {
    std::vector<fs::path> both = files(folder);
    ASSERT_EQ(both.size(), 2U);
    fs::rename(both[0], both[1]);
  }
  EXPECT_EQ(cache.find(layer_number(1).digest), nullptr);
  EXPECT_EQ(cache.find(layer_number(2).digest), nullptr);
}

TEST_F(LayerCacheTest, KeepsEverythingToItsUser) {
  std::string made = path + "/deeper/layers";
  ::umask(0);
  LayerCache cache = LayerCache::open(made, "engine").value();
  cache.insert(sample_layer());
  size_t seen = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(made)) {
    EXPECT_EQ(entry.status().permissions() & fs::perms(077), fs::perms::none) << entry.path();
    ++seen;
  }
  EXPECT_GE(seen, 6U);
  ::umask(022);
}

TEST_F(LayerCacheTest, RefusesAFolderThatOthersMayWriteTo) {
  fs::permissions(path, fs::perms(0777));
  Result<LayerCache> cache = LayerCache::open(path, "engine");
  ASSERT_FALSE(cache);
  EXPECT_EQ(cache.error().code, Errc::denied);
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give the folder to another user";
  fs::permissions(path, fs::perms(0700));
  ASSERT_EQ(::chown(path.c_str(), 12345, 12345), 0);
  EXPECT_FALSE(LayerCache::open(path, "engine"));
}

TEST_F(LayerCacheTest, StaysBelowItsSizeAndKeepsWhatIsUsed) {
  constexpr uint64_t kMost = 1 << 20;
  LayerCache cache = open("engine", kMost);
  cache.insert(layer_number(0, 20'000));
  for (size_t i = 1; i < 150; ++i) {
    cache.insert(layer_number(i, 20'000));
    EXPECT_NE(cache.find(layer_number(0).digest), nullptr) << i;  // used after every insertion, so never the oldest
    EXPECT_LE(CacheFolder::open(path, kMost)->use().bytes(), kMost + kMost / 8);
  }
  EXPECT_EQ(cache.find(layer_number(1).digest), nullptr);
  EXPECT_NE(cache.find(layer_number(149).digest), nullptr);
  EXPECT_GT(CacheFolder::open(path, kMost)->use().bytes(), kMost / 2);
}

TEST_F(LayerCacheTest, LeavesOutALayerThatWouldPushOutTheOthers) {
  LayerCache cache = open("engine", 1 << 20);
  cache.insert(layer_number(1));
  cache.insert(layer_number(2, 1 << 19));
  EXPECT_EQ(cache.find(layer_number(2).digest), nullptr);
  EXPECT_NE(cache.find(layer_number(1).digest), nullptr);
}

TEST_F(LayerCacheTest, ClearsEverythingOfItsOwnAndNothingElse) {
  open().insert(sample_layer());
  write(fs::path(path) / "layers" / "README", "not ours");
  FolderUse use = CacheFolder::open(path, kCacheBytes)->clear();
  EXPECT_EQ(use.kinds[0].entries, 1U);
  EXPECT_EQ(use.kinds[1].entries, 1U);
  EXPECT_EQ(open().find(kDigest), nullptr);
  EXPECT_EQ(files("layers").size(), 1U);
}

TEST_F(LayerCacheTest, RemovesTemporaryFilesOfTheDeadOnly) {
  open();
  fs::path dead = fs::path(path) / "tmp" / "1.0", alive = fs::path(path) / "tmp" / "1.1";
  write(dead, "half an entry");
  write(alive, "being written");
  Descriptor writer(::open(alive.c_str(), O_WRONLY | O_CLOEXEC));
  ASSERT_EQ(::flock(writer.get(), LOCK_EX), 0);
  open();
  EXPECT_FALSE(fs::exists(dead));
  EXPECT_TRUE(fs::exists(alive));
  writer = Descriptor();
  open();
  EXPECT_FALSE(fs::exists(alive));
}

TEST_F(LayerCacheTest, LeavesNoTemporaryFileBehind) {
  open().insert(sample_layer());
  EXPECT_TRUE(files("tmp").empty());
}

// Processes and threads insert, find and evict the same few layers; whatever is found must be right.
TEST_F(LayerCacheTest, IsSafeForManyProcessesAndThreads) {
  constexpr int kProcesses = 3, kThreads = 2, kRounds = 120;
  constexpr uint64_t kMost = 300'000;  // some ten of thirty layers fit
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      bool good = true;
      LayerCache cache = open("engine", kMost);
      auto work = [&](size_t seed) {
        for (size_t i = 0; i < kRounds; ++i) {
          LayerRecord layer = layer_number((i * 7 + seed) % 30, 20'000);
          if (auto found = cache.find(layer.digest)) {
            if (!same(*found, layer)) good = false;
          } else {
            cache.insert(layer);
          }
        }
      };
      std::vector<std::thread> threads;
      for (size_t thread = 0; thread < kThreads; ++thread)
        threads.emplace_back(work, thread * 3 + static_cast<size_t>(process));
      for (std::thread& thread : threads) thread.join();
      ::_exit(good ? 0 : 1);
    }
    children.push_back(child);
  }
  for (pid_t child : children) {
    int status = 1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  LayerCache cache = open("engine", kMost);
  cache.insert(layer_number(1));
  EXPECT_TRUE(files("tmp").empty());
  EXPECT_NE(cache.find(layer_number(1).digest), nullptr);
}

TEST_F(LayerCacheTest, SurvivesAFullDisk) {
  if (::mount("drydock-test", path.c_str(), "tmpfs", 0, "size=128k,mode=0700") != 0)
    GTEST_SKIP() << "mounting a small tmpfs needs root";
  {
    std::vector<size_t> kept;
    {
      LayerCache cache = open();
      for (size_t i = 0; i < 40; ++i) cache.insert(layer_number(i, 10'000));
    }
    LayerCache cache = open();
    for (size_t i = 0; i < 40; ++i) {
      std::shared_ptr<LayerRecord> found = cache.find(layer_number(i).digest);
      if (found == nullptr) continue;
      EXPECT_TRUE(same(*found, layer_number(i, 10'000))) << i;
      kept.push_back(i);
    }
    EXPECT_FALSE(kept.empty());
    EXPECT_LT(kept.size(), 40U);
    EXPECT_TRUE(files("tmp").empty());
    // With space again it works again.
    EXPECT_NE(CacheFolder::open(path, kCacheBytes)->clear().bytes(), 0U);
    LayerCache again = open();
    again.insert(sample_layer());
    EXPECT_NE(again.find(kDigest), nullptr);
  }
  EXPECT_EQ(::umount2(path.c_str(), MNT_DETACH), 0);
}

}  // namespace
}  // namespace drydock::store
