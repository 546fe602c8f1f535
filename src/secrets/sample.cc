#include "secrets/sample.h"

#include <algorithm>

#include "base/text.h"
#include "secrets/validators.h"

namespace drydock::secrets {
namespace {

constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", kLower = "abcdefghijklmnopqrstuvwxyz",
                           kDigits = "0123456789";

// splitmix64: reproducible, and nobody's real key.
struct Random {
  uint64_t state;
  uint64_t next() {
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }
  std::string text(const std::string& alphabet, size_t count) {
    std::string out;
    while (out.size() < count) out += alphabet[next() % alphabet.size()];
    return out;
  }
};

std::string alphabet_of(std::string_view name) {
  std::string upper(kUpper), low(kLower), digits(kDigits);
  if (name == "an") return upper + low + digits;
  if (name == "al") return low + digits;
  if (name == "AU") return upper + digits;
  if (name == "aA") return upper + low;
  if (name == "wx") return "bcdfghjkmqvwxz";  // letters that form no words
  if (name == "hx") return digits + "abcdef";
  if (name == "d") return digits;
  if (name == "b32") return upper + "234567";
  if (name == "b32l") return low + "234567";
  if (name == "b64") return upper + low + digits + "+/";
  if (name == "u64") return upper + low + digits + "_-";
  return "?";
}

std::string encode_base64(std::string_view bytes, bool url) {
  std::string digits(kUpper);
  digits += kLower;
  digits += kDigits;
  digits += url ? "-_" : "+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    for (size_t k = 0; k < 3; ++k) group = group << 8 | (k < count ? static_cast<uint8_t>(bytes[i + k]) : 0U);
    for (size_t k = 0; k <= count; ++k) out += digits[group >> (18 - 6 * k) & 63];
    if (!url) out.append(3 - count, '=');
  }
  return out;
}

}  // namespace

std::string make_sample(std::string_view sample, uint64_t seed) {
  Random random{seed};
  std::string out;
  while (!sample.empty()) {
    const size_t open = sample.find('{');
    const size_t close = open == std::string_view::npos ? open : sample.find('}', open);
    const std::string_view name = close == std::string_view::npos ? "" : sample.substr(open + 1, close - open - 1);
    const Cut item = cut(name, ":");
    const bool known = name == "crc" || name == "uuid" || name == "jwt" || name == "der" || name == "age" ||
                       name == "basic" || name == "discord" ||
                       (item.found && !item.after.empty() && is_digit(item.after[0]));
    if (!known) {  // a brace of JSON
      const size_t step = open == std::string_view::npos ? sample.size() : open + 1;
      out += sample.substr(0, step);
      sample.remove_prefix(step);
      continue;
    }
    out += sample.substr(0, open);
    sample.remove_prefix(close + 1);
    if (name == "crc") {
      const size_t prefix = out.rfind('_') + 1;
      out += crc32_base62(std::string_view(out).substr(prefix));
    } else if (name == "uuid") {
      const std::string hex = alphabet_of("hx");
      out += random.text(hex, 8) + "-" + random.text(hex, 4) + "-4" + random.text(hex, 3) + "-a" + random.text(hex, 3) +
             "-" + random.text(hex, 12);
    } else if (name == "jwt") {
      out += encode_base64(R"({"alg":"HS256","typ":"JWT"})", true) + "." +
             encode_base64("{\"sub\":\"" + random.text(alphabet_of("hx"), 12) + "\",\"iat\":1700000000}", true) + "." +
             random.text(alphabet_of("u64"), 43);
    } else if (name == "der") {
      // Ed25519 in PKCS#8 (RFC 8410, section 7).
      std::string der("\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20", 16);
      for (int i = 0; i < 32; ++i) der += static_cast<char>(random.next());
      out += encode_base64(der, false);
    } else if (name == "age") {
      std::string key = "AGE-SECRET-KEY-1" + random.text("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 52);
      for (char c : bech32_checksum(key)) key += static_cast<char>(c >= 'a' ? c - 32 : c);
      out += key;
    } else if (name == "basic") {
      out += encode_base64("deploy:" + random.text(alphabet_of("an"), 16), false);
    } else if (name == "discord") {
      out += encode_base64("1" + random.text(alphabet_of("d"), 17), true);
    } else {
      size_t count = 0;
      for (char c : item.after) count = count * 10 + static_cast<size_t>(c - '0');
      out += random.text(alphabet_of(item.before), std::min<size_t>(count, 4096));
    }
  }
  return out;
}

}  // namespace drydock::secrets
