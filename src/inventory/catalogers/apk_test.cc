#include <gtest/gtest.h>

#include <string>

#include "inventory/squash.h"
#include "inventory/test_layer.h"

namespace drydock::inventory {
namespace {

constexpr std::string_view kInstalled = "lib/apk/db/installed";

TEST(ApkInstalled, ReadsPackagesWithTheirOrigins) {
  std::string_view text =
      "C:Q1pqrs=\n"
      "P:musl\n"
      "V:1.2.4_git20230717-r4\n"
      "A:x86_64\n"
      "S:407278\n"
      "T:the musl c library (libc) implementation\n"
      "L:MIT\n"
      "o:musl\n"
      "p:so:libc.musl-x86_64.so.1=1\n"
      "F:lib\n"
      "R:ld-musl-x86_64.so.1\n"
      "a:0:0:755\n"
      "Z:Q1tuvw=\n"
      "\n"
      "P:libcrypto3\n"
      "V:3.1.4-r5\n"
      "A:x86_64\n"
      "L:Apache-2.0\n"
      "o:openssl\n"
      "F:usr\n"
      "F:usr/lib\n"
      "R:libcrypto.so.3\n"
      "\n"
      "P:own\r\n"
      "V:1.0-r0\r\n"
      "\r\n";
  LayerRecord layer = cataloged(kInstalled, text);
  EXPECT_EQ(describe(layer.packages),
            "musl 1.2.4_git20230717-r4 x86_64\n"
            "libcrypto3 3.1.4-r5 x86_64 <openssl>\n"
            "own 1.0-r0\n");
  ASSERT_EQ(layer.packages.size(), 3u);
  const Package& crypto = layer.packages[1].package;
  EXPECT_EQ(crypto.ecosystem, Ecosystem::alpine);
  EXPECT_EQ(crypto.advisory_version(), "3.1.4-r5");
  EXPECT_EQ(crypto.licence, "Apache-2.0");
  EXPECT_EQ(crypto.source, PackageSource::installed);
  EXPECT_EQ(crypto.at.line, 15u);
  EXPECT_EQ(crypto.at.span.of(text), "libcrypto3");
  EXPECT_TRUE(layer.unknowns.empty());
  EXPECT_EQ(cataloged("usr/lib/apk/db/installed", text).packages.size(), 3u);
  EXPECT_TRUE(cataloged("srv/lib/apk/db/installed", text).packages.empty());
}

TEST(ApkInstalled, KeepsPackagesBeforeTruncation) {
  struct Case {
    std::string_view text, packages;
    size_t unknowns;
  };
  constexpr Case kCases[] = {
      {"P:a\nV:1-r0\n\nP:b\nV:2-r0\n", "a 1-r0\nb 2-r0\n", 0},
      {"P:a\nV:1-r0\n\nP:b\nV:2-r0\nF:us", "a 1-r0\nb 2-r0\n", 0},
      {"P:a\nV:1-r0\n\nP:b\nV:2-r0\no:op", "a 1-r0\nb 2-r0\n", 0},
      {"P:a\nV:1-r0\n\nP:b\nV:2-", "a 1-r0\n", 1},  // half a version is another version
      {"P:a\nV:1-r0\n\nP:b", "a 1-r0\n", 1},
      {"V:1-r0\n\nP:b\nV:2-r0\n", "b 2-r0\n", 1},
      {"P:\nV:1-r0\n", "", 1},
      {"p:so:a\nv:1\n", "", 1},
      {"\n\n\n", "", 0},
      {"", "", 0},
  };
  for (const Case& test : kCases) {
    LayerRecord layer = cataloged(kInstalled, test.text);
    EXPECT_EQ(describe(layer.packages), test.packages) << test.text;
    EXPECT_EQ(layer.unknowns.size(), test.unknowns) << test.text;
  }
}

TEST(ApkInstalled, LeavesOutVirtualPackages) {
  LayerRecord layer = cataloged(kInstalled,
                                "P:.build-deps\nV:20240101.120000\nA:noarch\nT:virtual meta package\nL:\nD:gcc\n\n"
                                "P:gcc\nV:13.2.1_git20231014-r0\no:gcc\n\n");
  EXPECT_EQ(describe(layer.packages), "gcc 13.2.1_git20231014-r0\n");
}

TEST(ApkInstalled, GetsTheReleaseOfTheRepositories) {
  LayerBuilder base("sha256:1");
  base.catalog(kInstalled, "P:musl\nV:1.2.4-r0\no:musl\n\n");
  base.keep("etc/os-release", "ID=alpine\nVERSION_ID=3.18.4\n");
  LayerBuilder upper("sha256:2");
  upper.catalog(kInstalled, "P:musl\nV:1.2.4-r0\no:musl\n\nP:libssl3\nV:3.1.4-r0\no:openssl\n\n");
  upper.keep("etc/apk/repositories", "https://mirror.example/alpine/v3.19/main\n");
  std::shared_ptr<const LayerRecord> layers[] = {base.seal(), upper.seal()};
  Image image = squash(layers);
  ASSERT_EQ(image.packages.size(), 2u);
  EXPECT_EQ(image.packages[0].release, "3.19");
  EXPECT_EQ(image.packages[0].at.layer, "sha256:1");
  EXPECT_EQ(image.packages[1].at.layer, "sha256:2");
  EXPECT_EQ(image.packages[1].ecosystem, Ecosystem::alpine);
}

// Wolfi and other distributions use apk as well; Alpine's advisories do not speak of them.
TEST(ApkInstalled, IsNotAlpineOnAnotherDistribution) {
  LayerBuilder layer("sha256:1");
  layer.catalog(kInstalled, "P:glibc\nV:2.39-r0\no:glibc\n\n");
  layer.keep("etc/os-release", "ID=wolfi\nVERSION_ID=20230201\n");
  std::shared_ptr<const LayerRecord> layers[] = {layer.seal()};
  Image image = squash(layers);
  ASSERT_EQ(image.packages.size(), 1u);
  EXPECT_EQ(image.packages[0].ecosystem, Ecosystem::unknown);
}

// Alpine's packages bring Python distributions and Go programs; Alpine's advisories speak of them. pip installs into
// the same folder.
TEST(ApkInstalled, SpeaksForTheFilesOfItsPackages) {
  constexpr std::string_view kDatabase =
      "P:py3-requests\nV:2.31.0-r1\no:py3-requests\nF:usr\nF:usr/lib/python3.11/site-packages/"
      "requests-2.31.0.dist-info\n"
      "R:METADATA\na:0:0:644\nR:RECORD\n\nP:empty\nV:1-r0\nR:METADATA\n\n";
  constexpr std::string_view kSite = "usr/lib/python3.11/site-packages/";
  for (std::string_view id : {"alpine", "wolfi"}) {
    LayerBuilder layer("sha256:1");
    uint32_t entry = layer.catalog(kInstalled, kDatabase);
    layer.record().kept.push_back({entry, kDatabase});
    std::string os_release = "ID=" + std::string(id) + "\nVERSION_ID=3.19.1\n";
    layer.keep("etc/os-release", os_release);
    layer.catalog(std::string(kSite) + "requests-2.31.0.dist-info/METADATA", "Name: requests\nVersion: 2.31.0\n");
    layer.catalog(std::string(kSite) + "flask-3.0.0.dist-info/METADATA", "Name: flask\nVersion: 3.0.0\n");
    std::shared_ptr<const LayerRecord> layers[] = {layer.seal()};
    Image image = squash(layers);
    std::string names;
    for (const Package& package : image.packages) names.append(package.name).append(" ");
    EXPECT_EQ(names, id == "alpine" ? "py3-requests empty flask " : "py3-requests empty flask requests ");
  }
}

}  // namespace
}  // namespace drydock::inventory
