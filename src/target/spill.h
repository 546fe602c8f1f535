// Spill files: unnamed files for what is too large for memory and must be read at any offset. Nothing else can open
// or shrink them, and they are gone with the process.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"

namespace drydock::target {

// Files up to this size are assembled in memory; larger ones in a spill file.
constexpr uint64_t kInMemory = 16 << 20;

// How much all spill files of a scan may hold at one time (--max-spill). Thread-safe.
class SpillQuota {
 public:
  explicit SpillQuota(uint64_t bytes) : total_(bytes), left_(bytes) {}
  bool take(uint64_t bytes);
  void give_back(uint64_t bytes) { left_ += bytes; }
  uint64_t total() const { return total_; }

 private:
  const uint64_t total_;
  std::atomic<uint64_t> left_;
};

// One thread. Its bytes count against the quota until it is destroyed.
class SpillFile {
 public:
  static Result<SpillFile> create(SpillQuota& quota);
  SpillFile(SpillFile&& other) noexcept;
  SpillFile& operator=(SpillFile&&) = delete;
  ~SpillFile();

  Result<void> append(std::string_view bytes);  // Errc::over_budget when the quota is used up
  Result<MappedFile> map() const { return MappedFile::map(file_.get(), size_); }
  int descriptor() const { return file_.get(); }
  uint64_t size() const { return size_; }

 private:
  SpillFile(Descriptor file, SpillQuota& quota) : file_(std::move(file)), quota_(&quota) {}
  Descriptor file_;
  SpillQuota* quota_;
  uint64_t size_ = 0;
};

}  // namespace drydock::target
