#include "checks/production.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace drydock::checks {
namespace {

template <size_t N>
bool any_word_of(std::string_view text, const std::string_view (&list)[N]) {
  std::string word;
  auto listed = [&] { return std::ranges::find(list, std::string_view(word)) != std::end(list); };
  for (char c : text) {
    if (is_letter(c) || is_digit(c)) {
      word.push_back(lower(c));
      continue;
    }
    if (listed()) return true;
    word.clear();
  }
  return listed();
}

constexpr std::string_view kExampleWords[] = {"example", "sample", "template", "dist", "defaults", "tmpl", "tpl"};
constexpr std::string_view kDevelopmentWords[] = {"dev",     "develop",  "development", "devel", "test", "tests",
                                                  "testing", "override", "local",       "debug", "ci",   "e2e"};

}  // namespace

bool is_example_path(std::string_view path) { return any_word_of(base_name(path), kExampleWords); }

bool is_development_path(std::string_view path) {
  return any_word_of(base_name(path), kDevelopmentWords) || is_example_path(path);
}

bool is_development_name(std::string_view name) { return any_word_of(name, kDevelopmentWords); }

bool is_truthy(std::string_view value) {
  value = trim(value);
  for (std::string_view yes : {"1", "true", "yes", "on", "t", "y"})
    if (equal_ignoring_case(value, yes)) return true;
  return false;
}

bool is_falsy(std::string_view value) {
  value = trim(value);
  if (value.empty()) return true;
  for (std::string_view no : {"0", "false", "no", "off", "f", "n"})
    if (equal_ignoring_case(value, no)) return true;
  return false;
}

DevelopmentSetting development_setting(std::string_view name, std::string_view value) {
  value = trim(value);
  for (std::string_view debug : {"FLASK_DEBUG", "DEBUG", "APP_DEBUG", "DJANGO_DEBUG", "WERKZEUG_DEBUG"})
    if (name == debug && is_truthy(value)) return {"debug mode", equal_ignoring_case(value, "true") ? "false" : "0"};
  for (std::string_view mode : {"FLASK_ENV", "APP_ENV", "NODE_ENV", "RAILS_ENV", "RACK_ENV", "ENVIRONMENT"})
    if (name == mode && (equal_ignoring_case(value, "development") || equal_ignoring_case(value, "dev")))
      return {"development mode", "production"};
  // 0 is the one value that switches breakpoint() off (docs.python.org, "Environment variables").
  if (name == "PYTHONBREAKPOINT" && !value.empty() && value != "0") return {"a debugger at breakpoint()", "0"};
  if (name == "NODE_OPTIONS" && value.find("--inspect") != std::string_view::npos) return {"the Node.js inspector", {}};
  return {};
}

}  // namespace drydock::checks
