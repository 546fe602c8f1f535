// The floor under a scan: only the work that no scanner of the same thoroughness can leave out, done with the same
// libraries on as many threads as drydock uses, and nothing kept. `drydock scan` is measured against it
// (docs/performance.md).
//
//   floor image FILE|LAYOUT   per layer: read, SHA-256 of the stored bytes, inflate, SHA-256 of the tar, walk of the
//                             tar, one Vectorscan pass with drydock's patterns over the content of the files
//   floor files FOLDER        list the tree, open and read every file
//   floor search FOLDER       and one Vectorscan pass over them
//
// Prints wall and CPU milliseconds and the bytes that went through.
#include <fcntl.h>
#include <hs_runtime.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/thread_pool.h"
#include "formats/inflate.h"
#include "formats/tar.h"
#include "secrets/pattern_file.h"
#include "target/image.h"

extern "C" const char secret_patterns[], secret_patterns_end[];

namespace drydock {
namespace {

[[noreturn]] void stop(const std::string& why) {
  std::fprintf(stderr, "floor: %s\n", why.c_str());
  std::exit(3);
}

const hs_database_t* patterns() {
  static const hs_database_t* const loaded = [] {
    secrets::PatternFile header;
    std::memcpy(&header, secret_patterns, sizeof header);
    hs_database_t* database = nullptr;
    const char* serialised = secret_patterns + sizeof header + header.rule_count * sizeof(uint32_t);
    if (hs_deserialize_database(serialised, header.database_size, &database) != HS_SUCCESS) stop("no patterns");
    return database;
  }();
  return loaded;
}

class Search {
 public:
  Search() {
    if (hs_alloc_scratch(patterns(), &scratch_) != HS_SUCCESS) stop("no memory for Vectorscan");
  }
  Search(const Search&) = delete;
  Search& operator=(const Search&) = delete;
  ~Search() { hs_free_scratch(scratch_); }
  void over(std::string_view bytes) {
    auto ignore = [](unsigned, unsigned long long, unsigned long long, unsigned, void*) { return 0; };
    hs_scan(patterns(), bytes.data(), static_cast<unsigned>(bytes.size()), 0, scratch_, ignore, nullptr);
  }

 private:
  hs_scratch_t* scratch_ = nullptr;
};

// ---- image

class HashingSource final : public ByteSource {
 public:
  explicit HashingSource(ByteSource& from) : from_(from) {}
  Result<size_t> read(std::span<std::byte> to) override {
    TRY(size_t got, from_.read(to));
    if (hashing) hash_.update(to.first(got));
    if (bytes == 0) compression = compression_of(to.first(got));
    bytes += got;
    return got;
  }
  void finish() { hash_.finish(); }
  uint64_t bytes = 0;
  bool hashing = true;
  Compression compression = Compression::none;

 private:
  ByteSource& from_;
  Sha256 hash_;
};

class SearchingVisitor final : public tar::Visitor {
 public:
  Result<bool> entry(const tar::Header&) override { return true; }
  Result<void> content(std::string_view piece, uint64_t, bool) override {
    search_.over(piece);
    return {};
  }

 private:
  Search search_;
};

uint64_t read_image(const std::string& path) {
  target::SpillQuota spill(uint64_t{8} << 30);
  Result<target::ImageSource> image = target::open_image(path, {.platform = {}, .name = {}, .spill = &spill});
  if (!image) stop(image.error().message);
  std::atomic<uint64_t> bytes = 0;
  run_parallel(image->layers.size(), 0, [&](size_t layer) {
    Result<std::unique_ptr<ByteSource>> blob = image->blobs->open(image->layers[layer].blob);
    if (!blob) stop(blob.error().message);
    HashingSource stored(**blob);
    Result<std::unique_ptr<ByteSource>> decoder = inflate(stored);
    if (!decoder) stop(decoder.error().message);
    HashingSource decoded(**decoder);
    decoded.hashing = stored.compression != Compression::none;  // of a plain tar the two digests are one
    SearchingVisitor visitor;
    if (Result<void> walked = tar::walk(decoded, visitor); !walked) stop(walked.error().message);
    stored.finish();
    decoded.finish();
    bytes += decoded.bytes;
  });
  return bytes;
}

// ---- folder

uint64_t read_files(const std::string& folder, bool search) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && !entry.is_symlink()) paths.push_back(entry.path());
  std::atomic<uint64_t> bytes = 0;
  constexpr size_t kBatch = 128;
  run_parallel((paths.size() + kBatch - 1) / kBatch, 0, [&](size_t batch) {
    thread_local Search vectorscan;
    thread_local std::string buffer;
    for (size_t i = batch * kBatch; i < std::min(paths.size(), (batch + 1) * kBatch); ++i) {
      int file = ::open(paths[i].c_str(), O_RDONLY | O_CLOEXEC);
      struct stat status{};
      if (file < 0 || ::fstat(file, &status) != 0) stop("cannot read " + paths[i]);
      size_t size = static_cast<size_t>(status.st_size), have = 0;
      if (buffer.size() < size) buffer.resize(size);
      while (have < size) {
        ssize_t got = ::read(file, buffer.data() + have, size - have);
        if (got <= 0) break;
        have += static_cast<size_t>(got);
      }
      ::close(file);
      if (search) vectorscan.over(std::string_view(buffer).substr(0, have));
      bytes += have;
    }
  });
  return bytes;
}

double cpu_milliseconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return of(used.ru_utime) + of(used.ru_stime);
}

int run(std::string_view what, const std::string& path) {
  auto begun = std::chrono::steady_clock::now();
  uint64_t bytes = what == "image" ? read_image(path) : read_files(path, what == "search");
  std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - begun;
  std::printf("wall %.1f ms, CPU %.1f ms, %llu bytes\n", wall.count(), cpu_milliseconds(),
              static_cast<unsigned long long>(bytes));
  return 0;
}

}  // namespace
}  // namespace drydock

int main(int argc, char** argv) {
  std::string_view what = argc == 3 ? argv[1] : "";
  if (what != "image" && what != "files" && what != "search") {
    std::fprintf(stderr, "usage: floor image FILE|LAYOUT | floor files FOLDER | floor search FOLDER\n");
    return 2;
  }
  return drydock::run(what, argv[2]);
}
