// Container images from files: docker-archive (docker save, skopeo, podman, kaniko, ko), OCI layouts as a folder or a
// tar, and tars that are both (Docker since 25, BuildKit). Recognised by content. A gzip- or zstd-compressed tar is
// unpacked once into a spill file; of an uncompressed one only headers are read here, and layers later at their
// offsets.
//
// Trust: manifests and configs that a digest names are compared with it here; layers when they are read
// (target/layer_reader.h). Paths in archives never touch the file system.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "base/string_pool.h"
#include "formats/inflate.h"
#include "model/image.h"
#include "target/spill.h"

namespace drydock::target {

// A blob's bytes as stored.
class BlobSource : public ByteSource {
 public:
  // Where they stand, for who wants to know them again without reading them; none where that cannot be told.
  virtual std::optional<FilePlace> place() const { return std::nullopt; }
};

// Where an image's blobs are: a folder, a tar, later a registry. Thread-safe, so that layers can be read in parallel.
class BlobStore {
 public:
  virtual ~BlobStore() = default;
  // The source must not outlive the store.
  virtual Result<std::unique_ptr<BlobSource>> open(std::string_view blob) const = 0;
};

struct StoredLayer {
  std::string_view blob;     // its name in the store
  std::string_view digest;   // declared, of the bytes as stored; empty where the archive's format has none
  std::string_view diff_id;  // declared, of the uncompressed bytes
  int history = -1;          // index into config.history
  std::string_view size;     // declared, of the bytes as stored, in decimal; empty where the format has none
};

struct ImageSource {
  StringPool pool;                          // every string here and in `config`
  std::span<const std::string_view> names;  // all tags, as written; may be empty
  std::string_view digest;                  // of the config, computed
  std::string_view manifest_digest;         // verified; empty for docker-archives
  ImageConfig config;
  std::vector<StoredLayer> layers;  // lowest first
  std::shared_ptr<const BlobStore> blobs;

  std::string_view name() const { return names.empty() ? std::string_view{} : names[0]; }
};

struct ImageOptions {
  std::string platform;         // "linux/arm64", "linux/arm/v7"; empty: this machine's, or the only one there is
  std::string name;             // tag ("nginx:1.18") or digest, where an archive holds several; empty: the only one
  SpillQuota* spill = nullptr;  // for a compressed outer tar; must outlive the ImageSource. Null: those are refused
};

// True if open_image() would try: a folder with an OCI layout or docker manifest, or a tar, plain or compressed.
bool is_image(const std::string& path);

// Errc::not_found with the list of what there is when the choice is not unique.
Result<ImageSource> open_image(const std::string& path, const ImageOptions& options);

}  // namespace drydock::target
