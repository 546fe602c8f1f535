#include "base/glob.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace drydock {
namespace {

struct Case {
  std::string_view pattern, path;
  bool matches;
};
constexpr Case kCases[] = {
    {"*.pem", "a/b/key.pem", true},
    {"*.pem", "key.pem.txt", false},
    {"examples/**", "examples/a/b", true},
    {"examples/**", "examples", false},
    {"examples/", "examples/a/b", true},
    {"examples/", "examples2/a", false},
    {"a/**/b", "a/b", true},
    {"a/**/b", "a/x/y/b", true},
    {"a/**/b", "a/xb", false},
    {"**/test/*.py", "test/a.py", true},
    {"**/test/*.py", "x/test/a.py", true},
    {"**/test/*.py", "x/test/y/a.py", false},
    {"src/*.cc", "src/a.cc", true},
    {"src/*.cc", "src/a/b.cc", false},
    {"src/?.cc", "src/a.cc", true},
    {"src/?.cc", "src/ab.cc", false},
    {"/Dockerfile", "Dockerfile", true},
    {"/Dockerfile", "app/Dockerfile", false},
    {"Dockerfile", "app/Dockerfile", true},
    {"**", "anything/at/all", true},
    {"a*b*c", "aXbYbZc", true},
    {"*", "", true},
};

TEST(Glob, FollowsItsTable) {
  for (const Case& c : kCases) EXPECT_EQ(glob_match(c.pattern, c.path), c.matches) << c.pattern << " on " << c.path;
}

// The definition, one step at a time, exponential: `**` any text, `*` any text without '/'.
bool naive(std::string_view pattern, std::string_view path) {
  if (pattern.empty()) return path.empty();
  bool deep = pattern.starts_with("**");
  if (pattern[0] == '*') {
    std::string_view rest = pattern.substr(deep ? 2 : 1);
    for (size_t i = 0; i <= path.size(); ++i) {
      if (naive(rest, path.substr(i))) return true;
      if (i < path.size() && path[i] == '/' && !deep) return false;
    }
    return false;
  }
  if (path.empty()) return false;
  return (pattern[0] == path[0] || (pattern[0] == '?' && path[0] != '/')) && naive(pattern.substr(1), path.substr(1));
}

// Patterns with a slash, so that whole-path matching is tested; `**` only inside names, where it has no special rule.
TEST(Glob, AgreesWithTheDefinitionOnRandomPatterns) {
  std::mt19937 random(7);
  auto text = [&](std::string_view alphabet, size_t longest) {
    std::string made;
    for (size_t n = random() % (longest + 1); n > 0; --n) made += alphabet[random() % alphabet.size()];
    return made;
  };
  for (int i = 0; i < 20'000; ++i) {
    std::string pattern = "x/a" + text("ab*?", 6) + "a", path = "x/a" + text("ab/", 6) + "a";
    EXPECT_EQ(glob_match(pattern, path), naive(pattern, path)) << pattern << " on " << path;
  }
}

TEST(Glob, ManyStarsStayCheap) {
  EXPECT_FALSE(glob_match("a/" + std::string(2000, '*') + "b", std::string(20'000, 'a')));
}

}  // namespace
}  // namespace drydock
