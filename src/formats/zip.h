// ZIP archives in memory (PKWARE APPNOTE 6.3.10): jars, wheels, the advisory bucket's all.zip.
// Reads stored and deflated entries by the central directory, zip64 included, with CRC-32 checked. Refuses encryption,
// other methods and several disks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace drydock {

struct ZipEntry {
  std::string_view name;  // as stored; may be absolute, hold ".." or not be UTF-8: never a path of ours
  uint64_t size = 0;      // decoded, as declared; checked when read
  uint64_t stored_size = 0;
  uint64_t header_at = 0;  // of the local header
  uint32_t crc = 0;
  uint16_t method = 0;
  bool encrypted = false;

  bool is_folder() const { return name.ends_with('/'); }
};

struct ZipBudget {
  uint64_t entries = 4'000'000;
  uint64_t entry_size = uint64_t{64} << 20;  // decoded bytes of one entry
  uint64_t output = uint64_t{16} << 30;      // decoded bytes of all read entries: entries may overlap (zip bombs)
};

// `bytes` must outlive the reader; entry names point into it. Not thread-safe.
class ZipReader {
 public:
  static Result<ZipReader> open(std::string_view bytes, const ZipBudget& budget = {});
  ZipReader(ZipReader&& other) noexcept;
  ZipReader& operator=(ZipReader&& other) noexcept;
  ~ZipReader();

  const std::vector<ZipEntry>& entries() const { return entries_; }
  // The decoded bytes, valid until the next read().
  Result<std::string_view> read(const ZipEntry& entry);

 private:
  struct Inflater;
  ZipReader(std::string_view bytes, const ZipBudget& budget);
  std::string_view bytes_;
  ZipBudget budget_;
  std::vector<ZipEntry> entries_;
  std::unique_ptr<Inflater> inflater_;
  std::string decoded_;
  uint64_t output_left_ = 0;
};

}  // namespace drydock
