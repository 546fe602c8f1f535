// The folder is the registry: CMake writes all_checks.inc, one DRYDOCK_CHECK(stem) per file below src/checks/*/.
#include <algorithm>
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
  const Check* by_alias = nullptr;
  for (const Check* check : all_checks()) {
    if (equal_ignoring_case(check->id, text) || equal_ignoring_case(check->name, text) ||
        (!check->running_id.empty() && equal_ignoring_case(check->running_id, text)) ||
        (!check->image_id.empty() && equal_ignoring_case(check->image_id, text)))
      return check;
    if (by_alias == nullptr &&
        std::ranges::any_of(check->aliases, [&](std::string_view alias) { return equal_ignoring_case(alias, text); }))
      by_alias = check;
  }
  return by_alias;
}

}  // namespace drydock
