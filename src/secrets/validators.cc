#include "secrets/validators.h"

#include <array>
#include <cstdint>

#include "base/text.h"
#include "secrets/filters.h"

namespace drydock::secrets {
namespace {

constexpr std::array<uint32_t, 256> kCrcTable = [] {
  std::array<uint32_t, 256> table{};
  for (uint32_t n = 0; n < 256; ++n) {
    uint32_t c = n;
    for (int bit = 0; bit < 8; ++bit) c = c & 1 ? 0xedb88320U ^ (c >> 1) : c >> 1;
    table[n] = c;
  }
  return table;
}();

constexpr std::array<int8_t, 256> kBase64Values = [] {
  std::array<int8_t, 256> table{};
  table.fill(-1);
  for (int i = 0; i < 26; ++i) {
    table[static_cast<size_t>('A' + i)] = static_cast<int8_t>(i);
    table[static_cast<size_t>('a' + i)] = static_cast<int8_t>(26 + i);
  }
  for (int i = 0; i < 10; ++i) table[static_cast<size_t>('0' + i)] = static_cast<int8_t>(52 + i);
  table['+'] = table['-'] = 62;
  table['/'] = table['_'] = 63;
  return table;
}();

constexpr Verdict refuse(std::string_view reason) { return {.outcome = Verdict::refused, .reason = reason}; }
constexpr Verdict doubt(std::string_view reason) { return {.outcome = Verdict::doubtful, .reason = reason}; }
constexpr Verdict prove() { return {.outcome = Verdict::proven}; }

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

struct Classes {
  bool upper = false, lower = false, digit = false;
};
Classes classes_of(std::string_view text) {
  Classes found;
  for (char c : text) {
    found.upper |= c >= 'A' && c <= 'Z';
    found.lower |= c >= 'a' && c <= 'z';
    found.digit |= is_digit(c);
  }
  return found;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && is_hex(text.substr(i + 1, 2))) {
      auto nibble = [](char c) { return is_digit(c) ? c - '0' : lower(c) - 'a' + 10; };
      out += static_cast<char>(nibble(text[i + 1]) << 4 | nibble(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// DER (X.690): the size of the header and of the content of the element at the start of `bytes`.
struct DerElement {
  uint8_t tag = 0;
  size_t header = 0, content = 0;
};
std::optional<DerElement> der_element(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const uint8_t first = static_cast<uint8_t>(bytes[1]);
  DerElement element{.tag = static_cast<uint8_t>(bytes[0]), .header = 2, .content = first};
  if (first >= 0x80) {
    const size_t count = first & 0x7fU;
    if (count == 0 || count > 3 || bytes.size() < 2 + count) return std::nullopt;
    element.header = 2 + count;
    element.content = 0;
    for (size_t i = 0; i < count; ++i) element.content = element.content << 8 | static_cast<uint8_t>(bytes[2 + i]);
  }
  return element;
}

// PKCS#1, SEC1 and PKCS#8 keys are a SEQUENCE that begins with an INTEGER (the version); an encrypted PKCS#8 key
// (RFC 5958, section 3) begins with a SEQUENCE (the algorithm).
Verdict judge_der(std::string_view der) {
  const std::optional<DerElement> outer = der_element(der);
  if (!outer || outer->tag != 0x30) return doubt("its body is not a DER structure");
  if (outer->header + outer->content != der.size()) return doubt("its body is cut short or has been edited");
  const std::optional<DerElement> inner = der_element(der.substr(outer->header));
  if (inner && inner->tag == 0x30)
    return {.outcome = Verdict::proven, .reason = "encrypted with a passphrase", .severity = Severity::medium};
  if (!inner || inner->tag != 0x02) return doubt("its body is not a private key in DER");
  return prove();
}

// https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key: magic, then the cipher's name as a string.
Verdict judge_openssh(std::string_view body) {
  constexpr std::string_view kMagic{"openssh-key-v1\0", 15};
  if (!body.starts_with(kMagic) || body.size() < kMagic.size() + 8) return doubt("its body is not an OpenSSH key");
  if (!body.substr(kMagic.size() + 4).starts_with("none"))
    return {.outcome = Verdict::proven, .reason = "encrypted with a passphrase", .severity = Severity::medium};
  return prove();
}

// The base64 of an armoured block, freed of what languages and formats put between its lines: white space, escapes,
// quotes and the plus of string concatenation, comment marks. Stops at "-----" or at a character that fits nothing.
struct Body {
  std::string base64;
  size_t begin = 0, end = 0;  // of the base64 text
  bool closed = false;        // "-----END" follows
  bool encrypted_header = false;
  bool foreign = false;  // something that is not a key stands there
};
Body read_body(std::string_view text, size_t at) {
  Body body;
  body.begin = body.end = at;
  bool in_string = true;
  while (at < text.size()) {
    const char c = text[at];
    if (text.substr(at).starts_with("-----")) {
      body.closed = text.substr(at).starts_with("-----END");
      return body;
    }
    if (c == '\\' && at + 1 < text.size()) {
      // \n, \r, \t of a string, or a shell's line continuation.
      at += 2;
      continue;
    }
    if (c == '"' || c == '\'' || c == '`') {
      in_string = !in_string;
      ++at;
      continue;
    }
    if (is_space(c)) {
      ++at;
      // RFC 1421 headers ("Proc-Type: 4,ENCRYPTED", "DEK-Info:", PGP's "Version:") before the base64.
      if (c == '\n' || body.base64.empty()) {
        const size_t line_end = std::min(text.find('\n', at), text.size());
        const std::string_view line = text.substr(at, line_end - at);
        const size_t colon = line.find(": ");
        if (body.base64.empty() && colon != std::string_view::npos && colon < 24) {
          body.encrypted_header |= has(line, "ENCRYPTED") || has(line, "DEK-Info");
          // In one-line JSON the header ends at an escaped line end.
          const size_t escaped = line.find("\\n");
          at += escaped == std::string_view::npos ? line.size() : escaped;
        }
      }
      continue;
    }
    if (c == '#' || c == '*' || c == '>' || c == '|' || c == ',' || c == '.' || (c == '+' && !in_string) ||
        (c == '/' && text.substr(at).starts_with("// ")) || (c == '-' && text.substr(at).starts_with("- "))) {
      if (text.substr(at).starts_with("...")) {
        body.foreign = true;
        return body;
      }
      ++at;
      continue;
    }
    if (kBase64Values[static_cast<uint8_t>(c)] < 0 && c != '=') {
      body.foreign = true;
      return body;
    }
    if (body.base64.empty()) body.begin = at;
    body.base64 += c;
    body.end = ++at;
  }
  return body;
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    const int value = kBase64Values[static_cast<uint8_t>(c)];
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count & 0xff);
    }
  }
  return bytes;
}

std::string crc32_base62(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  uint32_t crc = 0xffffffff;
  for (char c : text) crc = kCrcTable[(crc ^ static_cast<uint8_t>(c)) & 0xff] ^ (crc >> 8);
  crc = ~crc;
  std::string digits(6, '0');
  for (size_t i = digits.size(); i-- > 0; crc /= 62) digits[i] = kDigits[crc % 62];
  return digits;
}

std::string bech32_checksum(std::string_view text) {
  constexpr std::string_view kAlphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
  static constexpr uint32_t kGenerator[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
  uint32_t sum = 1;
  auto feed = [&sum](uint32_t value) {
    const uint32_t top = sum >> 25;
    sum = (sum & 0x1ffffff) << 5 ^ value;
    for (uint32_t i = 0; i < 5; ++i)
      if (top >> i & 1) sum ^= kGenerator[i];
  };
  const size_t separator = text.rfind('1');
  if (separator == std::string_view::npos) return {};
  for (char c : text.substr(0, separator)) feed(static_cast<uint8_t>(lower(c)) >> 5);
  feed(0);
  for (char c : text.substr(0, separator)) feed(static_cast<uint8_t>(lower(c)) & 31);
  for (char c : text.substr(separator + 1)) {
    const size_t value = kAlphabet.find(lower(c));
    if (value == std::string_view::npos) return {};
    feed(static_cast<uint32_t>(value));
  }
  for (int i = 0; i < 6; ++i) feed(0);
  sum ^= 1;
  std::string checksum(6, '\0');
  for (uint32_t i = 0; i < 6; ++i) checksum[i] = kAlphabet[sum >> 5 * (5 - i) & 31];
  return checksum;
}

// A wrong checksum does not refuse: the algorithm is the provider's to change, and a token that was typed off or made
// up is still worth a look. It costs one severity.
Verdict judge_crc_token(std::string_view secret, std::string_view) {
  const std::string_view random = secret.substr(4);
  return crc32_base62(random.substr(0, random.size() - 6)) == random.substr(random.size() - 6)
             ? prove()
             : doubt("its checksum does not match");
}

Verdict judge_aws_key_id(std::string_view secret, std::string_view) {
  if (!classes_of(secret.substr(4)).digit && wordiness(secret.substr(4)) > 5.5) return doubt("its letters form words");
  if (secret.substr(4).find_first_of("0189") != std::string_view::npos)
    return doubt("holds 0, 1, 8 or 9, which real key IDs do not");
  return {};
}

// One in thirty random tokens of 20 letters and digits has no digit: then its letters must not form words.
Verdict judge_mixed_case(std::string_view secret, std::string_view) {
  const Classes found = classes_of(secret);
  const bool mixed = found.upper && found.lower && (found.digit || is_cased_at_random(secret));
  return mixed ? Verdict{} : refuse("not a mix of upper case, lower case and digits");
}

Verdict judge_has_digit(std::string_view secret, std::string_view) {
  const std::string_view random = secret.substr(std::min<size_t>(secret.size(), 4));
  return classes_of(random).digit || is_cased_at_random(random) ? Verdict{} : refuse("without a digit: an identifier");
}

Verdict judge_age_key(std::string_view secret, std::string_view) {
  return to_lower(secret.substr(secret.size() - 6)) == bech32_checksum(secret.substr(0, secret.size() - 6))
             ? prove()
             : doubt("its checksum does not match");
}

Verdict judge_jwt(std::string_view secret, std::string_view) {
  const size_t first = secret.find('.');
  const size_t second = secret.find('.', first + 1);
  const std::optional<std::string> header = decode_base64(secret.substr(0, first));
  const std::optional<std::string> payload = decode_base64(secret.substr(first + 1, second - first - 1));
  auto object = [](const std::optional<std::string>& json) {
    return json && json->starts_with('{') && trim(*json).ends_with('}') && has(*json, "\":");
  };
  if (!object(header) || !has(*header, "\"alg\"") || !object(payload)) return refuse("does not decode to JSON");
  // The sample of jwt.io, RFC 7519's Joe, and the keys every local Supabase starts with.
  for (std::string_view documented : {"\"John Doe\"", "\"1234567890\"", "\"supabase-demo\"", "\"iss\":\"joe\"",
                                      "example.com", "\"some\":\"payload\""})
    if (has(*payload, documented)) return refuse("documented test value");
  if (has(*payload, "\"role\":\"anon\""))
    return {.outcome = Verdict::proven, .reason = "the public role \"anon\"", .severity = Severity::low};
  return prove();
}

Verdict judge_basic_credentials(std::string_view secret, std::string_view context) {
  const std::optional<std::string> pair = decode_base64(secret);
  if (!pair) return refuse("does not decode to user:password");
  const size_t colon = pair->find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 >= pair->size())
    return refuse("does not decode to user:password");
  for (char c : *pair)
    if (static_cast<uint8_t>(c) < 0x20 || static_cast<uint8_t>(c) >= 0x7f)
      return refuse("does not decode to user:password");
  const std::string_view user = std::string_view(*pair).substr(0, colon),
                         password = std::string_view(*pair).substr(colon + 1);
  // RFC 7617's Aladdin. Fixtures of most HTTP libraries use him or user:pass.
  if (user == "Aladdin" || equal_ignoring_case(user, password)) return refuse("documented test value");
  return judge_url_password(password, context);
}

Verdict judge_discord_bot(std::string_view secret, std::string_view) {
  const std::optional<std::string> id = decode_base64(secret.substr(0, secret.find('.')));
  if (!id || id->size() < 15) return refuse("does not begin with a user ID");
  for (char c : *id)
    if (!is_digit(c)) return refuse("does not begin with a user ID");
  return prove();
}

Verdict judge_azure_sas(std::string_view, std::string_view context) {
  return has(context, "sv=20") || has(context, "skn=") || has(context, "&se=")
             ? Verdict{}
             : refuse("not a shared access signature");
}

Verdict judge_url_password(std::string_view secret, std::string_view context) {
  if (secret.find('%') != std::string_view::npos) {
    const std::string decoded = percent_decoded(secret);
    if (is_weak_default(decoded) || !human_placeholder_reason(decoded).empty()) return refuse("placeholder");
  }
  if (std::string_view reason = human_placeholder_reason(secret); !reason.empty()) return refuse(reason);
  // cvs://:pserver:anoncvs@host and URLs of several hosts hold more than one colon.
  if (is_weak_default(secret) || is_weak_default(secret.substr(secret.rfind(':') + 1)))
    return refuse("weak default, which the configuration checks report");
  // RFC 2606 and RFC 6761: hosts that belong to nobody. Only the host right behind the password counts.
  const size_t at = static_cast<size_t>(secret.data() - context.data());
  if (secret.data() >= context.data() && at <= context.size()) {
    std::string_view host = context.substr(std::min(at + secret.size(), context.size()));
    if (host.starts_with('@')) {
      host = host.substr(1, host.find_first_of("/:?#\"'`,;)>] \t\r\n", 1) - 1);
      for (std::string_view reserved : {"example.com", "example.org", "example.net", "your-host", "hostname"})
        if (host == reserved || (host.size() > reserved.size() && host.ends_with(reserved) &&
                                 host[host.size() - reserved.size() - 1] == '.'))
          return refuse("documentation host");
      if (host == "host" || host == "server" || host.ends_with(".example") || host.starts_with("..."))
        return refuse("documentation host");
    }
    // user:user, as in docs and development set-ups.
    const std::string_view before = context.substr(0, at);
    if (before.size() > secret.size() + 1 && before.ends_with(':') &&
        before.substr(0, before.size() - 1).ends_with(secret))
      return refuse("weak default, which the configuration checks report");
  }
  return {};
}

Verdict judge_command_line(std::string_view secret, std::string_view context) {
  if (!classes_of(secret).digit && !is_cased_at_random(secret)) return refuse("an everyday word");
  return judge_url_password(secret, context);
}

Verdict judge_random_letters(std::string_view secret, std::string_view) {
  return wordiness(secret) < 5.4 && entropy(secret) > 2.8 ? Verdict{} : refuse("everyday words");
}

PrivateKey parse_private_key(std::string_view text) {
  PrivateKey key;
  const size_t label_begin = text.find("-----BEGIN ");
  const size_t label_end = label_begin == std::string_view::npos ? label_begin : text.find("-----", label_begin + 11);
  if (label_end == std::string_view::npos) {
    key.verdict = refuse("no key follows");
    return key;
  }
  const std::string_view label = text.substr(label_begin + 11, label_end - label_begin - 11);
  const Body body = read_body(text, label_end + 5);
  key.body = body.begin;
  key.end = body.end;
  key.length = body.end;
  if (body.closed) key.length = std::min(text.size(), text.find("-----END", body.end) + 9 + label.size() + 5);
  // A sample is short, or prose, or dots. The shortest real body is an Ed25519 key in PKCS#8: 64 characters.
  if (body.foreign || body.base64.size() < 60) {
    key.verdict = refuse("no key follows");
    return key;
  }
  // The first line of a real key is mostly structure (algorithm, sizes), so regular runs are looked for behind it.
  const std::string_view sample = std::string_view(body.base64).substr(0, 256);
  if (has(sample, "EXAMPLE") || wordiness(sample) > 5.8 || entropy(sample) < 3.5) {
    key.verdict = refuse("no key follows");
    return key;
  }
  std::string_view base64 = body.base64;
  // PGP armour ends with "=" and a CRC-24 of four characters (RFC 9580, section 6.1).
  if (has(label, "PGP"))
    if (const size_t crc = base64.rfind('='); crc != std::string_view::npos && base64.size() - crc == 5)
      base64 = base64.substr(0, crc);
  const std::optional<std::string> bytes = decode_base64(base64);
  if (body.encrypted_header || has(label, "ENCRYPTED"))
    key.verdict = {.outcome = Verdict::proven, .reason = "encrypted with a passphrase", .severity = Severity::medium};
  else if (!bytes)
    key.verdict = doubt("its body is not base64");
  else if (has(label, "OPENSSH"))
    key.verdict = judge_openssh(*bytes);
  else if (has(label, "PGP"))  // packet type 5, secret key, in the old or the new packet form
    key.verdict = (static_cast<uint8_t>((*bytes)[0]) & 0xfc) == 0x94 || static_cast<uint8_t>((*bytes)[0]) == 0xc5
                      ? prove()
                      : doubt("its body is not a secret key packet");
  else if (has(label, "SSH2"))
    key.verdict = Verdict{};
  else
    key.verdict = judge_der(*bytes);
  if (!body.closed && key.verdict.outcome != Verdict::proven) key.verdict = refuse("no key follows");
  return key;
}

}  // namespace drydock::secrets
