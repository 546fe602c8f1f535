#include "base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace drydock {

std::unexpected<Error> fail_errno(std::string_view what, const std::string& path, int error_number) {
  Errc code = error_number == ENOENT || error_number == ENOTDIR ? Errc::not_found
              : error_number == EACCES || error_number == EPERM ? Errc::denied
                                                                : Errc::io;
  return fail(code, std::string(what) + " " + path + ": " + std::strerror(error_number));
}

Descriptor::Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

std::optional<FileIdentity> settled_identity(int descriptor) {
  constexpr int64_t kSecond = 1'000'000'000,
                    kSettled = 2 * kSecond;  // FAT keeps time in steps of 2 s, the others finer
  auto nanoseconds = [](const timespec& time) { return time.tv_sec * kSecond + time.tv_nsec; };
  struct stat status{};
  timespec now{};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  if (::clock_gettime(CLOCK_REALTIME, &now) != 0) return std::nullopt;
  if (status.st_uid != ::geteuid() && status.st_uid != 0) return std::nullopt;
  // A group of the user's own has the user's number (Debian, Ubuntu, Fedora), and there umask 002 is common.
  bool group_writes = (status.st_mode & S_IWGRP) != 0 && status.st_gid != status.st_uid;
  if (group_writes || (status.st_mode & S_IWOTH) != 0) return std::nullopt;
  FileIdentity identity{.device = status.st_dev,
                        .inode = status.st_ino,
                        .size = static_cast<uint64_t>(status.st_size),
                        .mtime_ns = nanoseconds(status.st_mtim),
                        .ctime_ns = nanoseconds(status.st_ctim)};
  if (identity.ctime_ns > nanoseconds(now) - kSettled) return std::nullopt;
  return identity;
}

Result<std::string> read_file(const std::string& path, uint64_t limit) {
  // O_NONBLOCK: opening a FIFO without a writer must not wait; it is refused below.
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return fail_errno("cannot open", path, errno);
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return fail_errno("cannot read", path, errno);
  if (!S_ISREG(status.st_mode)) return fail(Errc::unsupported, path + " is not a regular file");
  if (static_cast<uint64_t>(status.st_size) > limit) {
    return fail(Errc::over_budget,
                path + " has " + std::to_string(status.st_size) + " bytes, over the limit of " + std::to_string(limit));
  }
  std::string bytes;
  bytes.resize(static_cast<size_t>(status.st_size));
  size_t have = 0;
  for (;;) {
    // A file in /proc says size 0, and a file may grow while it is read: go on to the end or the limit.
    if (have == bytes.size()) {
      char extra[4096];
      ssize_t got = ::read(file.get(), extra, sizeof extra);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail_errno("cannot read", path, errno);
      if (got == 0) break;
      bytes.append(extra, static_cast<size_t>(got));
      have = bytes.size();
      if (have > limit) return fail(Errc::over_budget, path + " grew over the limit while it was read");
      continue;
    }
    ssize_t got = ::read(file.get(), bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("cannot read", path, errno);
    if (got == 0) break;
    have += static_cast<size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

namespace {

// Renaming over a device or a pipe would replace it for everybody: `-o json=/dev/null` by root breaks the whole system.
// Below /dev also what leads to a regular file (/dev/stdout, redirected).
bool is_written_through(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && (!S_ISREG(status.st_mode) || path.starts_with("/dev/"));
}

}  // namespace

Result<void> write_file_atomically(const std::string& path, std::string_view bytes, unsigned mode) {
  bool through = is_written_through(path);
  std::string temporary = path + ".XXXXXX";
  Descriptor file(through ? ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY)
                          : ::mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600
  if (!file) return fail_errno(through ? "cannot write" : "cannot create a file beside", path, errno);
  auto give_up = [&](const char* what) {
    int error_number = errno;
    if (!through) ::unlink(temporary.c_str());
    return fail_errno(what, path, error_number);
  };
  while (!bytes.empty()) {
    ssize_t put = ::write(file.get(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && errno == EPIPE && through) return {};  // the reader has seen enough
    if (put < 0) return give_up("cannot write");
    bytes.remove_prefix(static_cast<size_t>(put));
  }
  if (through) return {};
  if (mode != 0600 && ::fchmod(file.get(), mode) != 0) return give_up("cannot set the mode of");
  if (::fsync(file.get()) != 0) return give_up("cannot write");
  if (::rename(temporary.c_str(), path.c_str()) != 0) return give_up("cannot replace");
  return {};
}

Result<void> create_directories(const std::string& path) {
  for (size_t at = 1; at <= path.size(); ++at) {
    if (at != path.size() && path[at] != '/') continue;
    std::string part = path.substr(0, at);
    if (::mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) return fail_errno("cannot create the folder", part, errno);
  }
  return {};
}

namespace {
std::string home_below(const char* variable, const char* fallback) {
  const char* set = std::getenv(variable);
  if (set != nullptr && set[0] == '/') return std::string(set) + "/drydock";
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr && home[0] == '/' ? home : "/tmp") + fallback + "/drydock";
}
}  // namespace

std::string cache_directory() { return home_below("XDG_CACHE_HOME", "/.cache"); }
std::string data_directory() { return home_below("XDG_DATA_HOME", "/.local/share"); }

namespace {

// The mappings that release_pages() may touch: dropping pages of any other memory would lose its content. Few exist at
// a time, each for a file of many megabytes.
class Mappings {
 public:
  void add(std::string_view bytes) {
    std::lock_guard lock(mutex_);
    all_.push_back(bytes);
  }
  void remove(const char* data) {
    std::lock_guard lock(mutex_);
    std::erase_if(all_, [&](std::string_view mapped) { return mapped.data() == data; });
  }
  bool hold(std::string_view bytes) {
    std::lock_guard lock(mutex_);
    return std::ranges::any_of(all_, [&](std::string_view mapped) {
      return std::less_equal()(mapped.data(), bytes.data()) &&
             std::less_equal()(bytes.data() + bytes.size(), mapped.data() + mapped.size());
    });
  }

 private:
  std::mutex mutex_;
  std::vector<std::string_view> all_;
};

Mappings& mappings() {
  static Mappings* const made = new Mappings;  // never destroyed: other statics may hold mappings until the end
  return *made;
}

}  // namespace

Result<MappedFile> MappedFile::map(int descriptor, uint64_t size) {
  MappedFile mapped;
  if (size == 0) return mapped;
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (data == MAP_FAILED) return fail_errno("cannot map", "a file", errno);
  mapped.data_ = static_cast<const char*>(data);
  mapped.size_ = size;
  mappings().add(mapped.bytes());
  return mapped;
}
MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}
MappedFile::~MappedFile() {
  if (data_ == nullptr) return;
  mappings().remove(data_);
  ::munmap(const_cast<char*>(data_), size_);
}

void release_pages(std::string_view bytes) {
  const uintptr_t page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  const uintptr_t begin = (reinterpret_cast<uintptr_t>(bytes.data()) + page - 1) / page * page;
  const uintptr_t end = reinterpret_cast<uintptr_t>(bytes.data() + bytes.size()) / page * page;
  if (begin < end && mappings().hold(bytes)) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace drydock
