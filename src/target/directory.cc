#include "target/directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <memory>

#include "base/text.h"
#include "target/beneath.h"

namespace drydock::target {
namespace {

// File systems whose files are made by the kernel when they are read: endless, changing, and nobody's source.
constexpr uint32_t kKernelFileSystems[] = {PROC_SUPER_MAGIC,   SYSFS_MAGIC,        DEBUGFS_MAGIC,
                                           TRACEFS_MAGIC,      CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC,
                                           DEVPTS_SUPER_MAGIC, SECURITYFS_MAGIC,   BPF_FS_MAGIC};

FileHeader header_of(const struct stat& status, std::string_view path) {
  FileHeader header{.path = path,
                    .mode = status.st_mode & 07777,
                    .uid = status.st_uid,
                    .gid = status.st_gid,
                    .mtime = status.st_mtime};
  if (S_ISDIR(status.st_mode)) header.type = FileType::directory;
  if (S_ISLNK(status.st_mode)) header.type = FileType::symlink;
  if (S_ISREG(status.st_mode)) header.size = static_cast<uint64_t>(status.st_size);
  return header;
}

class Lister {
 public:
  Lister(DirectoryListing& listing, const DirectoryOptions& options) : listing_(listing), options_(options) {}

  // Folders wait in a list and are opened from the root when their turn comes: depth costs no descriptors and no stack.
  Result<void> run() {
    struct stat status{};
    if (::fstat(listing_.root.get(), &status) != 0) return fail(Errc::io, std::strerror(errno));
    root_device_ = status.st_dev;
    pending_.push_back("");
    while (!pending_.empty()) {
      std::string path = std::move(pending_.back());
      pending_.pop_back();
      TRY_VOID(list(path));
    }
    return {};
  }

 private:
  Result<void> list(const std::string& path) {
    Result<Descriptor> folder = open_beneath(listing_.root.get(), path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
    if (!folder) {
      if (folder.error().code != Errc::not_found) unread(path, folder.error().message);
      return {};
    }
    if (is_kernel_file_system(*folder)) {
      ++listing_.skipped;
      return {};
    }
    int descriptor = ::fcntl(folder->get(), F_DUPFD_CLOEXEC, 0);
    std::unique_ptr<DIR, int (*)(DIR*)> open(descriptor < 0 ? nullptr : ::fdopendir(descriptor), ::closedir);
    if (!open) {
      if (descriptor >= 0) ::close(descriptor);
      unread(path, std::strerror(errno));
      return {};
    }
    bool inside_git = base_name(path) == ".git";
    for (;;) {
      errno = 0;
      const dirent* found = ::readdir(open.get());
      if (found == nullptr) break;
      std::string_view name = found->d_name;
      if (name == "." || name == ".." || (inside_git && name != "config")) continue;
      TRY_VOID(add(folder->get(), found->d_name, path.empty() ? std::string(name) : path + "/" + std::string(name)));
    }
    if (errno != 0) unread(path, std::strerror(errno));
    return {};
  }

  Result<void> add(int folder, const char* name, const std::string& path) {
    struct stat status{};
    if (::fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno != ENOENT) unread(path, std::strerror(errno));
      return {};
    }
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode) && !S_ISLNK(status.st_mode)) {
      ++listing_.skipped;
      return {};
    }
    if (S_ISDIR(status.st_mode)) {
      if (options_.excluded && options_.excluded(path)) return {};
      pending_.push_back(path);
    }
    FileHeader header = header_of(status, listing_.pool.copy(path));
    if (S_ISLNK(status.st_mode)) {
      char target[4096];  // PATH_MAX; Linux stores no longer ones
      ssize_t size = ::readlinkat(folder, name, target, sizeof target);
      if (size >= 0) header.link_target = listing_.pool.copy({target, static_cast<size_t>(size)});
    }
    listing_.entries.push_back(header);
    if (listing_.entries.size() > options_.entries) {
      return fail(Errc::over_budget, "more than " + std::to_string(options_.entries) + " files");
    }
    return {};
  }

