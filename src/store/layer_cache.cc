#include "store/layer_cache.h"

#include "store/layer_codec.h"

namespace drydock::store {
namespace {

// Pieces of a key never run into one another: each is preceded by its length.
void add(Sha256& hash, std::string_view piece) {
  hash.update(std::to_string(piece.size()) + ":");
  hash.update(piece);
}

void append_numbers(std::string& to, std::initializer_list<uint64_t> values) {
  for (uint64_t value : values) to += std::to_string(value) + " ";
}

// One entry per stretch of a file, whatever the file was before: the new state replaces the old.
std::string stretch_of(const FilePlace& place) {
  std::string text;
  append_numbers(text, {place.file.device, place.file.inode, place.offset});
  return text;
}
std::string state_of(const FilePlace& place) {
  std::string text;
  append_numbers(text, {place.file.size, static_cast<uint64_t>(place.file.mtime_ns),
                        static_cast<uint64_t>(place.file.ctime_ns), place.size});
  return text;
}

}  // namespace

std::string default_cache_folder() { return cache_directory() + "/layers"; }

Result<LayerCache> LayerCache::open(const std::string& folder, std::string_view engine, uint64_t max_bytes) {
  TRY(CacheFolder opened, CacheFolder::open(folder, max_bytes));
  return LayerCache(std::move(opened), std::string(engine) + " " + std::to_string(kLayerSchema));
}

Sha256Digest LayerCache::key(std::string_view what, std::string_view name) const {
  Sha256 hash;
  add(hash, what);
  add(hash, name);
  add(hash, engine_);
  return hash.finish();
}

bool LayerCache::may_hold(std::string_view declared_diff_id) const {
  return folder_.has(EntryKind::layer, key("layer", declared_diff_id));
}

std::optional<std::string> LayerCache::digest_at(const FilePlace& place) const {
  Result<std::string> body = folder_.read(EntryKind::place, key("place", stretch_of(place)));
  if (!body) return std::nullopt;
  std::string state = state_of(place);
  if (!body->starts_with(state)) return std::nullopt;
  std::string digest = body->substr(state.size());
  if (!parse_oci_digest(digest)) return std::nullopt;
  return digest;
}

void LayerCache::remember(const FilePlace& place, std::string_view digest) {
  (void)folder_.write(EntryKind::place, key("place", stretch_of(place)), state_of(place) + std::string(digest));
}

std::shared_ptr<LayerRecord> LayerCache::find(std::string_view digest) const {
  Result<std::string> diff_id = folder_.read(EntryKind::digest, key("digest", digest));
  if (!diff_id) return nullptr;
  Result<std::string> body = folder_.read(EntryKind::layer, key("layer", *diff_id));
  if (!body) return nullptr;
  Result<LayerRecord> layer = decode_layer(*body);
  if (!layer || layer->diff_id != *diff_id) return nullptr;
  layer->digest = layer->pool.copy(digest);
  return std::make_shared<LayerRecord>(*std::move(layer));
}

void LayerCache::insert(const LayerRecord& layer) {
  Result<std::string> body = encode_layer(layer);
  if (!body) return;
  // The record first: a digest without its record is a miss, and so is a record without a digest.
  if (folder_.write(EntryKind::layer, key("layer", layer.diff_id), *body))
    (void)folder_.write(EntryKind::digest, key("digest", layer.digest), layer.diff_id);
}

}  // namespace drydock::store
