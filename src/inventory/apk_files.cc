#include "inventory/apk_files.h"

#include <string>

#include "base/text.h"

namespace drydock::inventory {

std::unordered_set<std::string_view> owned_by_apk(std::string_view database,
                                                  const std::unordered_set<std::string_view>& paths) {
  constexpr size_t kLongest = 512;  // bounds what one long folder costs each of the many files it may name
  std::unordered_set<std::string_view> owned;
  std::string path;
  size_t folder_size = 0;
  bool usable = false;
  while (!database.empty() && !paths.empty()) {
    std::string_view line = take_line(database);
    if (line.size() < 2 || line[1] != ':') continue;
    std::string_view value = line.substr(2);
    if (line[0] == 'F') {
      usable = value.size() <= kLongest;
      path.assign(usable ? value : std::string_view());
      if (!path.empty()) path += '/';
      folder_size = path.size();
    } else if (line[0] == 'R' && usable && value.size() <= kLongest) {
      path.resize(folder_size);
      path += value;
      if (auto found = paths.find(path); found != paths.end()) owned.insert(*found);
    } else if (line[0] == 'P') {
      usable = false;  // the next record begins
    }
  }
  return owned;
}

}  // namespace drydock::inventory
