#include "policy/trivyignore.h"

#include <algorithm>

#include "base/arena.h"
#include "base/span.h"
#include "base/text.h"
#include "formats/yaml.h"

namespace drydock::policy {
namespace {

struct Section {
  std::string_view key;
  FindingKind kind;
};
constexpr Section kSections[] = {{"vulnerabilities", FindingKind::vulnerability},
                                 {"misconfigurations", FindingKind::misconfiguration},
                                 {"secrets", FindingKind::secret},
                                 {"licenses", FindingKind::licence}};
constexpr std::string_view kKeys[] = {"id", "paths", "purls", "expired_at", "statement"};

constexpr size_t kLongestId = 200, kLongestReason = 500;

std::string reason_or_listed(std::string_view reason, const PeerPlace& place) {
  reason = trim(reason);
  return reason.empty() ? "listed in " + std::string(base_name(place.file))
                        : printable(reason.substr(0, kLongestReason));
}

// The next word of `rest`, removed.
std::string_view take_word(std::string_view& rest) {
  rest = trim(rest);
  size_t length = 0;
  while (length < rest.size() && !is_space(rest[length])) ++length;
  std::string_view word = rest.substr(0, length);
  rest.remove_prefix(length);
  return word;
}

// Ids as our checks and rules know them, by what kind of thing they may name.
std::vector<std::string> ids_of(std::string_view id, std::optional<FindingKind> kind) {
  if (kind == FindingKind::vulnerability || kind == FindingKind::licence) return {std::string(id)};
  std::vector<std::string> ids{std::string(id)};
  if (std::string modern = modern_trivy_id(id); modern != id) ids.push_back(modern);
  if (kind != FindingKind::misconfiguration) {
    std::vector<std::string> rules = secret_rule_ids(id);
    ids.insert(ids.end(), rules.begin() + 1, rules.end());
  }
  return ids;
}

// A list of texts, or the reason it is none.
Result<std::vector<std::string_view>> texts_of(const tree::Node& node) {
  std::vector<std::string_view> texts;
  if (node.is_null()) return texts;
  if (!node.is_sequence()) return fail(Errc::malformed, "a list is expected");
  for (const tree::Node* item : node.items) {
    if (!item->is_scalar() || trim(item->text).empty()) return fail(Errc::malformed, "a list of texts is expected");
    texts.push_back(trim(item->text));
  }
  return texts;
}

Result<Ignore> entry_of(const tree::Node& node, FindingKind kind, const PeerPlace& place) {
  if (!node.is_mapping()) return fail(Errc::malformed, "an entry is a mapping with an id");
  for (const tree::Member& member : node.members) {
    if (std::ranges::find(kKeys, member.key->text) == std::end(kKeys))
      return fail(Errc::malformed,
                  "unknown key " + quoted(member.key->text) + "; known are id, paths, purls, expired_at and statement");
  }
  std::string_view id = trim(node.string_at("id"));
  if (id.empty() || id.size() > kLongestId) return fail(Errc::malformed, "an entry needs an id");
  Ignore ignore{.ids = ids_of(id, kind), .reason = reason_or_listed(node.string_at("statement"), place), .kind = kind};
  if (const tree::Node* paths = node.find("paths")) {
    auto texts = texts_of(*paths);
    if (!texts) return fail(Errc::malformed, "paths: " + texts.error().message);
    for (std::string_view path : *texts) ignore.paths.push_back(anchored(place, path));
  }
  if (const tree::Node* purls = node.find("purls")) {
    auto texts = texts_of(*purls);
    if (!texts) return fail(Errc::malformed, "purls: " + texts.error().message);
    for (std::string_view purl : *texts) {
      if (!purl.starts_with("pkg:")) return fail(Errc::malformed, quoted(purl) + " is no package URL (pkg:type/name)");
      ignore.purls.emplace_back(purl);
    }
  }
  if (const tree::Node* expires = node.find("expired_at")) {
    Result<Time> time = parse_time(trim(expires->text));
    if (!time) return fail(Errc::malformed, "expired_at: " + time.error().message);
    ignore.expires = *time;
  }
  return ignore;
}

}  // namespace

std::string modern_trivy_id(std::string_view id) {
  std::string modern(id);
  if (modern.size() > 4 && equal_ignoring_case(id.substr(0, 4), "AVD-")) modern.erase(0, 4);
  // "DS002": two or three letters and three digits, the form before 2022.
  size_t letters = 0;
  while (letters < modern.size() && is_letter(modern[letters])) ++letters;
  std::string_view digits = std::string_view(modern).substr(letters);
  if (letters >= 2 && letters <= 4 && digits.size() == 3 && std::ranges::all_of(digits, is_digit))
    modern = modern.substr(0, letters) + "-0" + std::string(digits);
  return modern;
}

PeerRules parse_trivyignore(std::string_view bytes, const PeerPlace& place) {
  PeerRules rules;
  PeerNotes notes(rules, place);
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  std::string above;  // the comment block in front
  bool open = false;  // whether a further comment line belongs to it
  uint32_t line = 0;
  while (!bytes.empty()) {
    std::string_view text = trim(take_line(bytes));
    ++line;
    if (text.empty()) {
      above.clear();
      continue;
    }
    if (text.starts_with('#')) {
      if (!open) above.clear();
      open = true;
      std::string_view comment =
          trim(text.substr(text.find_first_not_of('#') == text.npos ? text.size() : text.find_first_not_of('#')));
      if (above.size() < kLongestReason) above += (above.empty() || comment.empty() ? "" : " ") + std::string(comment);
      continue;
    }
    open = false;
    Cut parts = cut(text, "#");
    std::string_view rest = parts.before;
    std::string_view id = take_word(rest);
    Ignore ignore{.ids = ids_of(id, std::nullopt),
                  .reason = reason_or_listed(trim(parts.after).empty() ? std::string_view(above) : parts.after, place),
                  .line = line,
                  .file = std::string(place.file)};
    std::string problem = id.size() > kLongestId ? "this is no id; not used" : "";
    while (problem.empty()) {
      std::string_view word = take_word(rest);
      if (word.empty()) break;
      if (!word.starts_with("exp:")) continue;  // Trivy, too, takes any other word for a remark
      Result<Time> time = parse_time(word.substr(4));
      if (time) {
        ignore.expires = *time;
      } else {
        problem = "the ignore of " + quoted(id) + " is not used: " + time.error().message;
      }
    }
    if (problem.empty() && rules.ignores.size() == kPeerEntries) {
      notes.add(line, "too many entries; those from here on are not used");
      break;
    }
    if (problem.empty()) {
      rules.ignores.push_back(std::move(ignore));
    } else {
      notes.add(line, problem);
    }
  }
  return rules;
}

PeerRules parse_trivyignore_yaml(std::string_view bytes, const PeerPlace& place) {
  PeerRules rules;
  PeerNotes notes(rules, place);
  Arena arena;
  Result<const yaml::File*> parsed = yaml::parse(bytes, arena);
  if (!parsed) {
    notes.add(0, "not used, so what it ignores counts: " + parsed.error().message);
    return rules;
  }
  LineTable lines(bytes);
  auto line_of = [&](const tree::Node& node) { return lines.at(node.span.begin).line; };
  for (const tree::Problem& problem : (*parsed)->problems) notes.add(lines.at(problem.at.begin).line, problem.message);
  const tree::Node& root = (*parsed)->root();
  if (root.is_null()) return rules;
  if (!root.is_mapping()) {
    notes.add(line_of(root),
              "not used: lists under vulnerabilities, misconfigurations, secrets or licenses are expected");
    return rules;
  }
  for (const tree::Member& member : root.members) {
    const Section* section = std::ranges::find(kSections, member.key->text, &Section::key);
    if (section == std::end(kSections)) {
      notes.add(line_of(*member.key), "unknown section " + quoted(member.key->text) + "; not used");
      continue;
    }
    if (member.value->is_null()) continue;
    if (!member.value->is_sequence()) {
      notes.add(line_of(*member.value), std::string(section->key) + " takes a list; not used");
      continue;
    }
    for (const tree::Node* item : member.value->items) {
      if (rules.ignores.size() == kPeerEntries) {
        notes.add(line_of(*item), "too many entries; those from here on are not used");
        return rules;
      }
      Result<Ignore> ignore = entry_of(*item, section->kind, place);
      if (!ignore) {
        notes.add(line_of(*item), "this entry is not used: " + ignore.error().message);
        continue;
      }
      ignore->line = line_of(*item);
      ignore->file = place.file;
      rules.ignores.push_back(*std::move(ignore));
    }
  }
  return rules;
}

}  // namespace drydock::policy
