// Files of ours and of the user: whole reads with a limit, atomic writes, read-only mappings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace drydock {

// The file's bytes. Refuses what is not a regular file (a FIFO would block for ever) and more than `limit` bytes.
Result<std::string> read_file(const std::string& path, uint64_t limit);

// Writes beside `path`, syncs and renames, so that a reader sees the old bytes or the new, never a part.
// A device or pipe, and anything below /dev, is written into instead; a link elsewhere is replaced.
Result<void> write_file_atomically(const std::string& path, std::string_view bytes, unsigned mode = 0600);

// Creates the folder and its parents, mode 0700 where we create them.
Result<void> create_directories(const std::string& path);

// $XDG_CACHE_HOME/drydock or ~/.cache/drydock, and $XDG_DATA_HOME/drydock or ~/.local/share/drydock. Not created here.
std::string cache_directory();
std::string data_directory();

// A read-only private mapping of a file that nobody else can truncate: our own, unnamed or sealed. Mapping a file that
// another process may shrink ends in SIGBUS; use read_file for those.
class MappedFile {
 public:
  static Result<MappedFile> map(int descriptor, uint64_t size);  // does not take the descriptor
  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();
  std::string_view bytes() const { return {data_, size_}; }

 private:
  const char* data_ = nullptr;
  size_t size_ = 0;
};

// Gives back the memory of the whole pages inside `bytes` if these are a part of a MappedFile, and does nothing for any
// other bytes. They stay readable and come from the file again. For readers of large files that go from front to back.
void release_pages(std::string_view bytes);

// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

// What says that a file's bytes are the ones that were seen before: a write changes mtime and ctime, and ctime cannot
// be set back.
struct FileIdentity {
  uint64_t device = 0, inode = 0, size = 0;
  int64_t mtime_ns = 0, ctime_ns = 0;
  bool operator==(const FileIdentity&) const = default;
};
// A stretch of a file.
struct FilePlace {
  FileIdentity file;
  uint64_t offset = 0, size = 0;
  bool operator==(const FilePlace&) const = default;
};
// None where the time stamps prove nothing: the file changed within the last two seconds (a second change in the same
// tick of the clock would leave no trace), or others than its owner, who is the caller or root, may write to it (a
// mapping that was written to once takes further writes without a new ctime until the page is cleaned).
std::optional<FileIdentity> settled_identity(int descriptor);

// "No such file or directory" and the like, for messages, with the fitting Errc.
std::unexpected<Error> fail_errno(std::string_view what, const std::string& path, int error_number);

}  // namespace drydock
