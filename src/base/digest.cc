#include "base/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdlib>
#include <utility>

namespace drydock {

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  // Fails only when memory is exhausted or OpenSSL's default provider is missing; neither leaves a way on.
  if (context_ == nullptr || EVP_DigestInit_ex(static_cast<EVP_MD_CTX*>(context_), EVP_sha256(), nullptr) != 1)
    std::abort();
}
Sha256::Sha256(Sha256&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}
Sha256& Sha256::operator=(Sha256&& other) noexcept {
  std::swap(context_, other.context_);
  return *this;
}
Sha256::~Sha256() { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context_)); }

void Sha256::update(std::span<const std::byte> bytes) {
  EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context_), bytes.data(), bytes.size());
}
void Sha256::update(std::string_view text) { update(std::as_bytes(std::span(text.data(), text.size()))); }

Sha256Digest Sha256::finish() {
  Sha256Digest digest{};
  EVP_DigestFinal_ex(static_cast<EVP_MD_CTX*>(context_), digest.data(), nullptr);
  return digest;
}

Sha256Digest sha256(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

Sha256Digest hmac_sha256(std::string_view key, std::string_view bytes) {
  Sha256Digest digest{};
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(bytes.data()),
       bytes.size(), digest.data(), nullptr);
  return digest;
}

std::string sha1_hex(std::string_view bytes) {
  std::array<uint8_t, 20> digest{};
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha1(), nullptr) != 1) std::abort();
  return hex(digest);
}

std::string hex(std::span<const uint8_t> bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string oci_digest(const Sha256Digest& digest) { return "sha256:" + hex(digest); }

Result<Sha256Digest> parse_oci_digest(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256:";
  if (!text.starts_with(kPrefix))
    return fail(Errc::unsupported, "digest '" + std::string(text.substr(0, 80)) + "' is not sha256:<hex>");
  std::string_view digits = text.substr(kPrefix.size());
  auto value = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  Sha256Digest digest{};
  bool good = digits.size() == 64;
  for (size_t i = 0; good && i < digits.size(); ++i) {
    int digit = value(digits[i]);
    good = digit >= 0;
    digest[i / 2] = static_cast<uint8_t>(digest[i / 2] << 4 | (digit & 15));
  }
  if (!good) return fail(Errc::malformed, "digest '" + std::string(text.substr(0, 80)) + "' has not 64 hex digits");
  return digest;
}

}  // namespace drydock
