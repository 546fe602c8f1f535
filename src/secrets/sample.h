// Makes text that a rule finds, from the template in its row, so that no file of ours holds what looks like a secret.
// Template: literal text and {class:count} where class is an (A-Za-z0-9), al (a-z0-9), AU (A-Z0-9), aA (A-Za-z), hx
// (0-9a-f), d (0-9), b32 (A-Z2-7), b32l (a-z2-7), b64 (A-Za-z0-9+/), u64 (A-Za-z0-9_-), or {uuid}, or {crc}: the
// checksum that GitHub and npm append to the 30 characters before it. {jwt}, {der} and {age} stand for values that
// parse.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace drydock::secrets {

// The same seed gives the same text.
std::string make_sample(std::string_view sample, uint64_t seed);

}  // namespace drydock::secrets
