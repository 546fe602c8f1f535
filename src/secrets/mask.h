// The only ways in which a secret may be printed or remembered.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "secrets/secrets.h"

namespace drydock::secrets {

// The key of the hash in a mask when the caller has none. It keeps hashes of ours out of rainbow tables but cannot stop
// a guess at a short password: a store that keeps hashes for longer passes a random key of its own.
inline constexpr std::string_view kDefaultMaskKey = "drydock secret mask v1";

// `ghp_...[40:1f3c0a9b]`: at most four characters and never more than a quarter, the length, eight digits of the keyed
// hash.
std::string mask(std::string_view secret, std::string_view key = kDefaultMaskKey);

// 64 hex digits of HMAC-SHA-256: the material of fingerprints. White space and escaped line ends of a key block do not
// count, so a key has one fingerprint in a .pem file and inside JSON.
std::string keyed_hash(const Rule& rule, std::string_view secret, std::string_view key);

// The line where `shown` begins, printable, with every secret of `all` masked (also where it is repeated), clipped to
// `columns` around the secret. `bytes` is what the spans refer to.
std::string mask_line(std::string_view bytes, const Hit& shown, std::span<const Hit> all, size_t columns = 160,
                      std::string_view key = kDefaultMaskKey);

}  // namespace drydock::secrets
