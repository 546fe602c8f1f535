// The image config (opencontainers/image-spec, config.md; Docker writes the same with some more members).
#pragma once

#include <string_view>

#include "base/result.h"
#include "base/string_pool.h"
#include "model/image.h"

namespace drydock::target {

// Strings go into `pool`; `bytes` may be freed. Every value of the container spec has the origin `image`. History
// entries are matched with layers if exactly as many of them have layers as there are diff IDs; builders that squash
// leave histories that cannot be matched, and then none is.
Result<ImageConfig> parse_image_config(std::string_view bytes, StringPool& pool);

}  // namespace drydock::target
