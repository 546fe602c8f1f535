#include "target/layer_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/digest.h"
#include "base/text.h"

namespace drydock::target {
namespace {

class HashingSource final : public ByteSource {
 public:
  explicit HashingSource(ByteSource& from) : from_(from) {}
  Result<size_t> read(std::span<std::byte> to) override {
    TRY(size_t got, from_.read(to));
    if (bytes_ == 0) {
      first_size_ = std::min(got, first_.size());
      std::copy_n(to.begin(), first_size_, first_.begin());
    }
    if (hashing_) hash_.update(to.first(got));
    bytes_ += got;
    return got;
  }
  void stop_hashing() { hashing_ = false; }
  std::span<const std::byte> first_bytes() const { return std::span(first_).first(first_size_); }
  uint64_t bytes() const { return bytes_; }
  std::string digest() { return oci_digest(hash_.finish()); }

 private:
  ByteSource& from_;
  Sha256 hash_;
  bool hashing_ = true;
  uint64_t bytes_ = 0;
  std::array<std::byte, 6> first_{};
  size_t first_size_ = 0;
};

FileType type_of(tar::Type type) {
  switch (type) {
    case tar::Type::file: return FileType::regular;
    case tar::Type::directory: return FileType::directory;
    case tar::Type::symlink: return FileType::symlink;
    case tar::Type::hard_link: return FileType::hard_link;
    case tar::Type::fifo: return FileType::fifo;
    case tar::Type::character_device:
    case tar::Type::block_device:
    case tar::Type::other: break;
  }
  return FileType::device;
}

uint32_t clamp32(uint64_t id) { return static_cast<uint32_t>(std::min<uint64_t>(id, UINT32_MAX)); }

// Whiteouts as the OCI image specification has them (layer.md, "Whiteouts"). ".wh..wh.*" other than the opaque mark is
// AUFS's own bookkeeping, which engines drop.
enum class Mark : uint8_t { none, whiteout, opaque, ignored };
Mark mark_of(std::string_view name) {
  if (!name.starts_with(".wh.")) return Mark::none;
  if (name == ".wh..wh..opq") return Mark::opaque;
  if (name.starts_with(".wh..wh.")) return Mark::ignored;
  std::string_view removed = name.substr(4);
  // Nothing that could be removed has these names; engines refuse such layers.
  if (removed.empty() || removed == "." || removed == "..") return Mark::ignored;
  return Mark::whiteout;
}

// Turns pieces into whole files.
class Assembler final : public tar::Visitor {
 public:
  Assembler(LayerVisitor& visitor, SpillQuota* quota) : visitor_(visitor), quota_(quota) {}

  Result<bool> entry(const tar::Header& from) override {
    path_ = normalise_path(from.path);
    link_ = from.type == tar::Type::hard_link ? normalise_path(from.link_target) : std::string(from.link_target);
    buffer_.clear();
    spill_.reset();
    failed_ = false;
    LayerEntry entry{.header = {.type = type_of(from.type),
                                .mode = from.mode,
                                .uid = clamp32(from.uid),
                                .gid = clamp32(from.gid),
                                .size = from.type == tar::Type::file ? from.size : 0,
                                .mtime = from.mtime,
                                .link_target = link_}};
    std::string_view directory = directory_of(path_);
    switch (mark_of(base_name(path_))) {
      case Mark::ignored: return false;
      case Mark::none: break;
      case Mark::opaque:
        entry.opaque = true;
        path_.resize(directory.size());
        break;
      case Mark::whiteout:
        entry.whiteout = true;
        path_.erase(directory.empty() ? 0 : directory.size() + 1, 4);
        break;
    }
    entry.header.path = path_;
    if (path_.empty() && !entry.opaque) return false;
    header_ = entry.header;
    TRY(bool wanted, visitor_.entry(entry));
    wanted = wanted && header_.type == FileType::regular && !entry.whiteout && !entry.opaque;
    if (wanted && header_.size == 0) TRY_VOID(visitor_.file({.header = header_, .bytes = {}}));
    return wanted;
  }

