// The folder is the registry: CMake writes all_checks.inc, one DRYDOCK_CHECK(stem) per file below src/checks/*/.
#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/text.h"
#include "checks/check.h"

#define DRYDOCK_CHECK(stem)                             \
  namespace drydock::checks::stem {                     \
  extern constinit const std::span<const Check> checks; \
  }
#include "all_checks.inc"
#undef DRYDOCK_CHECK

namespace drydock {
namespace {

constinit const std::span<const Check>* const kFiles[] = {
#define DRYDOCK_CHECK(stem) &checks::stem::checks,
#include "all_checks.inc"
#undef DRYDOCK_CHECK
};

}  // namespace

std::span<const Check* const> all_checks() {
  static const std::vector<const Check*> all = [] {
    std::vector<const Check*> rows;
    for (const std::span<const Check>* file : kFiles)
      for (const Check& check : *file) rows.push_back(&check);
    std::sort(rows.begin(), rows.end(), [](const Check* a, const Check* b) { return a->id < b->id; });
    return rows;
  }();
  return all;
}

const Check* find_check(std::string_view text) {
  // Asked for each finding times each ignore of a policy. Ids and names go before peers' aliases.
  static const std::unordered_map<std::string, const Check*> by_name = [] {
    std::unordered_map<std::string, const Check*> names;
    for (const Check* check : all_checks())
      for (std::string_view name : {check->id, check->name, check->running_id, check->image_id})
        if (!name.empty()) names.try_emplace(to_lower(name), check);
    for (const Check* check : all_checks())
      for (std::string_view alias : check->aliases) names.try_emplace(to_lower(alias), check);
    return names;
  }();
  auto found = by_name.find(to_lower(text));
  return found == by_name.end() ? nullptr : found->second;
}

}  // namespace drydock
