#include <gtest/gtest.h>

#include <string>

#include "inventory/test_layer.h"

namespace drydock::inventory {
namespace {

TEST(NodePackageJson, ReadsPackageRootsOnly) {
  constexpr std::string_view kText = R"({"name": "lodash", "version": "4.17.20", "license": "MIT"})";
  for (std::string_view path :
       {"app/node_modules/lodash/package.json", "node_modules/lodash/package.json", "node_modules/@s/x/package.json",
        "usr/local/lib/node_modules/npm/node_modules/lodash/package.json",
        "app/node_modules/.pnpm/lodash@4/node_modules/lodash/package.json"}) {
    LayerRecord layer = cataloged(path, kText);
    EXPECT_EQ(describe(layer.packages), "lodash 4.17.20\n") << path;
    ASSERT_EQ(layer.packages.size(), 1u);
    EXPECT_EQ(layer.packages[0].package.licence, "MIT");
    EXPECT_EQ(layer.packages[0].package.source, PackageSource::installed);
  }
  for (std::string_view path :
       {"package.json", "app/package.json", "node_modules/lodash/test/package.json", "node_modules/package.json",
        "node_modules/.cache/package.json", "node_modules/a/dist/esm/package.json", "x/@s/y/package.json"})
    EXPECT_TRUE(cataloged(path, kText).packages.empty()) << path;
}

TEST(NodePackageJson, ReadsLicencesInTheirOlderFormsAndIgnoresPrivatePackages) {
  constexpr std::string_view kPath = "node_modules/a/package.json";
  LayerRecord layer = cataloged(kPath, R"({"name":"a","version":"1","licenses":[{"type":"BSD"}]})");
  ASSERT_EQ(layer.packages.size(), 1u);
  EXPECT_EQ(layer.packages[0].package.licence, "BSD");
  layer = cataloged(kPath, R"({"name":"a","version":"1","license":{"type":"ISC"}})");
  ASSERT_EQ(layer.packages.size(), 1u);
  EXPECT_EQ(layer.packages[0].package.licence, "ISC");
  for (std::string_view text : {R"({"name":"a"})", R"({"version":"1"})", R"({"name":1,"version":2})", "[]"}) {
    layer = cataloged(kPath, text);
    EXPECT_TRUE(layer.packages.empty() && layer.unknowns.empty()) << text;
  }
  EXPECT_EQ(cataloged(kPath, "{").unknowns.size(), 1u);
}

TEST(PackageLock, ReadsVersionsTwoAndThree) {
  std::string_view text = R"({
  "name": "app",
  "lockfileVersion": 3,
  "packages": {
    "": {"name": "app", "version": "1.0.0"},
    "node_modules/express": {"version": "4.17.1"},
    "node_modules/@babel/core": {"version": "7.0.0", "dev": true},
    "node_modules/alias": {"name": "real", "version": "2.0.0"},
    "node_modules/express/node_modules/debug": {"version": "2.6.9", "dev": true},
    "node_modules/body-parser/node_modules/debug": {"version": "2.6.9"},
    "node_modules/fsevents": {"version": "2.3.2", "optional": true, "peer": true},
    "node_modules/web": {"resolved": "packages/web", "link": true},
    "node_modules/fork": {"resolved": "git+ssh://git@git.example/fork.git#abc"},
    "packages/web": {"name": "web", "version": "0.1.0"}
  }
})";
  LayerRecord layer = cataloged("package-lock.json", text);
  EXPECT_EQ(describe(layer.packages),
            "express 4.17.1\n"
            "@babel/core 7.0.0 dev\n"
            "real 2.0.0\n"
            "debug 2.6.9\n"
            "fsevents 2.3.2\n"
            "fork {git+ssh://git@git.example/fork.git#abc}\n");
  ASSERT_EQ(layer.packages.size(), 6u);
  EXPECT_EQ(layer.packages[0].package.at.line, 6u);
  EXPECT_EQ(layer.packages[3].package.at.line, 9u);
  EXPECT_EQ(layer.packages[0].package.at.span.of(text), "\"node_modules/express\"");
  EXPECT_EQ(layer.packages[0].package.source, PackageSource::manifest);
  EXPECT_TRUE(layer.unknowns.empty());
}

TEST(PackageLock, ReadsVersionOne) {
  LayerRecord layer = cataloged("npm-shrinkwrap.json", R"({"lockfileVersion": 1, "dependencies": {
    "a": {"version": "1.0.0", "dependencies": {"b": {"version": "2.0.0", "dev": true}}},
    "b": {"version": "1.0.0", "optional": true},
    "c": {"version": "npm:@scope/real@3.1.0"},
    "d": {"version": "git+https://git.example/d.git#1"},
    "e": {"version": "https://files.example/e.tgz"}}})");
  EXPECT_EQ(describe(layer.packages),
            "a 1.0.0\n"
            "b 1.0.0\n"
            "@scope/real 3.1.0\n"
            "d {git+https://git.example/d.git#1}\n"
            "e {https://files.example/e.tgz}\n"
            "b 2.0.0 dev\n");
  EXPECT_TRUE(layer.unknowns.empty());
}

TEST(PackageLock, SaysWhatItCouldNotRead) {
  struct Case {
    std::string_view text, reason;
  };
  constexpr Case kCases[] = {
      {"{\n<<<<<<< HEAD\n", "not JSON"},
      {"", "not JSON"},
      {"[]", "no lockfileVersion"},
      {"{}", "no lockfileVersion"},
      {R"({"lockfileVersion": 9, "packages": {"node_modules/a": {"version": "1"}}})", "lockfileVersion 9"},
  };
  for (const Case& c : kCases) {
    LayerRecord layer = cataloged("package-lock.json", c.text);
    EXPECT_TRUE(layer.packages.empty()) << c.text;
    ASSERT_EQ(layer.unknowns.size(), 1u) << c.text;
    EXPECT_NE(layer.unknowns[0].reason.find(c.reason), std::string_view::npos) << layer.unknowns[0].reason;
  }
  EXPECT_TRUE(cataloged("package-lock.json", R"({"lockfileVersion": 3})").unknowns.empty());
  EXPECT_TRUE(cataloged("node_modules/x/package-lock.json", "{").unknowns.empty());
}

}  // namespace
}  // namespace drydock::inventory
