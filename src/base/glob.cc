#include "base/glob.h"

#include <cstddef>

namespace drydock {
namespace {

// Backtracks to the last `**` and, within one path part, to the last `*`: enough, because the latest star can always
// take over what an earlier one of its kind would have to give back.
bool match_whole(std::string_view pattern, std::string_view path) {
  constexpr size_t kNone = std::string_view::npos;
  size_t p = 0, s = 0;
  size_t star_p = kNone, star_s = 0, deep_p = kNone, deep_s = 0;
  while (s < path.size() || p < pattern.size()) {
    if (p < pattern.size()) {
      if (pattern.substr(p).starts_with("**")) {
        deep_p = p;
        deep_s = s;
        p += 2;
        // "a/**/b" also matches "a/b".
        if (p < pattern.size() && pattern[p] == '/' && (deep_p == 0 || pattern[deep_p - 1] == '/')) ++p;
        star_p = kNone;
        continue;
      }
      if (pattern[p] == '*') {
        star_p = p++;
        star_s = s;
        continue;
      }
      if (s < path.size() && (pattern[p] == path[s] || (pattern[p] == '?' && path[s] != '/'))) {
        ++p;
        ++s;
        continue;
      }
    }
    if (star_p != kNone && star_s < path.size() && path[star_s] != '/') {
      p = star_p + 1;
      s = ++star_s;
      continue;
    }
    if (deep_p == kNone || deep_s >= path.size()) return false;
    s = ++deep_s;
    p = deep_p + 2;
    star_p = kNone;
    bool whole_parts = p < pattern.size() && pattern[p] == '/' && (deep_p == 0 || pattern[deep_p - 1] == '/');
    if (whole_parts) {  // the rest must start at a part
      while (s < path.size() && path[s - 1] != '/') ++s;
      deep_s = s;
      ++p;
    }
  }
  return true;
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view path) {
  if (pattern.starts_with("./")) pattern.remove_prefix(2);
  if (pattern.ends_with('/')) {
    pattern.remove_suffix(1);
    return path.size() > pattern.size() && path[pattern.size()] == '/' &&
           match_whole(pattern, path.substr(0, pattern.size()));
  }
  if (pattern.starts_with('/')) return match_whole(pattern.substr(1), path);
  if (pattern.find('/') == std::string_view::npos && pattern != "**") {
    size_t slash = path.rfind('/');
    return match_whole(pattern, slash == std::string_view::npos ? path : path.substr(slash + 1));
  }
  return match_whole(pattern, path);
}

}  // namespace drydock
