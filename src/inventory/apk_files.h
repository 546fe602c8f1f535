// Which files Alpine's packages brought, from apk's database (catalogers/apk_installed.cc has its form): "F:" names a
// folder, each "R:" behind it a file in it.
#pragma once

#include <string_view>
#include <unordered_set>

namespace drydock::inventory {

// Those of `paths` (normalised) that a package owns; views of `paths`. One pass over the database.
std::unordered_set<std::string_view> owned_by_apk(std::string_view database,
                                                  const std::unordered_set<std::string_view>& paths);

}  // namespace drydock::inventory
