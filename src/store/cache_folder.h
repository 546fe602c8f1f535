// A folder of small checked files that many processes read and write at once: key -> bytes. An entry is there whole or
// not at all; what is damaged, cut short or under the wrong name is a miss. Losing an entry costs time, nothing else,
// so nothing is synced to the disk and no failed write is an error of the scan.
//
//   FOLDER/layers/KEY  FOLDER/digests/KEY  FOLDER/places/KEY     KEY: 64 hex digits; docs/layer-cache.md has the format
//   FOLDER/tmp/...     entries that are being written; each is locked (flock) by its writer, and what nobody locks is
//                      left from a process that was killed and is removed when the folder is opened next
//   FOLDER/lock        held while entries are evicted
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/file.h"
#include "base/result.h"

namespace drydock::store {

enum class EntryKind : uint8_t { layer, digest, place };
constexpr size_t kEntryKinds = 3;
constexpr std::array<std::string_view, kEntryKinds> kKindFolders = {"layers", "digests", "places"};

struct FolderUse {
  struct Kind {
    uint64_t entries = 0, bytes = 0;  // bytes as the disk counts them: whole blocks
  };
  std::array<Kind, kEntryKinds> kinds;
  uint64_t bytes() const { return kinds[0].bytes + kinds[1].bytes + kinds[2].bytes; }
};

// Thread-safe.
class CacheFolder {
 public:
  // Makes the folder (0700) where it is missing. Errc::denied for one that is not the caller's own or that others may
  // write to: what is in it is believed.
  static Result<CacheFolder> open(const std::string& path, uint64_t max_bytes);
  CacheFolder(CacheFolder&& other) noexcept;
  ~CacheFolder();

  // The body that was written under this key. Marks the entry as used now.
  Result<std::string> read(EntryKind kind, const Sha256Digest& key) const;
  bool has(EntryKind kind, const Sha256Digest& key) const;  // by name alone
  // Replaces. After some failures (a full disk, most likely) it does not try again.
  Result<void> write(EntryKind kind, const Sha256Digest& key, std::string_view body);

  FolderUse use() const;
  // Removes what was not used for the longest time, until a tenth of the budget is free; nothing if the rest fits.
  // write() calls it now and then, the destructor if anything was written.
  void trim();
  // Every entry and every leftover; the folder stays. Returns what there was.
  FolderUse clear();

 private:
  CacheFolder(Descriptor folder, uint64_t max_bytes) : folder_(std::move(folder)), max_bytes_(max_bytes) {}
  void remove_leftovers() const;

  Descriptor folder_;  // none after a move
  uint64_t max_bytes_;
  std::atomic<uint64_t> written_ = 0;  // since the last trim
  std::atomic<int> failures_ = 0;
};

}  // namespace drydock::store
