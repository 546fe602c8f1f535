#include "inventory/python_names.h"

#include "base/text.h"

namespace drydock::inventory {
namespace {
bool is_separator(char c) { return c == '-' || c == '_' || c == '.'; }
bool is_alphanumeric(char c) { return is_letter(c) || is_digit(c); }
}  // namespace

std::string normalised_python_name(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  for (char c : name) {
    if (!is_separator(c)) {
      out += lower(c);
    } else if (!out.ends_with('-')) {
      out += '-';
    }
  }
  return out;
}

size_t python_name_length(std::string_view text) {
  if (text.empty() || !is_alphanumeric(text[0])) return 0;
  size_t size = 1;
  for (size_t i = 1; i < text.size() && (is_alphanumeric(text[i]) || is_separator(text[i])); ++i)
    if (is_alphanumeric(text[i])) size = i + 1;
  return size;
}

bool is_python_name(std::string_view name) { return !name.empty() && python_name_length(name) == name.size(); }

}  // namespace drydock::inventory
