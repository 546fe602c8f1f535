// A secret rule: what to look for, how to prove it, how bad it is. Rules are rows of the constexpr tables in
// rules/*.cc; the build compiles their patterns into one Vectorscan database (compile_tool.cc), so adding a row is all
// there is to it.
//
// A match goes through four steps, each cheaper to fail than the next:
//   1. `pattern` in the database: one pass over the file for all rules, gives (rule, end offset).
//   2. `confirm` by RE2 in a window around that end: gives the match and, as group 1, the secret.
//   3. the filters every value passes (filters.h): placeholder, reference, too regular to be random.
//   4. `judge`: what only this provider can say, such as a checksum.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "model/severity.h"

namespace drydock::secrets {

enum class Kind : uint8_t {
  token,       // carries its own mark (`ghp_`), so it is a secret wherever it stands, unless letters or digits touch it
  keyed,       // has a shape only; the provider's word in front of it makes it a secret
  assignment,  // any value behind a word like "password": read by assignment.h, needs the strictest filters
  key_block,   // PEM or PGP armour, many lines
};

struct Verdict {
  enum Outcome : uint8_t { plausible, proven, doubtful, refused };
  Outcome outcome = plausible;
  std::string_view reason = {};           // static text: why doubtful or refused
  Severity severity = Severity::unknown;  // replaces the rule's where it is known better
};

// `context` is the text around the secret (up to 4 KiB on either side), and holds it.
using Judge = Verdict (*)(std::string_view secret, std::string_view context);

struct Rule {
  std::string_view id;
  std::string_view title;
  Severity severity = Severity::high;
  Kind kind = Kind::token;
  // In the common subset of Vectorscan and RE2: no look-around, no back-references. It should match the shortest form
  // of the secret, so that it ends once. Empty for an assignment rule, which is chosen by `keywords` instead.
  std::string_view pattern = {};
  std::string_view confirm = {};  // empty: `pattern` serves
  // Bytes before the end offset where a match may begin. 0: the pattern's own greatest width, from the build.
  uint16_t look_back = 0;
  uint16_t look_ahead = 256;  // bytes behind the end offset that belong to the secret at most
  // Shannon entropy below which the value is no secret, in bits per character.
  float min_entropy = 2.5F;
  Judge judge = nullptr;
  // Two rules on the same bytes give one hit, of the rule with the higher rank.
  uint8_t rank = 50;
  std::span<const std::string_view> keywords = {};
  // How to make a harmless text that this rule finds (sample.h); the repository holds no text that looks like a secret.
  std::string_view sample = {};
};

constexpr uint8_t kGenericRank = 10, kKeyedRank = 30, kTokenRank = 50, kProviderRank = 70;

// All rules. The index is the pattern's id in the database.
std::span<const Rule* const> all_rules();
const Rule* find_rule(std::string_view id);  // nullptr where there is none

}  // namespace drydock::secrets
