#include "inventory/manifest_path.h"

#include <algorithm>

#include "base/text.h"
#include "inventory/cataloger.h"

namespace drydock::inventory {

bool is_inside_packages(std::string_view path) {
  constexpr std::string_view kFolders[] = {"node_modules", "site-packages", "dist-packages"};
  while (!path.empty()) {
    Cut component = cut(path, "/");
    if (component.found && std::ranges::find(kFolders, component.before) != std::end(kFolders)) return true;
    path = component.after;
  }
  return false;
}

bool is_requirements_path(std::string_view path) {
  for (std::string_view pattern : {"requirements*.txt", "*requirements.txt", "constraints*.txt", "requirements/*.txt"})
    if (path_matches(pattern, path)) return true;
  return false;
}

bool is_development_manifest(std::string_view path) {
  constexpr std::string_view kWords[] = {"dev",     "develop", "development", "test", "tests",
                                         "testing", "lint",    "linting",     "doc",  "docs",
                                         "mypy",    "typing",  "linters",     "qa",   "style"};
  std::string_view name = cut_last(base_name(path), ".").before;
  while (!name.empty()) {
    size_t end = name.find_first_of("-_.");
    if (std::ranges::find(kWords, name.substr(0, end)) != std::end(kWords)) return true;
    name.remove_prefix(end == std::string_view::npos ? name.size() : end + 1);
  }
  return false;
}

}  // namespace drydock::inventory
