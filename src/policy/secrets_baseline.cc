#include "policy/secrets_baseline.h"

#include <algorithm>
#include <map>

#include "base/arena.h"
#include "base/digest.h"
#include "base/span.h"
#include "base/text.h"
#include "formats/json.h"

namespace drydock::policy {
namespace {

bool is_sha1(std::string_view text) {
  return text.size() == 40 &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); });
}

// filters_used (since 1.0) and exclude (before).
bool excludes_by_pattern(const tree::Node& root) {
  if (const tree::Node* filters = root.find("filters_used"); filters != nullptr && filters->is_sequence()) {
    for (const tree::Node* filter : filters->items)
      if (filter->string_at("path").find("regex.should_exclude") != std::string_view::npos) return true;
  }
  const tree::Node* exclude = root.find("exclude");
  return exclude != nullptr && (!exclude->string_at("files").empty() || !exclude->string_at("lines").empty());
}

// "-----BEGIN RSA PRIVATE KEY-----..." -> the text between the dashes; empty if it is no armour.
std::string_view armour_header(std::string_view secret) {
  constexpr std::string_view kDashes = "-----";
  if (!secret.starts_with(kDashes)) return {};
  Cut header = cut(secret.substr(kDashes.size()), kDashes);
  return header.found ? header.before : std::string_view{};
}

}  // namespace

PeerRules parse_secrets_baseline(std::string_view bytes, const PeerPlace& place) {
  PeerRules rules;
  PeerNotes notes(rules, place);
  Arena arena;
  Result<const tree::Node*> root = json::parse(bytes, arena, {.bytes = 64 << 20, .nodes = 2'000'000});
  if (!root) {
    notes.add(0, "not used, so what it holds counts: " + root.error().message);
    return rules;
  }
  const tree::Node* results = (*root)->find("results");
  if (results == nullptr || !results->is_mapping()) {
    notes.add(0, "not used: it has no results as detect-secrets writes them");
    return rules;
  }
  if (excludes_by_pattern(**root))
    notes.add(0, "its patterns that exclude files, lines or secrets are not read; use ignore in drydock.yaml");
  LineTable lines(bytes);
  for (const tree::Member& file : results->members) {
    for (const tree::Node* entry : file.value->items) {
      uint32_t line = lines.at(entry->span.begin).line;
      std::string_view hash = entry->string_at("hashed_secret");
      if (rules.ignores.size() == kPeerEntries) {
        notes.add(line, "too many entries; those from here on are not used");
        return rules;
      }
      if (!is_sha1(hash)) {
        notes.add(line, "this entry is not used: it has no hashed_secret of 40 hex digits");
        continue;
      }
      const tree::Node* audited = entry->find("is_secret");
      bool false_alarm = audited != nullptr && audited->is_false();
      bool real = audited != nullptr && audited->is_true();
      rules.ignores.push_back({.paths = {anchored(place, file.key->text)},
                               .reason = false_alarm ? "audited as no secret"
                                         : real      ? "audited as a real secret; known, not accepted"
                                                     : "in the detect-secrets baseline, not audited",
                               .line = line,
                               .file = std::string(place.file),
                               .kind = FindingKind::secret,
                               .secret_sha1 = to_lower(hash),
                               .outcome = false_alarm ? Outcome::ignored : Outcome::known});
    }
  }
  return rules;
}

void resolve_secret_hashes(std::vector<Ignore>& ignores, const ScanRecord& record, const ReadFile& read) {
  std::multimap<std::string, Ignore*, std::less<>> by_path;
  for (Ignore& ignore : ignores)
    if (!ignore.secret_sha1.empty()) by_path.emplace(ignore.paths[0].substr(1), &ignore);
  if (by_path.empty()) return;

  std::map<std::string_view, Result<std::string>> files;
  for (const Finding& finding : record.findings) {
    if (finding.kind() != FindingKind::secret) continue;
    for (const Location& at : finding.locations) {
      auto [entry, end] = by_path.equal_range(at.path);
      if (entry == end) continue;
      auto file = files.find(at.path);
      if (file == files.end()) file = files.emplace(at.path, read(at.path)).first;
      if (!file->second || at.span.end > (*file->second).size()) continue;
      std::string_view secret = at.span.of(*file->second);
      std::string whole = sha1_hex(secret), header;
      if (std::string_view text = armour_header(secret); !text.empty()) header = sha1_hex(text);
      for (; entry != end; ++entry) {
        Ignore& ignore = *entry->second;
        if (ignore.secret_sha1 == whole || (!header.empty() && ignore.secret_sha1 == header))
          ignore.ids.emplace_back(finding.fingerprint);
      }
    }
  }
}

}  // namespace drydock::policy
