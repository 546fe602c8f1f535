#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "inventory/test_layer.h"

namespace drydock::inventory {
namespace {

constexpr std::string_view kStatus = "var/lib/dpkg/status";

TEST(DpkgStatus, ReadsInstalledPackagesWithTheirSources) {
  LayerRecord layer = cataloged(kStatus,
                                "Package: libc6\n"
                                "Status: install ok installed\n"
                                "Priority: optional\n"
                                "Architecture: amd64\n"
                                "Source: glibc\n"
                                "Version: 2.36-9+deb12u3\n"
                                "Description: GNU C Library\n"
                                " Version: 99 is not the version\n"
                                "\n"
                                "version: 12.2.0-14+b1\n"
                                "ARCHITECTURE:amd64\n"
                                "Source: gcc-12 (12.2.0-14)\n"
                                "package: libgcc-s1\n"
                                "Status: hold ok installed\n"
                                "\n\n"
                                "Package: bash\n"
                                "Status: install ok installed\n"
                                "Architecture: amd64\n"
                                "Version: 5.2.15-2+b2\n"
                                "Source: bash (5.2.15-2)\n");
  EXPECT_EQ(describe(layer.packages),
            "libc6 2.36-9+deb12u3 amd64 <glibc>\n"
            "libgcc-s1 12.2.0-14+b1 amd64 <gcc-12 12.2.0-14>\n"
            "bash 5.2.15-2+b2 amd64 <bash 5.2.15-2>\n");
  EXPECT_EQ(layer.packages[0].package.at.line, 1u);
  EXPECT_EQ(layer.packages[1].package.at.line, 13u);
  EXPECT_EQ(layer.packages[0].package.ecosystem, Ecosystem::debian);
  EXPECT_EQ(layer.packages[0].package.at.span, (Span{9, 14}));
  EXPECT_TRUE(layer.unknowns.empty());
}

TEST(DpkgStatus, CountsWhatIsUnpackedAndNothingElse) {
  struct Case {
    std::string_view status;
    bool counts;
  };
  constexpr Case kCases[] = {
      {"install ok installed", true},        {"hold ok installed", true},
      {"deinstall ok installed", true},      {"install ok unpacked", true},
      {"install ok half-configured", true},  {"install ok triggers-pending", true},
      {"install reinstreq installed", true}, {"deinstall ok config-files", false},
      {"purge ok not-installed", false},     {"install reinstreq half-installed", false},
      {"unknown ok not-installed", false},
  };
  for (const Case& c : kCases) {
    LayerRecord layer =
        cataloged(kStatus, "Package: a\nStatus: " + std::string(c.status) + "\nVersion: 1\nArchitecture: all\n");
    EXPECT_EQ(layer.packages.size(), c.counts ? 1u : 0u) << c.status;
    EXPECT_TRUE(layer.unknowns.empty()) << c.status;
  }
}

TEST(DpkgStatus, KeepsBothArchitecturesOfAMultiarchPackage) {
  LayerRecord layer = cataloged(kStatus,
                                "Package: zlib1g\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n"
                                "Package: zlib1g\nStatus: install ok installed\nArchitecture: i386\nVersion: 1\n");
  EXPECT_EQ(describe(layer.packages), "zlib1g 1 amd64\nzlib1g 1 i386\n");
}

TEST(DpkgStatus, SaysWhatItCouldNotRead) {
  EXPECT_EQ(cataloged(kStatus, "").unknowns.size(), 0u);
  LayerRecord layer = cataloged(kStatus,
                                "Package: a\nStatus: install ok installed\n\n"  // truncated
                                "Version: 1\nStatus: install ok installed\n\n"  // no name
                                "Package: b\nVersion: 2\n\n"                    // no Status
                                "Package: c\nStatus: install ok installed\nVersion: 3");
  EXPECT_EQ(describe(layer.packages), "c 3\n");
  ASSERT_EQ(layer.unknowns.size(), 3u);
  EXPECT_NE(layer.unknowns[0].reason.find("line 1 has no Version"), std::string_view::npos);
  EXPECT_NE(layer.unknowns[1].reason.find("line 4 has no Package"), std::string_view::npos);
  EXPECT_NE(layer.unknowns[2].reason.find("line 7 has no Status"), std::string_view::npos);
}

TEST(DpkgStatus, AcceptsCarriageReturns) {
  LayerRecord layer = cataloged(kStatus,
                                "Package: a\r\nStatus: install ok installed\r\nVersion: 1\r\n\r\nPackage: b\r\n"
                                "Status: install ok installed\r\nVersion: 2\r\n");
  EXPECT_EQ(describe(layer.packages), "a 1\nb 2\n");
}

TEST(DpkgStatusD, ReadsDistrolessFilesWithoutStatus) {
  LayerRecord layer = cataloged("var/lib/dpkg/status.d/libssl3",
                                "Package: libssl3\nArchitecture: amd64\nVersion: 3.0.11-1\nSource: openssl\n");
  EXPECT_EQ(describe(layer.packages), "libssl3 3.0.11-1 amd64 <openssl>\n");
  layer = cataloged("var/lib/dpkg/status.d/libssl3.md5sums", "0123456789abcdef  usr/lib/libssl.so.3\n");
  EXPECT_TRUE(layer.packages.empty());
  EXPECT_TRUE(layer.unknowns.empty());
}

// The oracle is dpkg itself, on the machine that runs the tests.
TEST(DpkgStatus, AgreesWithDpkgQuery) {
  Result<std::string> status = read_file("/var/lib/dpkg/status", 256 << 20);
  if (!status) GTEST_SKIP() << "no dpkg database here, so nothing was compared: " << status.error().message;
  FILE* pipe = popen(
      "dpkg-query -W -f '${db:Status-Status} ${Package} ${Version} ${Architecture} ${source:Package} "
      "${source:Version}\\n' 2>/dev/null",
      "r");
  ASSERT_NE(pipe, nullptr);
  std::string output;
  std::array<char, 65536> buffer;
  while (size_t size = fread(buffer.data(), 1, buffer.size(), pipe)) output.append(buffer.data(), size);
  if (pclose(pipe) != 0) GTEST_SKIP() << "dpkg-query is not here, so nothing was compared";
  std::vector<std::string> expected, given;
  for (std::string_view line : split(output, '\n')) {
    Cut state = cut(line, " ");
    if (state.found && state.before != "config-files" && state.before != "not-installed" &&
        state.before != "half-installed")
      expected.emplace_back(state.after);
  }
  LayerRecord layer = cataloged(kStatus, *status);
  EXPECT_TRUE(layer.unknowns.empty());
  for (const PackageFact& fact : layer.packages) {
    const Package& package = fact.package;
    given.push_back(std::string(package.name) + " " + std::string(package.version) + " " +
                    std::string(package.architecture) + " " + std::string(package.advisory_name()) + " " +
                    std::string(package.advisory_version()));
  }
  std::ranges::sort(expected);
  std::ranges::sort(given);
  EXPECT_FALSE(expected.empty());
  EXPECT_EQ(given, expected);
}

}  // namespace
}  // namespace drydock::inventory
