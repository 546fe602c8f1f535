// One layer, read once: stored bytes -> digest -> inflate -> diff ID -> tar -> whole files for those who want them.
// Hashing and decoding alternate piece by piece, while the bytes are in the CPU's cache.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "formats/inflate.h"
#include "formats/tar.h"
#include "model/layer.h"
#include "target/image.h"
#include "target/spill.h"

namespace drydock::target {

// Receives a layer's entries in archive order. All views die with the call.
class LayerVisitor {
 public:
  virtual ~LayerVisitor() = default;
  // Paths are normalised, whiteouts recognised; the root itself is not reported. True for a regular file: file() or
  // unread() follows before the next entry. Above kInMemory that costs a spill file, so ask only where it matters.
  virtual Result<bool> entry(const LayerEntry& entry) = 0;
  virtual Result<void> file(const FileView& file) = 0;
  // A wanted file that cannot be had, most often for the spill quota. The walk goes on.
  virtual Result<void> unread(const FileHeader& header, std::string_view reason) = 0;
};

struct LayerOptions {
  SpillQuota* spill = nullptr;  // null: files above kInMemory are unread
  InflateBudget inflate;
  tar::Budget tar;
};

// As computed from the bytes that were read.
struct LayerDigests {
  std::string digest, diff_id;
  uint64_t stored_bytes = 0, bytes = 0;
  std::optional<FilePlace> place;  // of the stored bytes; none if they may have changed while they were read
};

// Reads layer `index` to its last byte. An error, also for a digest that is not the declared one, makes everything that
// the visitor saw unproven: it may be shown, with an Unknown, but not cached. Several layers of one image can be read
// at the same time.
Result<LayerDigests> read_layer(const ImageSource& image, size_t index, LayerVisitor& visitor,
                                const LayerOptions& options = {});

// Where layer `index` is stored (BlobSource::place), without reading it.
std::optional<FilePlace> place_of(const ImageSource& image, size_t index);

// The stored bytes of a layer hashed, and nothing inflated. The declared digest plays no part.
struct StoredDigest {
  std::string digest;
  uint64_t bytes = 0;
  std::optional<FilePlace> place;  // as LayerDigests::place
};
Result<StoredDigest> stored_digest(const ImageSource& image, size_t index);

}  // namespace drydock::target
