// LayerRecord <-> bytes, for the layer cache (docs/layer-cache.md has the format). What a layer says depends on its
// uncompressed bytes alone, so LayerRecord::digest and stored_bytes, which say how it was stored this time, are left
// out: whoever decodes fills them in.
//
// Decoding accepts what encode_layer() writes and nothing else. Memory is bounded by the input: row counts are compared
// with the bytes that are there before anything is allocated. All strings of the record are one block of its pool.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/layer.h"

namespace drydock::store {

// Part of the cache's key. Raise it when a row's fields change their meaning; other widths are noticed by themselves.
constexpr uint32_t kLayerSchema = 1;

// Errc::over_budget above 4 GiB of strings.
Result<std::string> encode_layer(const LayerRecord& layer);
Result<LayerRecord> decode_layer(std::string_view bytes);

}  // namespace drydock::store
