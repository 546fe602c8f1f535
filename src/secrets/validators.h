// Offline proofs: what a provider's format says about a token without asking the provider.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "secrets/rule.h"

namespace drydock::secrets {

// Standard and URL-safe alphabet, padding optional. nullopt at any other character or an impossible length.
std::optional<std::string> decode_base64(std::string_view text);
// The CRC-32 (IEEE 802.3) of `text` as six digits of base 62 (0-9A-Za-z), as GitHub and npm append it.
std::string crc32_base62(std::string_view text);
// The six characters (lower case) that BIP-173 appends to `text`, which is "hrp1data" in either case; empty where it is
// not.
std::string bech32_checksum(std::string_view text);

// Judges (rule.h).
Verdict judge_crc_token(std::string_view secret, std::string_view context);   // ghp_..., npm_...
Verdict judge_aws_key_id(std::string_view secret, std::string_view context);  // base 32 only
Verdict judge_mixed_case(std::string_view secret, std::string_view context);  // not a digest: upper, lower, digit
Verdict judge_has_digit(std::string_view secret, std::string_view context);   // not an identifier
Verdict judge_age_key(std::string_view secret, std::string_view context);     // bech32 checksum
Verdict judge_jwt(std::string_view secret, std::string_view context);         // header and payload are JSON
Verdict judge_basic_credentials(std::string_view secret, std::string_view context);  // base64 of user:password
Verdict judge_discord_bot(std::string_view secret, std::string_view context);        // first part is base64 of digits
Verdict judge_azure_sas(std::string_view secret, std::string_view context);          // a SAS also names its version
Verdict judge_url_password(std::string_view secret, std::string_view context);  // documentation hosts, weak defaults

Verdict judge_command_line(std::string_view secret, std::string_view context);  // not the next word of a sentence

Verdict judge_random_letters(std::string_view secret, std::string_view context);  // not four words

// The text from `-----BEGIN` on. Fills `length` with the size of the whole block (up to where it was understood).
struct PrivateKey {
  Verdict verdict;
  size_t body = 0;    // offset of the base64 text
  size_t end = 0;     // one past its last character
  size_t length = 0;  // of the block with its last line
};
PrivateKey parse_private_key(std::string_view text);

}  // namespace drydock::secrets
