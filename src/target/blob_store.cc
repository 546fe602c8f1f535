#include "target/blob_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <unordered_map>

#include "base/text.h"
#include "formats/tar.h"
#include "target/beneath.h"

namespace drydock::target {
namespace {

// An image archive with more members than this is something else (the largest seen have some hundreds).
constexpr tar::Budget kArchiveBudget{.entries = 200'000, .path_bytes = 4096};
constexpr int kLinkHops = 8;

class FileSource final : public BlobSource {
 public:
  FileSource(Descriptor owned, int descriptor, uint64_t offset, uint64_t size)
      : owned_(std::move(owned)), descriptor_(descriptor), begin_(offset), at_(offset), end_(offset + size) {}
  Result<size_t> read(std::span<std::byte> to) override {
    size_t size = static_cast<size_t>(std::min<uint64_t>(to.size(), end_ - at_));
    if (size == 0) return 0;
    for (;;) {
      ssize_t got = ::pread(descriptor_, to.data(), size, static_cast<off_t>(at_));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail(Errc::io, std::string("cannot read: ") + std::strerror(errno));
      if (got == 0) return fail(Errc::truncated, "the file became shorter while it was read");
      at_ += static_cast<uint64_t>(got);
      return static_cast<size_t>(got);
    }
  }
  std::optional<FilePlace> place() const override {
    std::optional<FileIdentity> file = settled_identity(descriptor_);
    if (!file) return std::nullopt;
    return FilePlace{.file = *file, .offset = begin_, .size = end_ - begin_};
  }

 private:
  Descriptor owned_;
  int descriptor_;
  uint64_t begin_, at_, end_;
};

Result<uint64_t> size_of_file(int descriptor, std::string_view name) {
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) return fail_errno("cannot read", std::string(name), errno);
  if (!S_ISREG(status.st_mode)) return fail(Errc::unsupported, std::string(name) + " is not a regular file");
  return static_cast<uint64_t>(status.st_size);
}

class FolderStore final : public BlobStore {
 public:
  explicit FolderStore(Descriptor folder) : folder_(std::move(folder)) {}
  Result<std::unique_ptr<BlobSource>> open(std::string_view blob) const override {
    std::string path = normalise_path(blob);
    TRY(Descriptor file, open_beneath(folder_.get(), path, O_RDONLY | O_NONBLOCK));
    TRY(uint64_t size, size_of_file(file.get(), path));
    int descriptor = file.get();
    return std::make_unique<FileSource>(std::move(file), descriptor, 0, size);
  }

 private:
  Descriptor folder_;
};

class ArchiveStore final : public BlobStore {
 public:
  ArchiveStore(Descriptor file, std::optional<SpillFile> spilled, std::vector<tar::Member> members)
      : file_(std::move(file)), spilled_(std::move(spilled)) {
    for (tar::Member& member : members) {
      std::string path = normalise_path(member.path);
      members_.insert_or_assign(std::move(path), std::move(member));
    }
  }
  Result<std::unique_ptr<BlobSource>> open(std::string_view blob) const override {
    std::string path = normalise_path(blob);
    for (int hop = 0; hop < kLinkHops; ++hop) {
      auto found = members_.find(path);
      if (found == members_.end()) return fail(Errc::not_found, printable(path) + " is not in the archive");
      const tar::Member& member = found->second;
      switch (member.type) {
        case tar::Type::file:
          return std::make_unique<FileSource>(Descriptor(), descriptor(), member.offset, member.size);
        // docker save before 25 stores a layer that two images share once, and "../ID/layer.tar" in the other's folder.
        case tar::Type::symlink:
          path = normalise_path(std::string(directory_of(path)) + "/" + member.link_target);
          continue;
        case tar::Type::hard_link: path = normalise_path(member.link_target); continue;
        default: return fail(Errc::malformed, printable(path) + " is not a file in the archive");
      }
    }
    return fail(Errc::malformed, printable(blob) + " is a circle of links in the archive");
  }

 private:
  int descriptor() const { return spilled_ ? spilled_->descriptor() : file_.get(); }
  Descriptor file_;
  std::optional<SpillFile> spilled_;
  std::unordered_map<std::string, tar::Member> members_;
};

Result<SpillFile> unpack(ByteSource& compressed, SpillQuota* quota) {
  if (quota == nullptr) return fail(Errc::unsupported, "the archive is compressed and nothing may be spilled");
  TRY(std::unique_ptr<ByteSource> decoded, inflate(compressed, {.output = quota->total()}));
  TRY(SpillFile spilled, SpillFile::create(*quota));
  std::vector<std::byte> buffer(1 << 20);
  for (;;) {
    TRY(size_t got, decoded->read(buffer));
    if (got == 0) return spilled;
    TRY_VOID(spilled.append({reinterpret_cast<const char*>(buffer.data()), got}));
  }
}

}  // namespace

std::shared_ptr<const BlobStore> folder_store(Descriptor folder) {
  return std::make_shared<FolderStore>(std::move(folder));
}

std::unique_ptr<ByteSource> file_source(int descriptor, uint64_t size) {
  return std::make_unique<FileSource>(Descriptor(), descriptor, 0, size);
}

Result<std::shared_ptr<const BlobStore>> archive_store(Descriptor file, SpillQuota* spill) {
  TRY(uint64_t size, size_of_file(file.get(), "the archive"));
  std::byte first[6];
  FileSource head(Descriptor(), file.get(), 0, std::min<uint64_t>(size, sizeof first));
  TRY(size_t got, head.read(first));
  std::optional<SpillFile> spilled;
  if (compression_of(std::span(first).first(got)) != Compression::none) {
    FileSource compressed(Descriptor(), file.get(), 0, size);
    TRY(SpillFile unpacked, unpack(compressed, spill));
    spilled.emplace(std::move(unpacked));
  }
  TRY(std::vector<tar::Member> members, spilled ? tar::index(spilled->descriptor(), spilled->size(), kArchiveBudget)
                                                : tar::index(file.get(), size, kArchiveBudget));
  return std::make_shared<ArchiveStore>(std::move(file), std::move(spilled), std::move(members));
}

Result<std::string> read_blob(const BlobStore& store, std::string_view blob, uint64_t limit) {
  TRY(std::unique_ptr<ByteSource> source, store.open(blob));
  std::string bytes;
  char buffer[64 << 10];
  for (;;) {
    TRY(size_t got, source->read(std::as_writable_bytes(std::span(buffer))));
    if (got == 0) return bytes;
    bytes.append(buffer, got);
    if (bytes.size() > limit) {
      return fail(Errc::over_budget, printable(blob) + " has more than " + std::to_string(limit) + " bytes");
    }
  }
}

}  // namespace drydock::target