  bool is_kernel_file_system(const Descriptor& folder) const {
    struct stat status{};
    if (::fstat(folder.get(), &status) != 0 || status.st_dev == root_device_) return false;
    struct statfs system{};
    return ::fstatfs(folder.get(), &system) == 0 &&
           std::ranges::find(kKernelFileSystems, static_cast<uint32_t>(system.f_type)) != std::end(kKernelFileSystems);
  }

  void unread(std::string_view path, std::string_view reason) {
    listing_.unread.push_back({.path = listing_.pool.copy(path), .reason = listing_.pool.copy(reason)});
  }

  DirectoryListing& listing_;
  const DirectoryOptions& options_;
  std::vector<std::string> pending_;
  dev_t root_device_ = 0;
};

// Reads until `to` is full or the file ends. The file may become shorter or longer than it was when it was opened.
Result<size_t> read_fully(const Descriptor& file, std::span<char> to, const std::string& path) {
  size_t have = 0;
  while (have < to.size()) {
    ssize_t got = ::read(file.get(), to.data() + have, to.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("cannot read", path, errno);
    if (got == 0) break;
    have += static_cast<size_t>(got);
  }
  return have;
}

}  // namespace

Result<DirectoryListing> list_directory(const std::string& root, const DirectoryOptions& options) {
  DirectoryListing listing;
  listing.root = Descriptor(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!listing.root) return fail_errno("cannot open the folder", root, errno);
  if (Result<void> listed = Lister(listing, options).run(); !listed) return fail_in(root, listed.error());
  std::ranges::sort(listing.entries, {}, &FileHeader::path);
  std::ranges::sort(listing.unread, {}, &DirectoryListing::Unread::path);
  return listing;
}

Result<FileView> FileReader::read(const FileHeader& entry) {
  mapped_ = MappedFile();
  spilled_.reset();
  std::string path(entry.path);
  // O_NONBLOCK: a FIFO that was put in the file's place must not block.
  TRY(Descriptor file, open_beneath(listing_.root.get(), path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return fail_errno("cannot read", path, errno);
  if (!S_ISREG(status.st_mode)) return fail(Errc::unsupported, path + " is not a regular file any more");
  FileHeader header = header_of(status, entry.path);
  if (header.size > kInMemory) return read_large(file, header);
  // One byte more than announced, to see the end without another call; a growing file gets room up to the limit.
  size_t have = 0;
  for (size_t room = static_cast<size_t>(header.size) + 1; have < room;) {
    if (buffer_.size() < room) buffer_.resize(room);
    TRY(size_t got, read_fully(file, std::span(buffer_).subspan(have, room - have), path));
    have += got;
    if (have < room) break;
    if (have > kInMemory) return fail(Errc::io, path + " grows while it is read");
    room = std::min<size_t>(room * 2 + 4096, kInMemory + 1);
  }
  header.size = have;
  return FileView{.header = header, .bytes = std::string_view(buffer_).substr(0, have)};
}

Result<FileView> FileReader::read_large(const Descriptor& file, const FileHeader& header) {
  std::string path(header.path);
  if (spill_ == nullptr) return fail(Errc::over_budget, path + " is larger than 16 MiB, and nothing may be spilled");
  // Copied although it is a file already: a mapping of a file that somebody shortens ends in SIGBUS.
  if (header.size > spill_->total())
    return fail(Errc::over_budget, path + " has " + std::to_string(header.size) +
                                       " bytes, more than all temporary files may hold; raise --max-spill to read it");
  TRY(SpillFile empty, SpillFile::create(*spill_));
  SpillFile& spill = spilled_.emplace(std::move(empty));
  constexpr size_t kPiece = 1 << 20;
  if (buffer_.size() < kPiece) buffer_.resize(kPiece);
  uint64_t left = header.size;
  while (left > 0) {
    size_t piece = static_cast<size_t>(std::min<uint64_t>(left, kPiece));
    TRY(size_t got, read_fully(file, std::span(buffer_).first(piece), path));
    TRY_VOID(spill.append(std::string_view(buffer_).substr(0, got)));
    left -= got;
    if (got < piece) break;
  }
  TRY(mapped_, spill.map());
  FileHeader read_header = header;
  read_header.size = spill.size();
  return FileView{.header = read_header, .bytes = mapped_.bytes()};
}

}  // namespace drydock::target
