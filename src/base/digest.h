// SHA-256 by OpenSSL's EVP (SHA-NI where the CPU has it), and a fast hash for tables.
// The first digest of a process costs about 1.8 ms (OpenSSL's initialisation), so nothing hashes at start-up.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace drydock {

using Sha256Digest = std::array<uint8_t, 32>;

class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&& other) noexcept;
  Sha256& operator=(Sha256&& other) noexcept;
  ~Sha256();
  void update(std::span<const std::byte> bytes);
  void update(std::string_view text);
  Sha256Digest finish();  // once

 private:
  void* context_;  // EVP_MD_CTX
};

Sha256Digest sha256(std::string_view bytes);
// HMAC-SHA-256 (RFC 2104).
Sha256Digest hmac_sha256(std::string_view key, std::string_view bytes);
// SHA-1 as 40 hex digits, for foreign formats that name things by it; never for trust.
std::string sha1_hex(std::string_view bytes);
std::string hex(std::span<const uint8_t> bytes);
// "sha256:<64 hex digits>", the form of OCI digests and diff IDs.
std::string oci_digest(const Sha256Digest& digest);
Result<Sha256Digest> parse_oci_digest(std::string_view text);

// FNV-1a, 64 bits: for tables and sharding, never for identity or trust.
constexpr uint64_t fnv1a(std::string_view text, uint64_t seed = 0xcbf29ce484222325) {
  uint64_t hash = seed;
  for (char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace drydock
