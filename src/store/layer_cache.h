// What earlier scans learned about layers, so that a known image is answered without inflating anything. Three maps in
// one CacheFolder, all keyed with the engine that wrote them:
//   diff ID        -> LayerRecord  written after the uncompressed bytes hashed to that diff ID in the writing process
//   stored digest  -> diff ID      written when both were computed from the same bytes in one process
//   place of bytes -> stored digest   an archive that did not change is not hashed again (base/file.h FilePlace)
// A hit goes through all three. What an archive declares is only compared with the result and never a key of its own.
//
// Thread-safe; many processes may share a folder. Failed writes are forgotten: the next scan reads the layer again.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"
#include "model/layer.h"
#include "store/cache_folder.h"

namespace drydock::store {

constexpr uint64_t kCacheBytes = uint64_t{1} << 30;  // some thousand images that share their base layers

std::string default_cache_folder();  // below the user's cache folder (base/file.h)

class LayerCache {
 public:
  // `engine` names everything that decides what a record says of given bytes: versions of the program, of catalogers
  // and rules, and the options that matter. Another engine sees another cache.
  static Result<LayerCache> open(const std::string& folder, std::string_view engine, uint64_t max_bytes = kCacheBytes);

  // Whether it is worth the time to hash a layer that declares this diff ID.
  bool may_hold(std::string_view declared_diff_id) const;
  // The digest of the bytes at `place`, computed by an earlier scan.
  std::optional<std::string> digest_at(const FilePlace& place) const;
  void remember(const FilePlace& place, std::string_view digest);
  // The record of the layer whose stored bytes have this digest, computed by the caller or from digest_at(); null
  // without one. Its digest is set, its stored_bytes are the caller's to set.
  std::shared_ptr<LayerRecord> find(std::string_view digest) const;
  // Only for a layer that was read whole, with both digests computed from the bytes (target::read_layer).
  void insert(const LayerRecord& layer);

 private:
  LayerCache(CacheFolder folder, std::string engine) : folder_(std::move(folder)), engine_(std::move(engine)) {}
  Sha256Digest key(std::string_view what, std::string_view name) const;

  CacheFolder folder_;
  std::string engine_;
};

}  // namespace drydock::store
