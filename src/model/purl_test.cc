#include "model/purl.h"

#include <gtest/gtest.h>

#include "model/package.h"

namespace drydock {
namespace {

TEST(Purl, WritesTheCanonicalFormOfEachEcosystem) {
  struct Case {
    Package package;
    std::string_view purl;
  };
  const Case cases[] = {
      {{.ecosystem = Ecosystem::pypi, .name = "flask", .version = "2.0.0"}, "pkg:pypi/flask@2.0.0"},
      {{.ecosystem = Ecosystem::pypi, .name = "flask"}, "pkg:pypi/flask"},
      {{.ecosystem = Ecosystem::npm, .name = "left-pad", .version = "1.0.0-rc.1+build"},
       "pkg:npm/left-pad@1.0.0-rc.1%2Bbuild"},
      {{.ecosystem = Ecosystem::npm, .name = "@babel/core", .version = "7.0.0"}, "pkg:npm/%40babel/core@7.0.0"},
      {{.ecosystem = Ecosystem::debian,
        .name = "libstdc++6",
        .version = "1:12.2.0-14~deb12u1",
        .architecture = "amd64",
        .release = "12"},
       "pkg:deb/debian/libstdc%2B%2B6@1:12.2.0-14~deb12u1?arch=amd64&distro=12"},
      {{.ecosystem = Ecosystem::alpine, .name = "musl", .version = "1.2.4-r2", .architecture = "x86_64"},
       "pkg:apk/alpine/musl@1.2.4-r2?arch=x86_64"},
      {{.ecosystem = Ecosystem::go, .name = "golang.org/x/net", .version = "v0.1.0"},
       "pkg:golang/golang.org/x/net@v0.1.0"},
      {{.ecosystem = Ecosystem::unknown, .name = "a b/c?d", .version = "1\n"}, "pkg:generic/a%20b%2Fc%3Fd@1%0A"},
  };
  for (const Case& c : cases) EXPECT_EQ(to_string(purl_of(c.package)), c.purl);
}

TEST(Purl, QualifiersAreSorted) {
  EXPECT_EQ(to_string({.type = "rpm",
                       .name_space = "fedora",
                       .name = "curl",
                       .version = "8",
                       .architecture = "i386",
                       .distro = "fedora-41",
                       .epoch = "1"}),
            "pkg:rpm/fedora/curl@8?arch=i386&distro=fedora-41&epoch=1");
}

TEST(Purl, NamesOfEcosystemsAreReadAsOsvAndPurlWriteThem) {
  EXPECT_EQ(parse_ecosystem("PyPI"), Ecosystem::pypi);
  EXPECT_EQ(parse_ecosystem("pypi"), Ecosystem::pypi);
  EXPECT_EQ(parse_ecosystem("Debian:12"), Ecosystem::debian);
  EXPECT_EQ(parse_ecosystem("deb"), Ecosystem::debian);
  EXPECT_EQ(parse_ecosystem("golang"), Ecosystem::go);
  EXPECT_EQ(parse_ecosystem(""), std::nullopt);
  EXPECT_EQ(parse_ecosystem("generic"), std::nullopt);
  EXPECT_EQ(parse_ecosystem("Windows"), std::nullopt);
  for (int i = 0; i <= static_cast<int>(Ecosystem::go); ++i)
    EXPECT_EQ(row_of(static_cast<Ecosystem>(i)).ecosystem, static_cast<Ecosystem>(i));
}

}  // namespace
}  // namespace drydock
