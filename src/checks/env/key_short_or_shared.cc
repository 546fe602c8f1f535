#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/production.h"
#include "checks/secret_names.h"
#include "formats/dotenv.h"

namespace drydock::checks::key_short_or_shared {
namespace {

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); });
}

// At most this many bits: four for a hex digit, six for any other character, as of base64. 256 are asked for.
size_t bits_of(std::string_view value) { return value.size() * (is_hex(value) ? 4 : 6); }

bool is_monotonous(std::string_view value) {
  std::array<bool, 256> seen{};
  for (char c : value) seen[static_cast<unsigned char>(c)] = true;
  return std::ranges::count(seen, true) < 8;
}

bool counts(const dotenv::Entry& entry) {
  // A placeholder or a default is EN002's.
  return entry.has_value && is_signing_key_name(entry.name) && is_literal_secret(entry.value) &&
         !is_placeholder(entry.value) && !is_default_password(entry.value);
}

// Where else each key stands: the first other file that gives the variable the same value.
std::map<std::string_view, std::string_view> files_with_same_key(const EnvInput& input) {
  std::map<std::string_view, std::string_view> mine, elsewhere;
  for (const dotenv::Entry& entry : input.file.entries)
    if (counts(entry)) mine[entry.name] = trim(entry.value);
  if (mine.empty()) return elsewhere;
  for (const Source& source : input.sources.all()) {
    const auto* file = source.as<dotenv::File>();
    if (file == nullptr || source.path == input.path || is_example_path(source.path)) continue;
    for (const dotenv::Entry& other : file->entries) {
      auto same = mine.find(other.name);
      if (same != mine.end() && same->second == trim(other.value)) elsewhere.try_emplace(other.name, source.path);
    }
  }
  return elsewhere;
}

void run(const EnvInput& input, Findings& out) {
  if (is_example_path(input.path)) return;
  const std::map<std::string_view, std::string_view> elsewhere = files_with_same_key(input);
  std::map<std::string_view, std::string_view> first_name;  // by value
  for (const dotenv::Entry& entry : input.file.entries) {
    if (!counts(entry)) continue;
    std::string_view value = trim(entry.value);
    if (bits_of(value) < 256)
      out.add_item("short", entry.value_span, out.text({"the key in ", entry.name, " has less than 256 bits"}));
    else if (is_monotonous(value))
      out.add_item("monotonous", entry.value_span, out.text({"the key in ", entry.name, " is not random"}));
    // One leak opens both, and what one signs the other accepts. Said at the later one of a pair.
    std::string_view first = first_name.try_emplace(value, entry.name).first->second;
    if (first != entry.name)
      out.add_item("shared", entry.value_span, out.text({entry.name, " and ", first, " are the same key"}));
    if (auto file = elsewhere.find(entry.name); file != elsewhere.end())
      out.add_item("shared with another file", entry.value_span,
                   out.text({entry.name, " is the same key in ", file->second}));
  }
}

constexpr std::string_view kReferences[] = {"https://www.rfc-editor.org/rfc/rfc7518#section-3.2",
                                            "https://flask.palletsprojects.com/en/stable/config/#SECRET_KEY"};
// Patterns in place of random text: a scanner of this repository would take that for a leak.
constexpr Example kExamples[] = {
    {.bad = "JWT_SECRET_KEY=abcdef0123456789abcdef01\n", .path = ".env"},
    {.bad = "SECRET_KEY=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\nJWT_SECRET_KEY="
            "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n",
     .path = ".env"},
    {.good = "SECRET_KEY=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n", .path = ".env"},
    {.good = "STRIPE_SECRET_KEY=abc\nAWS_SECRET_ACCESS_KEY=def\nSECRET_KEY_FILE=/run/secrets/key\nSECRET_KEY=${KEY}\n",
     .path = ".env"},
    {.good = "SECRET_KEY=abc\n", .path = ".env.example"},
};
constexpr Check kChecks[] = {{.id = "EN003",
                              .name = "key-short-or-shared",
                              .title = "SECRET_KEY/JWT key short, low entropy or shared",
                              .severity = Severity::high,
                              .references = kReferences,
                              .advice = "Give each purpose and each environment its own key: openssl rand -hex 32.",
                              .run = run,
                              .examples = kExamples,
                              .masked = true}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::key_short_or_shared