  Result<void> content(std::string_view piece, uint64_t offset, bool last) override {
    if (offset == 0 && last) return visitor_.file({.header = header_, .bytes = piece});
    if (header_.size <= kInMemory) {
      if (offset == 0) buffer_.reserve(static_cast<size_t>(header_.size));
      buffer_.append(piece);
      return last ? visitor_.file({.header = header_, .bytes = buffer_}) : Result<void>{};
    }
    if (failed_) return {};
    if (Result<void> spilled = spill(piece); !spilled) return give_up(spilled.error());
    if (!last) return {};
    Result<MappedFile> mapped = spill_->map();
    if (!mapped) return give_up(mapped.error());
    TRY_VOID(visitor_.file({.header = header_, .bytes = mapped->bytes()}));
    spill_.reset();
    return {};
  }

 private:
  Result<void> spill(std::string_view piece) {
    if (quota_ == nullptr) return fail(Errc::over_budget, "larger than 16 MiB, and nothing may be spilled");
    if (!spill_) {
      TRY(SpillFile file, SpillFile::create(*quota_));
      spill_.emplace(std::move(file));
    }
    return spill_->append(piece);
  }
  Result<void> give_up(const Error& error) {
    failed_ = true;
    spill_.reset();
    return visitor_.unread(header_, error.message);
  }

  LayerVisitor& visitor_;
  SpillQuota* quota_;
  std::string path_, link_, buffer_;
  FileHeader header_;
  std::optional<SpillFile> spill_;
  bool failed_ = false;
};

Result<void> must_agree(std::string_view what, std::string_view declared, std::string_view found) {
  if (declared.empty() || declared == found) return {};
  return fail(Errc::malformed, "its " + std::string(what) + " is " + std::string(found) + ", declared as " +
                                   printable(declared) + ": the image is damaged or was tampered with");
}

Result<LayerDigests> read_stored(const ImageSource& image, const StoredLayer& layer, LayerVisitor& visitor,
                                 const LayerOptions& options) {
  TRY(std::unique_ptr<BlobSource> blob, image.blobs->open(layer.blob));
  std::optional<FilePlace> place = blob->place();
  HashingSource stored(*blob);
  TRY(std::unique_ptr<ByteSource> decoder, inflate(stored, options.inflate));
  HashingSource decoded(*decoder);
  // The two digests of a plain tar are one.
  bool plain = compression_of(stored.first_bytes()) == Compression::none;
  if (plain) decoded.stop_hashing();
  Assembler assembler(visitor, options.spill);
  TRY_VOID(tar::walk(decoded, assembler, options.tar));
  LayerDigests digests{
      .digest = stored.digest(), .diff_id = {}, .stored_bytes = stored.bytes(), .bytes = decoded.bytes(), .place = {}};
  digests.diff_id = plain ? digests.digest : decoded.digest();
  TRY_VOID(must_agree("digest", layer.digest, digests.digest));
  TRY_VOID(must_agree("size", layer.size, std::to_string(digests.stored_bytes)));
  TRY_VOID(must_agree("diff ID", layer.diff_id, digests.diff_id));
  if (blob->place() == place) digests.place = place;
  return digests;
}

}  // namespace

Result<LayerDigests> read_layer(const ImageSource& image, size_t index, LayerVisitor& visitor,
                                const LayerOptions& options) {
  const StoredLayer& layer = image.layers[index];
  Result<LayerDigests> digests = read_stored(image, layer, visitor, options);
  if (!digests) {
    std::string where = "layer " + std::to_string(index + 1) + " of " + std::to_string(image.layers.size());
    return fail_in(where, digests.error());
  }
  return digests;
}

std::optional<FilePlace> place_of(const ImageSource& image, size_t index) {
  Result<std::unique_ptr<BlobSource>> blob = image.blobs->open(image.layers[index].blob);
  return blob ? (*blob)->place() : std::nullopt;
}

Result<StoredDigest> stored_digest(const ImageSource& image, size_t index) {
  TRY(std::unique_ptr<BlobSource> blob, image.blobs->open(image.layers[index].blob));
  std::optional<FilePlace> place = blob->place();
  Sha256 hash;
  StoredDigest stored;
  std::vector<std::byte> buffer(256 << 10);  // stays in the CPU's cache between read and hash
  for (;;) {
    TRY(size_t got, blob->read(buffer));
    if (got == 0) break;
    hash.update(std::span(buffer).first(got));
    stored.bytes += got;
  }
  stored.digest = oci_digest(hash.finish());
  if (blob->place() == place) stored.place = place;
  return stored;
}

}  // namespace drydock::target
