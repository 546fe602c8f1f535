#include "inventory/cataloger.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <set>
#include <string>

#include "base/text.h"
#include "inventory/test_layer.h"

namespace drydock::inventory {
namespace {

TEST(PathMatches, FollowsTheGrammar) {
  struct Case {
    std::string_view pattern, path;
    bool matches;
  };
  constexpr Case kCases[] = {
      {"/var/lib/dpkg/status", "var/lib/dpkg/status", true},
      {"/var/lib/dpkg/status", "rootfs/var/lib/dpkg/status", false},
      {"/var/lib/dpkg/status", "status", false},
      {"package-lock.json", "package-lock.json", true},
      {"package-lock.json", "app/package-lock.json", true},
      {"package-lock.json", "app/my-package-lock.json", false},
      {"*.dist-info/METADATA", "usr/lib/a-1.dist-info/METADATA", true},
      {"*.dist-info/METADATA", "a-1.dist-info/METADATA", true},
      {"*.dist-info/METADATA", "a-1.dist-info/x/METADATA", false},
      {"*.dist-info/METADATA", "METADATA", false},
      {"requirements*.txt", "requirements.txt", true},
      {"requirements*.txt", "requirements-dev.txt", true},
      {"requirements*.txt", "requirements", false},
      {"requirements*.txt", "xrequirements.txt", false},
      {"ab*ba", "aba", false},  // the two ends may not overlap
      {"/d/*", "d/x", true},
      {"/d/*", "d/x/y", false},
      {"*", "a/b", true},
  };
  for (const Case& c : kCases) EXPECT_EQ(path_matches(c.pattern, c.path), c.matches) << c.pattern << " " << c.path;
}

void nothing(const FileView&, Catalog&) {}

TEST(Dispatcher, AnswersLikeTheGrammar) {
  static constexpr std::string_view kFirst[] = {"/var/lib/dpkg/status", "*.dist-info/METADATA", "*.egg-info"};
  static constexpr std::string_view kSecond[] = {"/var/lib/dpkg/status.d/*", "requirements*.txt", "requirements/*.txt"};
  static constexpr std::string_view kThird[] = {"*"};
  const Cataloger first{.name = "first", .paths = kFirst, .run = nothing};
  const Cataloger second{.name = "second", .paths = kSecond, .run = nothing};
  const Cataloger third{.name = "third",
                        .paths = kThird,
                        .magic =
                            "\x7f"
                            "ELF",
                        .run = nothing};
  const Cataloger* rows[] = {&first, &second, &third};
  Dispatcher dispatcher(rows);
  for (std::string_view path : {"var/lib/dpkg/status", "var/lib/dpkg/status.d/base", "x/status.d/base",
                                "a.dist-info/METADATA", "METADATA", "a", "x.egg-info", "requirements.txt",
                                "requirements/requirements.txt", "requirements/dev.txt", "d/.txt", ".", "a/"}) {
    std::set<std::string_view> expected, given;
    for (const Cataloger* row : rows)
      for (std::string_view pattern : row->paths)
        if (path_matches(pattern, path)) expected.insert(row->name);
    for (const Cataloger* row : dispatcher.wanted(path)) EXPECT_TRUE(given.insert(row->name).second) << path;
    EXPECT_EQ(given, expected) << path;
  }
  EXPECT_EQ(dispatcher.wanted("usr/bin/a", "#!/bin/sh").size(), 0u);
  EXPECT_EQ(dispatcher
                .wanted("usr/bin/a",
                        "\x7f"
                        "ELF\2")
                .size(),
            1u);
  EXPECT_TRUE(dispatcher.wanted("").empty());
}

TEST(Catalogers, AreNamedAsTheirFilesAndNotTwice) {
  std::set<std::string_view> names;
  for (const Cataloger* row : all_catalogers()) {
    EXPECT_TRUE(names.insert(row->name).second) << row->name;
    EXPECT_FALSE(row->paths.empty()) << row->name;
    EXPECT_EQ(row->name.find('_'), std::string_view::npos) << row->name;
    for (std::string_view pattern : row->paths) EXPECT_TRUE(pattern != "*" || !row->magic.empty()) << row->name;
  }
  EXPECT_TRUE(names.contains("dpkg-status"));
}

TEST(Catalog, CopiesStringsAndNamesTheEntrysPath) {
  LayerBuilder layer("sha256:1");
  uint32_t entry = layer.file("app/x");
  std::string name = "a-name-that-goes-away";
  Catalog catalog(layer.record(), entry);
  catalog.add({.name = name, .at = {.path = "elsewhere"}});
  name.assign(name.size(), '!');
  ASSERT_EQ(layer.record().packages.size(), 1u);
  EXPECT_EQ(layer.record().packages[0].package.name, "a-name-that-goes-away");
  EXPECT_EQ(layer.record().packages[0].package.at.path, "app/x");
  EXPECT_EQ(layer.record().packages[0].entry, entry);
}

// Prints what one question costs; the bound is far off so that a busy machine does not fail it.
TEST(Dispatcher, IsAskedForAHundredThousandPathsWithinMilliseconds) {
  std::vector<std::string> paths;
  for (int i = 0; i < 100'000; ++i)
    paths.push_back("usr/lib/python3/dist-packages/package" + std::to_string(i % 300) + "/module" + std::to_string(i) +
                    (i % 3 ? ".py" : ".cpython-311-x86_64-linux-gnu.so"));
  Dispatcher dispatcher;
  auto start = std::chrono::steady_clock::now();
  size_t wanted = 0;
  for (const std::string& path : paths)
    for (const Cataloger* row : dispatcher.wanted(path)) wanted += row->magic.empty();
  auto elapsed = std::chrono::steady_clock::now() - start;
  int64_t nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(elapsed).count();
  std::printf("%.1f ns per path\n", static_cast<double>(nanoseconds) / static_cast<double>(paths.size()));
  EXPECT_EQ(wanted, 0u);
  EXPECT_LT(nanoseconds, 100'000 * 2'000);
}

}  // namespace
}  // namespace drydock::inventory
