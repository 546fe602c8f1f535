#include "checks/inline_ignores.h"

#include "base/text.h"

namespace drydock::checks {
namespace {

struct Form {
  std::string_view tool;
  std::string_view marker;  // text behind '#', compared without case, blanks skipped before it
  bool whole_file;
  std::string_view reason_separator;  // ends the id list: " " blank, ":" colon, "]" bracket
  bool id_required;
};

// Longer markers first where one starts with another.
constexpr Form kForms[] = {
    {"drydock", "drydock: ignore-file=", true, " ", true},
    {"drydock", "drydock: ignore=", false, " ", true},
    {"drydock", "drydock:ignore=", false, " ", true},
    {"hadolint", "hadolint global ignore=", true, " ", true},
    {"hadolint", "hadolint ignore=", false, " ", true},
    {"trivy", "trivy:ignore:", false, " ", true},
    {"checkov", "checkov:skip=", true, ":", true},
    {"semgrep", "nosemgrep", false, " ", false},
    {"nosec", "nosec", false, " ", false},
    {"zizmor", "zizmor: ignore[", false, "]", true},
};

bool is_id_character(char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.'; }

void add_ids(const Form& form, std::string_view text, uint32_t line, bool alone, std::vector<IgnoreMark>& marks) {
  text = trim(text);
  if (!form.id_required && text.starts_with(':')) text = trim(text.substr(1));
  std::vector<std::string_view> ids;
  while (!text.empty()) {
    size_t length = 0;
    while (length < text.size() && is_id_character(text[length])) ++length;
    if (length == 0) break;
    ids.push_back(text.substr(0, length));
    text.remove_prefix(length);
    std::string_view rest = trim(text);
    if (!rest.starts_with(',')) break;
    text = trim(rest.substr(1));
  }
  if (!text.empty() && form.reason_separator != " " && text.starts_with(form.reason_separator)) text.remove_prefix(1);
  std::string_view reason = trim(text);
  if (ids.empty()) {
    if (form.id_required) return;
    ids.push_back({});
  }
  for (std::string_view id : ids) {
    marks.push_back({.ignore = {.tool = form.tool, .id = id, .reason = reason, .line = line},
                     .whole_file = form.whole_file,
                     .alone = alone});
  }
}

}  // namespace

std::vector<IgnoreMark> find_ignore_marks(std::string_view bytes) {
  std::vector<IgnoreMark> marks;
  uint32_t line_number = 0;
  while (!bytes.empty()) {
    std::string_view line = take_line(bytes);
    ++line_number;
    for (size_t hash = line.find('#'); hash != std::string_view::npos; hash = line.find('#', hash + 1)) {
      std::string_view comment = trim(line.substr(hash + 1));
      bool alone = trim(line.substr(0, hash)).empty();
      for (const Form& form : kForms) {
        if (comment.size() < form.marker.size() ||
            !equal_ignoring_case(comment.substr(0, form.marker.size()), form.marker))
          continue;
        add_ids(form, comment.substr(form.marker.size()), line_number, alone, marks);
        break;
      }
    }
  }
  return marks;
}

}  // namespace drydock::checks
