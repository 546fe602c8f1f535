// A folder of the user's, listed first and then read file by file, so that callers can spread the reading over threads
// in equal batches. Symbolic links are entries and never followed; nothing outside the folder is opened, even if the
// tree changes meanwhile.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "base/string_pool.h"
#include "model/file_view.h"
#include "target/spill.h"

namespace drydock::target {

struct DirectoryOptions {
  // Called with a directory's path; true leaves out everything below it. Empty: nothing is left out.
  std::function<bool(std::string_view)> excluded;
  uint64_t entries = 5'000'000;
};

struct DirectoryListing {
  struct Unread {
    std::string_view path, reason;
  };
  StringPool pool;
  Descriptor root;
  std::vector<FileHeader> entries;  // regular files, directories and symlinks, sorted by path (bytes)
  std::vector<Unread> unread;       // what could not be listed, sorted by path: each is an Unknown
  uint64_t skipped = 0;             // sockets, FIFOs, devices, and mounts of /proc, /sys and the like
};

// Lists the tree below `root` (which itself may be a symlink). Of a folder named .git only `config` is listed: its
// objects are the business of history scans. What vanishes meanwhile is left out.
Result<DirectoryListing> list_directory(const std::string& root, const DirectoryOptions& options = {});

// Reads files of a listing. One reader per thread; it keeps the buffer that the views point into.
class FileReader {
 public:
  // `spill` null: files above kInMemory are Errc::over_budget.
  FileReader(const DirectoryListing& listing, SpillQuota* spill) : listing_(listing), spill_(spill) {}

  // The whole file as it is now; size and mode in the view's header are those of the file that was opened. Valid until
  // the next read(). Errc::not_found if it has vanished, unsupported if it is no regular file any more.
  Result<FileView> read(const FileHeader& entry);

 private:
  Result<FileView> read_large(const Descriptor& file, const FileHeader& header);

  const DirectoryListing& listing_;
  SpillQuota* spill_;
  std::string buffer_;
  std::optional<SpillFile> spilled_;  // counts against the quota as long as its view is valid
  MappedFile mapped_;
};

}  // namespace drydock::target
