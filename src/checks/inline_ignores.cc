#include "checks/inline_ignores.h"

#include "base/text.h"

namespace drydock::checks {
namespace {

enum class Ids : uint8_t {
  required,      // right behind the marker; without one it is no mark
  behind_colon,  // "nosemgrep: rule"; anything else is a reason
  if_id_like,    // "nosec B105 why": words that look like ids; anything else is a reason
};

struct Form {
  std::string_view tool;
  std::string_view marker;  // text behind '#', compared without case, blanks skipped before it
  bool whole_file;
  std::string_view ids_end;  // taken off between ids and reason: ":" or "]"; empty: a blank ends the ids
  Ids ids;
};

constexpr Form kForms[] = {
    {"drydock", "drydock: ignore-file=", true, "", Ids::required},
    {"drydock", "drydock:ignore-file=", true, "", Ids::required},
    {"drydock", "drydock: ignore=", false, "", Ids::required},
    {"drydock", "drydock:ignore=", false, "", Ids::required},
    {"hadolint", "hadolint global ignore=", true, "", Ids::required},
    {"hadolint", "hadolint ignore=", false, "", Ids::required},
    {"trivy", "trivy:ignore:", false, "", Ids::required},
    {"checkov", "checkov:skip=", true, ":", Ids::required},
    {"semgrep", "nosemgrep", false, "", Ids::behind_colon},
    {"nosec", "nosec", false, "", Ids::if_id_like},
    {"zizmor", "zizmor: ignore[", false, "]", Ids::required},
};

bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_'; }
bool is_id_character(char c) { return is_word(c) || c == '-' || c == '.'; }

bool starts_with_marker(std::string_view text, const Form& form) {
  if (text.size() < form.marker.size() || !equal_ignoring_case(text.substr(0, form.marker.size()), form.marker))
    return false;
  // "nosecurity" is another word.
  return form.ids == Ids::required || text.size() == form.marker.size() || !is_word(text[form.marker.size()]);
}

// The id at the front of `text`, removed; empty if there is none. A dot at the end ends a sentence.
std::string_view take_id(std::string_view& text, Ids ids) {
  size_t length = 0;
  while (length < text.size() && is_id_character(text[length])) ++length;
  while (length > 0 && text[length - 1] == '.') --length;
  std::string_view id = text.substr(0, length);
  // "B105", "G101", "hardcoded_password_string", but not "because".
  bool id_like = id.size() > 1 && is_letter(id[0]) && id.find_first_of("0123456789_") != std::string_view::npos;
  if (ids == Ids::if_id_like && !id_like) return {};
  text.remove_prefix(length);
  return id;
}

// Trivy's ":exp:2026-12-31" behind an id, removed.
Time take_expiry(std::string_view& text) {
  constexpr std::string_view kMark = ":exp:", kDate = "2026-12-31";
  if (!text.starts_with(kMark)) return {};
  Result<Time> time = parse_time(text.substr(kMark.size(), kDate.size()));
  if (!time) return {};
  text.remove_prefix(kMark.size() + kDate.size());
  return *time;
}

// One mark for each id. `text` is what stands behind the marker.
void add_marks(const Form& form, std::string_view text, uint32_t line, bool alone, std::vector<IgnoreMark>& marks) {
  text = trim(text);
  bool colon = text.starts_with(':');
  if (form.ids != Ids::required && colon) text = trim(text.substr(1));
  size_t first = marks.size();
  auto add = [&](std::string_view id, Time expires) {
    marks.push_back({.ignore = {.tool = form.tool, .id = id, .reason = {}, .line = line},
                     .whole_file = form.whole_file,
                     .alone = alone,
                     .expires = expires});
  };
  while (form.ids != Ids::behind_colon || colon) {
    std::string_view id = take_id(text, form.ids);
    if (id.empty()) break;
    add(id, form.tool == "trivy" ? take_expiry(text) : Time{});
    std::string_view rest = trim(text);
    if (form.tool == "trivy" && starts_with_marker(rest, form)) {
      text = rest.substr(form.marker.size());
    } else if (rest.starts_with(',')) {
      text = trim(rest.substr(1));
    } else {
      break;
    }
  }
  if (marks.size() == first) {
    if (form.ids == Ids::required) return;
    add({}, {});
  }
  if (!form.ids_end.empty() && text.starts_with(form.ids_end)) text.remove_prefix(form.ids_end.size());
  for (size_t i = first; i < marks.size(); ++i) marks[i].ignore.reason = trim(text);
}

// A '#' inside a word or a URL ("https://host.example/#nosec") starts no comment in any of our formats.
bool starts_comment(std::string_view line, size_t hash) {
  if (hash == 0) return true;
  char before = line[hash - 1];
  return is_space(before) || before == '#' || std::string_view(";{})]\"'").find(before) != std::string_view::npos;
}

}  // namespace

std::vector<IgnoreMark> find_ignore_marks(std::string_view bytes) {
  std::vector<IgnoreMark> marks;
  uint32_t line_number = 0;
  while (!bytes.empty()) {
    std::string_view line = take_line(bytes);
    ++line_number;
    for (size_t hash = line.find('#'); hash != std::string_view::npos; hash = line.find('#', hash + 1)) {
      if (!starts_comment(line, hash)) continue;
      std::string_view comment = trim(line.substr(hash + 1));
      bool alone = trim(line.substr(0, hash)).empty();
      for (const Form& form : kForms) {
        if (!starts_with_marker(comment, form)) continue;
        add_marks(form, comment.substr(form.marker.size()), line_number, alone, marks);
        break;
      }
    }
  }
  return marks;
}

}  // namespace drydock::checks
