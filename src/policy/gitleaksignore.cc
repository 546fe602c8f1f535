#include "policy/gitleaksignore.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace drydock::policy {
namespace {

bool is_commit(std::string_view text) {
  auto is_hex = [](char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); };
  return text.size() >= 7 && text.size() <= 64 && std::ranges::all_of(text, is_hex);
}

// A path may hold colons, so the parts are taken from the right, the commit last.
std::optional<Ignore> ignore_of(std::string_view text, const PeerPlace& place) {
  Cut line = cut_last(text, ":");
  Cut rule = cut_last(line.before, ":");
  std::string_view path = rule.before;
  uint32_t number = 0;
  auto [end, failed] = std::from_chars(line.after.data(), line.after.data() + line.after.size(), number);
  if (!line.found || !rule.found || failed != std::errc{} || end != line.after.data() + line.after.size()) return {};
  if (Cut commit = cut(path, ":"); commit.found && is_commit(commit.before)) path = commit.after;
  if (path.empty() || rule.after.empty() || number == 0) return {};
  return Ignore{.ids = secret_rule_ids(rule.after),
                .paths = {anchored(place, path)},
                .reason = "listed in " + std::string(base_name(place.file)),
                .file = std::string(place.file),
                .kind = FindingKind::secret,
                .at_line = number};
}

}  // namespace

PeerRules parse_gitleaksignore(std::string_view bytes, const PeerPlace& place) {
  PeerRules rules;
  PeerNotes notes(rules, place);
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  uint32_t line = 0;
  while (!bytes.empty()) {
    std::string_view text = trim(take_line(bytes));
    ++line;
    if (text.empty() || text.starts_with('#')) continue;
    if (rules.ignores.size() == kPeerEntries) {
      notes.add(line, "too many entries; those from here on are not used");
      break;
    }
    std::optional<Ignore> ignore = ignore_of(text, place);
    if (!ignore) {
      notes.add(line, "not used: this is no fingerprint; write path:rule:line or commit:path:rule:line");
      continue;
    }
    ignore->line = line;
    rules.ignores.push_back(*std::move(ignore));
  }
  return rules;
}

}  // namespace drydock::policy
