#include "policy/hadolint_yaml.h"

#include <algorithm>

#include "base/arena.h"
#include "base/span.h"
#include "base/text.h"
#include "formats/yaml.h"

namespace drydock::policy {
namespace {

struct NoteRow {
  std::string_view key, note;
};
constexpr NoteRow kNotes[] = {
    {"override", "override is not read: severities are drydock's own; set policy.fail-on in drydock.yaml"},
    {"failure-threshold", "failure-threshold is not read; set policy.fail-on in drydock.yaml or --fail-on"},
    {"label-schema", "label-schema is not read: drydock has no check of label formats"},
    {"strict-labels", "strict-labels is not read: drydock has no check of label formats"},
};
constexpr std::string_view kPassedOver[] = {"format", "no-color", "noColor", "verbose", "file-path-in-report"};

class HadolintReader {
 public:
  HadolintReader(std::string_view bytes, const PeerPlace& place)
      : place_(place), lines_(bytes), notes_(rules_, place) {}

  PeerRules& rules() { return rules_; }
  PeerNotes& notes() { return notes_; }
  uint32_t line_of(const tree::Node& node) const { return lines_.at(node.span.begin).line; }

  void member(std::string_view key, const tree::Node& value) {
    if (key == "ignored") return for_texts(key, value, [&](const tree::Node& id) { ignore(id); });
    if (key == "trustedRegistries" || key == "trusted-registries")
      return for_texts(key, value, [&](const tree::Node& name) { rules_.allowed_registries.emplace_back(name.text); });
    if (key == "disable-ignore-pragma" || key == "disableIgnorePragma") {
      if (value.is_true()) rules_.void_inline_tools.emplace_back("hadolint");
      return;
    }
    if (key == "no-fail" || key == "noFail") {
      if (value.is_true())
        notes_.add(line_of(value), "no-fail is not read: it is hadolint's exit code; use --fail-on never");
      return;
    }
    if (const NoteRow* row = std::ranges::find(kNotes, key, &NoteRow::key); row != std::end(kNotes)) {
      bool says_nothing = value.is_null() || value.is_false() || (value.is_mapping() && value.members.empty());
      if (!says_nothing) notes_.add(line_of(value), row->note);
      return;
    }
    if (std::ranges::find(kPassedOver, key) == std::end(kPassedOver))
      notes_.add(line_of(value), "unknown key " + quoted(key) + "; not used");
  }

 private:
  template <class Use>
  void for_texts(std::string_view key, const tree::Node& value, Use use) {
    if (value.is_null()) return;
    if (!value.is_sequence()) return notes_.add(line_of(value), std::string(key) + " takes a list; not used");
    for (const tree::Node* item : value.items) {
      if (item->is_scalar() && !item->is_null() && !item->text.empty()) {
        use(*item);
      } else {
        notes_.add(line_of(*item), std::string(key) + " takes texts; this entry is not used");
      }
    }
  }

  void ignore(const tree::Node& id) {
    if (rules_.ignores.size() >= kPeerEntries) return;
    rules_.ignores.push_back({.ids = {std::string(id.text)},
                              .reason = "listed in " + std::string(base_name(place_.file)),
                              .line = line_of(id),
                              .file = std::string(place_.file),
                              .kind = FindingKind::misconfiguration});
  }

  PeerPlace place_;
  LineTable lines_;
  PeerRules rules_;
  PeerNotes notes_;
};

}  // namespace

PeerRules parse_hadolint_yaml(std::string_view bytes, const PeerPlace& place) {
  HadolintReader in(bytes, place);
  Arena arena;
  Result<const yaml::File*> parsed = yaml::parse(bytes, arena);
  if (!parsed) {
    in.notes().add(0, "not used, so what it ignores counts: " + parsed.error().message);
  } else if (const tree::Node& root = (*parsed)->root(); root.is_mapping()) {
    for (const tree::Member& member : root.members) in.member(member.key->text, *member.value);
  } else if (!root.is_null()) {
    in.notes().add(in.line_of(root), "not used: a mapping is expected");
  }
  return in.rules();
}

}  // namespace drydock::policy
