#include "store/cache_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <vector>

namespace drydock::store {
namespace {

constexpr std::string_view kMagic = "drydockC";
constexpr uint32_t kFormat = 1;
constexpr size_t kHeaderBytes = 8 + 4 + 4 + 32;
constexpr size_t kSealBytes = 32;
constexpr uint64_t kLargestEntry = 1 << 30;  // a layer with four million files
constexpr size_t kHexDigits = 64;
constexpr int kMostFailures = 3;

std::string path_of(EntryKind kind, const Sha256Digest& key) {
  return std::string(kKindFolders[static_cast<size_t>(kind)]) + "/" + hex(key);
}

// Magic, format, kind and key stand in the file, so that a file under another's name is none.
std::string header_of(EntryKind kind, const Sha256Digest& key) {
  std::string header(kMagic);
  for (uint32_t value : {kFormat, static_cast<uint32_t>(kind)})
    for (int shift = 0; shift < 32; shift += 8) header += static_cast<char>(value >> shift);
  header.append(reinterpret_cast<const char*>(key.data()), key.size());
  return header;
}

Result<void> write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t put = ::write(file, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail_errno("cannot write", "an entry of the layer cache", errno);
    bytes.remove_prefix(static_cast<size_t>(put));
  }
  return {};
}

Result<std::string> read_all(int file, size_t size) {
  std::string bytes(size, '\0');
  size_t have = 0;
  while (have < size) {
    ssize_t got = ::read(file, bytes.data() + have, size - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("cannot read", "an entry of the layer cache", errno);
    if (got == 0) return fail(Errc::truncated, "an entry of the layer cache became shorter");
    have += static_cast<size_t>(got);
  }
  return bytes;
}

// Names in a folder below `at`, without "." and "..".
std::vector<std::string> names_in(int at, std::string_view folder) {
  std::vector<std::string> names;
  int fd = ::openat(at, std::string(folder).c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return names;
  std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(fd), ::closedir);
  if (stream == nullptr) {
    ::close(fd);
    return names;
  }
  while (const dirent* entry = ::readdir(stream.get())) {
    std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  return names;
}

struct Entry {
  EntryKind kind;
  std::string path;
  int64_t used;  // nanoseconds
  uint64_t bytes;
};

std::vector<Entry> entries_in(int folder) {
  std::vector<Entry> entries;
  for (size_t kind = 0; kind < kEntryKinds; ++kind) {
    for (const std::string& name : names_in(folder, kKindFolders[kind])) {
      bool ours = name.size() == kHexDigits && name.find_first_not_of("0123456789abcdef") == std::string::npos;
      std::string path = std::string(kKindFolders[kind]) + "/" + name;
      struct stat status{};
      if (!ours || ::fstatat(folder, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
      uint64_t size = static_cast<uint64_t>(status.st_size), blocks = static_cast<uint64_t>(status.st_blocks) * 512;
      entries.push_back({.kind = static_cast<EntryKind>(kind),
                         .path = std::move(path),
                         .used = status.st_atim.tv_sec * 1'000'000'000 + status.st_atim.tv_nsec,
                         .bytes = std::max(size, blocks)});
    }
  }
  return entries;
}

FolderUse use_of(const std::vector<Entry>& entries) {
  FolderUse use;
  for (const Entry& entry : entries) {
    FolderUse::Kind& kind = use.kinds[static_cast<size_t>(entry.kind)];
    ++kind.entries;
    kind.bytes += entry.bytes;
  }
  return use;
}

// A new file in tmp/, locked. Its name is free again when this is destroyed, unless it was renamed.
class NewFile {
 public:
  static Result<NewFile> create(int folder) {
    static std::atomic<uint64_t> counter = 0;
    // A process id comes again, and so may its file, left from before; then the name is simply taken.
    for (int tries = 0; tries < 16; ++tries) {
      std::string path = "tmp/" + std::to_string(::getpid()) + "." + std::to_string(counter++);
      Descriptor file(::openat(folder, path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
      if (!file && errno == EEXIST) continue;
      if (!file) return fail_errno("cannot create", "an entry of the layer cache", errno);
      NewFile made(folder, std::move(path), std::move(file));
      // Somebody who cleans up may have been faster than our lock; then the file is gone and the entry is not written.
      if (::flock(made.file_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return fail(Errc::io, "an entry of the layer cache was taken for a leftover");
      return made;
    }
    return fail(Errc::io, "the layer cache's folder of temporary files is crowded");
  }
  NewFile(NewFile&& other) noexcept = default;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile() {
    if (file_) ::unlinkat(folder_, path_.c_str(), 0);
  }
  int descriptor() const { return file_.get(); }
  Result<void> rename_to(const std::string& path) {
    if (::renameat(folder_, path_.c_str(), folder_, path.c_str()) != 0)
      return fail_errno("cannot rename", "an entry of the layer cache", errno);
    file_ = Descriptor();
    return {};
  }

 private:
  NewFile(int folder, std::string path, Descriptor file)
      : folder_(folder), path_(std::move(path)), file_(std::move(file)) {}
  int folder_;
  std::string path_;
  Descriptor file_;
};

}  // namespace

Result<CacheFolder> CacheFolder::open(const std::string& path, uint64_t max_bytes) {
  TRY_VOID(create_directories(path));
  Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return fail_errno("cannot open", path, errno);
  struct stat status{};
  if (::fstat(folder.get(), &status) != 0) return fail_errno("cannot read", path, errno);
  if (status.st_uid != ::geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return fail(Errc::denied,
                path +
                    ": what is in a layer cache is believed, so it must belong to the user who scans, and "
                    "nobody else may write to it; choose a folder of your own with --cache-dir");
  }
  for (std::string_view name : {kKindFolders[0], kKindFolders[1], kKindFolders[2], std::string_view("tmp")}) {
    if (::mkdirat(folder.get(), std::string(name).c_str(), 0700) != 0 && errno != EEXIST)
      return fail_errno("cannot create a folder in", path, errno);
  }
  CacheFolder opened(std::move(folder), max_bytes);
  opened.remove_leftovers();
  return opened;
}

CacheFolder::CacheFolder(CacheFolder&& other) noexcept
    : folder_(std::move(other.folder_)),
      max_bytes_(other.max_bytes_),
      written_(other.written_.load()),
      failures_(other.failures_.load()) {}

CacheFolder::~CacheFolder() {
  if (folder_ && written_ != 0) trim();
}

void CacheFolder::remove_leftovers() const {
  for (const std::string& name : names_in(folder_.get(), "tmp")) {
    std::string path = "tmp/" + name;
    Descriptor file(::openat(folder_.get(), path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (file && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0) ::unlinkat(folder_.get(), path.c_str(), 0);
  }
}

Result<std::string> CacheFolder::read(EntryKind kind, const Sha256Digest& key) const {
  Descriptor file(::openat(folder_.get(), path_of(kind, key).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file) return fail_errno("cannot open", "an entry of the layer cache", errno);
  struct stat status{};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
    return fail(Errc::malformed, "an entry of the layer cache is not a file");
  uint64_t size = static_cast<uint64_t>(status.st_size);
  if (size < kHeaderBytes + kSealBytes || size > kLargestEntry)
    return fail(Errc::malformed, "an entry of the layer cache is damaged");
  TRY(std::string bytes, read_all(file.get(), static_cast<size_t>(size)));
  std::string_view sealed = std::string_view(bytes).substr(0, bytes.size() - kSealBytes);
  Sha256Digest seal = sha256(sealed);
  if (!sealed.starts_with(header_of(kind, key)) ||
      !std::equal(seal.begin(), seal.end(), bytes.end() - kSealBytes,
                  [](uint8_t a, char b) { return a == static_cast<uint8_t>(b); }))
    return fail(Errc::malformed, "an entry of the layer cache is damaged");
  // relatime and noatime mounts do not keep track of use, so it is noted here.
  const timespec times[2] = {{.tv_sec = 0, .tv_nsec = UTIME_NOW}, {.tv_sec = 0, .tv_nsec = UTIME_OMIT}};
  (void)::futimens(file.get(), times);
  bytes.resize(sealed.size());
  bytes.erase(0, kHeaderBytes);
  return bytes;
}

bool CacheFolder::has(EntryKind kind, const Sha256Digest& key) const {
  return ::faccessat(folder_.get(), path_of(kind, key).c_str(), R_OK, 0) == 0;
}

Result<void> CacheFolder::write(EntryKind kind, const Sha256Digest& key, std::string_view body) {
  uint64_t size = kHeaderBytes + body.size() + kSealBytes;
  // One entry that pushes out all others helps nobody.
  if (size > kLargestEntry || size > max_bytes_ / 4) return fail(Errc::over_budget, "too large for the layer cache");
  if (failures_ >= kMostFailures) return fail(Errc::io, "the layer cache could not be written to before");
  auto written = [&]() -> Result<void> {
    TRY(NewFile file, NewFile::create(folder_.get()));
    std::string header = header_of(kind, key);
    Sha256 hash;
    hash.update(header);
    hash.update(body);
    Sha256Digest seal = hash.finish();
    TRY_VOID(write_all(file.descriptor(), header));
    TRY_VOID(write_all(file.descriptor(), body));
    TRY_VOID(write_all(file.descriptor(), {reinterpret_cast<const char*>(seal.data()), seal.size()}));
    return file.rename_to(path_of(kind, key));
  }();
  if (!written) {
    ++failures_;
    return written;
  }
  // So at most a sixteenth more than allowed, for each process that writes.
  if (written_.fetch_add(size) + size > max_bytes_ / 16) trim();
  return {};
}

FolderUse CacheFolder::use() const { return use_of(entries_in(folder_.get())); }

void CacheFolder::trim() {
  written_ = 0;
  Descriptor lock(::openat(folder_.get(), "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  // Whoever holds it does the same work. On a full disk there is no lock file, and two may evict a little too much.
  if (lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return;
  std::vector<Entry> entries = entries_in(folder_.get());
  uint64_t bytes = use_of(entries).bytes();
  if (bytes <= max_bytes_) return;
  std::ranges::sort(entries, {}, &Entry::used);
  for (const Entry& entry : entries) {
    if (bytes <= max_bytes_ - max_bytes_ / 10) break;
    if (::unlinkat(folder_.get(), entry.path.c_str(), 0) == 0 || errno == ENOENT) bytes -= entry.bytes;
  }
}

FolderUse CacheFolder::clear() {
  remove_leftovers();
  std::vector<Entry> entries = entries_in(folder_.get());
  for (const Entry& entry : entries) ::unlinkat(folder_.get(), entry.path.c_str(), 0);
  return use_of(entries);
}

}  // namespace drydock::store
