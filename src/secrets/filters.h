// Why a value that looks like a secret is none. Each function answers with the reason, static text for `--explain`, or
// with an empty view. Lists are kept short and long-worded on purpose: a random token contains any three given letters
// now and then, and a scanner that drops a real key because it holds "foo" has failed silently.
#pragma once

#include <cstdint>
#include <string_view>

namespace drydock::secrets {

// For every value: the words of a documentation example, regular runs, few distinct characters.
std::string_view placeholder_reason(std::string_view value);
// For values that people write (passwords, assignments): also everyday words of examples, such as "test".
std::string_view human_placeholder_reason(std::string_view value);
// ${X}, {{ x }}, process.env.X, !Ref, /run/secrets/x, arn:..., op://...: the secret is elsewhere.
std::string_view reference_reason(std::string_view value);
// Digests, integrity strings, password hashes, ciphertext, public keys: not usable as a secret.
std::string_view derived_reason(std::string_view value);
// Values that vendors print in their documentation, kept as hashes.
bool is_documented_value(std::string_view value);
// "postgres", "changeme": reported by the configuration checks as a weak default, not as a leak.
bool is_weak_default(std::string_view value);

double entropy(std::string_view value);  // Shannon, bits per character
// 0 to 9: how likely the letter pairs are in English and code; random letters give 4.4, words 6 to 7.5.
double wordiness(std::string_view value);
// Letters and digits as a generator mixes them: used where nothing but a word like "token" speaks for the value.
bool looks_random(std::string_view value);
// "vqPxTWmRkaLd": only a generator turns between small and capital letters this often.
bool is_cased_at_random(std::string_view value);
bool is_hex(std::string_view value);
bool is_uuid(std::string_view value);

// What a path says about its content.
enum class FileKind : uint8_t { unknown, code, config, prose, lock };
FileKind kind_of(std::string_view path);
// Tests, examples, documentation, vendored code: findings there are one severity lower, never hidden.
bool is_secondary_path(std::string_view path);

}  // namespace drydock::secrets
