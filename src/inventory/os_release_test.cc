#include "inventory/os_release.h"

#include <gtest/gtest.h>

namespace drydock::inventory {
namespace {

TEST(OsRelease, ReadsShellAssignments) {
  StringPool pool;
  constexpr std::string_view kText =
      "# comment\nID=debian\n  VERSION_ID=\"12\"\r\nPRETTY_NAME='Debian "
      "\"12\"'\nX=\"a\\\"b\\$c\"\nID_LIKE=x\nE=\nID=last";
  EXPECT_EQ(os_release_value(kText, "ID", pool), "last");
  EXPECT_EQ(os_release_value(kText, "VERSION_ID", pool), "12");
  EXPECT_EQ(os_release_value(kText, "PRETTY_NAME", pool), "Debian \"12\"");
  EXPECT_EQ(os_release_value(kText, "X", pool), "a\"b$c");
  EXPECT_EQ(os_release_value(kText, "E", pool), "");
  EXPECT_EQ(os_release_value(kText, "ABSENT", pool), "");
}

TEST(OsRelease, KnowsDistributionsAndTheirReleases) {
  struct Case {
    OsFiles files;
    std::string_view id, version, release;
    Ecosystem ecosystem;
  };
  const Case kCases[] = {
      {{.os_release = "ID=debian\nVERSION_ID=\"11\"\n"}, "debian", "11", "11", Ecosystem::debian},
      {{.os_release = "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux trixie/sid\"\n"},
       "debian",
       "sid",
       "sid",
       Ecosystem::debian},
      {{.os_release = "ID=alpine\nVERSION_ID=3.19.1\n"}, "alpine", "3.19.1", "3.19", Ecosystem::alpine},
      {{.os_release = "ID=alpine\nVERSION_ID=3.20.0_alpha20231219\n"},
       "alpine",
       "3.20.0_alpha20231219",
       "3.20",
       Ecosystem::alpine},
      {{.os_release = "ID=alpine\nVERSION_ID=3.19.1\n",
        .apk_repositories = "https://mirror.example/alpine/edge/main\n"},
       "alpine",
       "3.19.1",
       "edge",
       Ecosystem::alpine},
      {{.os_release = "ID=alpine\nVERSION_ID=3.19.1\n",
        .apk_repositories = "#https://mirror.example/alpine/edge/main\nhttps://mirror.example/alpine/v3.18/main\n"
                            "@t https://mirror.example/alpine/edge/testing\n"},
       "alpine",
       "3.19.1",
       "3.18",
       Ecosystem::alpine},
      {{.os_release = "ID=ubuntu\nVERSION_ID=\"22.04\"\nID_LIKE=debian\n", .debian_version = "bookworm/sid\n"},
       "ubuntu",
       "22.04",
       "22.04",
       Ecosystem::unknown},
      {{.debian_version = "9.13\n"}, "debian", "9", "9", Ecosystem::debian},
      {{.debian_version = "trixie/sid\n"}, "debian", "sid", "sid", Ecosystem::debian},
      {{.alpine_release = "3.4.6\n"}, "alpine", "3.4.6", "3.4", Ecosystem::alpine},
      {{}, "", "", "", Ecosystem::unknown},
  };
  for (const Case& c : kCases) {
    StringPool pool;
    OsRelease os = detect_os(c.files, pool);
    EXPECT_EQ(os.id, c.id);
    EXPECT_EQ(os.version_id, c.version) << c.id;
    EXPECT_EQ(os.ecosystem, c.ecosystem) << c.id;
    EXPECT_EQ(release_of(os, c.files.apk_repositories), c.release) << c.id;
  }
}

}  // namespace
}  // namespace drydock::inventory
