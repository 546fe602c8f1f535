#include "advisory/match.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "advisory/testing.h"

namespace drydock::advisory {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string record(std::string_view id, std::string_view fields, std::string_view ecosystem, std::string_view name,
                   std::string_view events, std::string_view more = "") {
  return "{\"id\":\"" + std::string(id) + "\"," + std::string(fields) + "\"affected\":[{\"package\":{\"ecosystem\":\"" +
         std::string(ecosystem) + "\",\"name\":\"" + std::string(name) + "\"},\"ranges\":[{\"type\":\"" +
         (ecosystem == "npm" ? "SEMVER" : "ECOSYSTEM") + "\",\"events\":[" + std::string(events) + "]}]" +
         std::string(more) + "}]}";
}

// "CVE-1 (A, B) by DSA-1 fixed 1.2 high", one line per match, then "? advisory: reason".
std::string describe(const Result<Matches>& matches) {
  if (!matches) return "error: " + matches.error().message;
  std::string out;
  for (const Match& match : matches->matches) {
    out.append(match.id).append(" (");
    for (size_t i = 0; i < match.aliases.size(); ++i) out.append(i ? ", " : "").append(match.aliases[i]);
    out.append(") by ").append(match.advisory).append(" fixed ").append(match.fixed_version);
    out.append(" ").append(name_of(match.severity)).append("\n");
  }
  for (const Undecided& each : matches->undecided)
    out.append("? ").append(each.advisory).append(": ").append(each.reason).append("\n");
  return out;
}

class MatchTest : public ::testing::Test {
 protected:
  void add(std::string_view folder, std::string json) { jsons_.emplace_back(folder, std::move(json)); }
  std::string find(const Package& package) {
    if (bytes_.empty()) {
      std::vector<testing::OsvText> texts;
      for (const auto& [folder, json] : jsons_) texts.push_back({folder, json});
      bytes_ = testing::encode(texts);
    }
    Result<Index> index = Index::from_bytes(bytes_);
    EXPECT_TRUE(index);
    Arena arena;
    return describe(match(*index, package, arena));
  }
  std::string pypi(std::string_view version) {
    return find({.ecosystem = Ecosystem::pypi, .name = "foo", .version = version});
  }
  std::string npm(std::string_view version) {
    return find({.ecosystem = Ecosystem::npm, .name = "foo", .version = version});
  }
  std::string debian(std::string_view version, std::string_view release = "11") {
    return find({.ecosystem = Ecosystem::debian,
                 .name = "libfoo1",
                 .version = "9:9",
                 .source_name = "foo",
                 .source_version = version,
                 .release = release});
  }

 private:
  std::vector<std::pair<std::string, std::string>> jsons_;
  std::string bytes_;
};

TEST_F(MatchTest, NamesTheFixOfTheBranchThatIsInstalled) {
  add("PyPI",
      record("PYSEC-1", R"("aliases":["CVE-2020-1"],)", "PyPI", "Foo",
             R"({"introduced":"0"},{"fixed":"1.5"},{"introduced":"2.0"},{"fixed":"2.3"},{"introduced":"3.0"})"));
  EXPECT_EQ(pypi("1.4"), "CVE-2020-1 (PYSEC-1) by PYSEC-1 fixed 1.5 unknown\n");
  EXPECT_EQ(pypi("1.5"), "");
  EXPECT_EQ(pypi("1.5rc1"), "CVE-2020-1 (PYSEC-1) by PYSEC-1 fixed 1.5 unknown\n");
  EXPECT_EQ(pypi("1.9"), "");
  EXPECT_EQ(pypi("2.1"), "CVE-2020-1 (PYSEC-1) by PYSEC-1 fixed 2.3 unknown\n");
  EXPECT_EQ(pypi("v3.1"), "CVE-2020-1 (PYSEC-1) by PYSEC-1 fixed  unknown\n");
}

TEST_F(MatchTest, LooksBehindAFixThatLiesInAnotherRange) {
  add("npm", R"({"id":"X-1","affected":[{"package":{"ecosystem":"npm","name":"foo"},"ranges":[
    {"type":"SEMVER","events":[{"introduced":"1.0.0"},{"fixed":"1.5.0"}]},
    {"type":"SEMVER","events":[{"introduced":"1.2.0"},{"fixed":"2.0.0"}]}]}]})");
  EXPECT_EQ(npm("1.1.0"), "X-1 () by X-1 fixed 2.0.0 unknown\n");
  EXPECT_EQ(npm("1.6.0"), "X-1 () by X-1 fixed 2.0.0 unknown\n");
}

TEST_F(MatchTest, ReportsAliasesOnceAndPrefersTheRecordWithAFix) {
  add("PyPI", record("PYSEC-1", R"("aliases":["CVE-2020-1"],"database_specific":{"severity":"HIGH"},)", "PyPI", "foo",
                     R"({"introduced":"0"})"));
  add("PyPI", record("GHSA-1", R"("aliases":["CVE-2020-1"],"related":["CVE-2020-7"],)", "PyPI", "foo",
                     R"({"introduced":"0"},{"fixed":"2.0"})"));
  add("PyPI", record("PYSEC-7", R"("aliases":["CVE-2020-7"],)", "PyPI", "foo", R"({"introduced":"0"})"));
  EXPECT_EQ(pypi("1.0"),
            "CVE-2020-1 (GHSA-1, PYSEC-1) by GHSA-1 fixed 2.0 high\n"
            "CVE-2020-7 (PYSEC-7) by PYSEC-7 fixed  unknown\n");
}

TEST_F(MatchTest, TakesTheHighestFixOfSeveralRecords) {
  add("PyPI", record("A-1", R"("aliases":["CVE-2020-1"],)", "PyPI", "foo", R"({"introduced":"0"},{"fixed":"2.0"})"));
  add("PyPI", record("B-1", R"("aliases":["CVE-2020-1"],)", "PyPI", "foo", R"({"introduced":"0"},{"fixed":"10.0"})"));
  EXPECT_EQ(pypi("1.0"), "CVE-2020-1 (A-1, B-1) by B-1 fixed 10.0 unknown\n");
}

TEST_F(MatchTest, FindsListedVersionsInAnySpelling) {
  add("PyPI", record("PYSEC-1", "", "PyPI", "foo", R"({"introduced":"5.0"})", R"(,"versions":["1.0rc1","weird!"])"));
  EXPECT_EQ(pypi("1.0-rc.1"), "PYSEC-1 () by PYSEC-1 fixed  unknown\n");
  EXPECT_EQ(pypi("1.0"), "");
  EXPECT_THAT(pypi("weird!"),
              HasSubstr("PYSEC-1 () by PYSEC-1 fixed  unknown\n? : \"weird!\" is not a PEP 440 version"));
}

TEST_F(MatchTest, SaysSoWhenItCannotDecide) {
  add("PyPI", record("PYSEC-1", "", "PyPI", "foo", R"({"introduced":"0"},{"fixed":"2019-09-12"})"));
  EXPECT_EQ(pypi("1.0"), "? PYSEC-1: its affected range is not written in versions of the ecosystem\n");
  EXPECT_THAT(pypi("latest"), HasSubstr("? : \"latest\" is not a PEP 440 version"));
  EXPECT_THAT(pypi(""), HasSubstr("? : no exact version is known"));
  EXPECT_EQ(find({.ecosystem = Ecosystem::pypi, .name = "unheard-of", .version = "latest"}), "");
}

TEST_F(MatchTest, GivesEveryCveOfADistributionsBundleItsOwnMatch) {
  add("Debian", record("DSA-1-1", R"("upstream":["CVE-2021-1","CVE-2021-2"],)", "Debian:11", "foo",
                       R"({"introduced":"0"},{"fixed":"1.0-1+deb11u2"})"));
  add("Debian", record("DSA-2-1", R"("upstream":["CVE-2021-2","CVE-2021-3"],)", "Debian:11", "foo",
                       R"({"introduced":"0"},{"fixed":"1.0-1+deb11u10"})"));
  add("Debian", record("DSA-3-1", "", "Debian:11", "foo", R"({"introduced":"0"},{"fixed":"1.0-1+deb11u1"})"));
  EXPECT_EQ(debian("1.0-1"),
            "CVE-2021-1 (DSA-1-1) by DSA-1-1 fixed 1.0-1+deb11u2 unknown\n"
            "CVE-2021-2 (DSA-1-1, DSA-2-1) by DSA-2-1 fixed 1.0-1+deb11u10 unknown\n"
            "CVE-2021-3 (DSA-2-1) by DSA-2-1 fixed 1.0-1+deb11u10 unknown\n"
            "DSA-3-1 () by DSA-3-1 fixed 1.0-1+deb11u1 unknown\n");
  EXPECT_EQ(debian("1.0-1+deb11u10"), "");
  EXPECT_EQ(debian("1.0-1", "12"), "");
}

TEST_F(MatchTest, LetsARecordOfOneCveOverruleABundle) {
  add("Debian", record("DSA-1-2", R"("upstream":["CVE-2021-1","CVE-2021-2"],)", "Debian:11", "foo",
                       R"({"introduced":"0"},{"fixed":"1.0-1+deb11u2"})"));
  add("Debian",
      record("DEBIAN-CVE-2021-1", R"("upstream":["CVE-2021-1"],)", "Debian:11", "foo",
             R"({"introduced":"0"},{"fixed":"1.0-1+deb11u1"})", R"(,"ecosystem_specific":{"urgency":"unimportant"})"));
  EXPECT_EQ(debian("1.0-1+deb11u1"), "CVE-2021-2 (DSA-1-2) by DSA-1-2 fixed 1.0-1+deb11u2 unknown\n");
  EXPECT_THAT(debian("1.0-1"), HasSubstr("CVE-2021-1 (DEBIAN-CVE-2021-1, DSA-1-2) by DSA-1-2 fixed"));
}

TEST_F(MatchTest, RefusesAnEcosystemWithoutAnOrder) {
  add("PyPI", record("PYSEC-1", "", "PyPI", "foo", R"({"introduced":"0"})"));
  EXPECT_THAT(find({.ecosystem = Ecosystem::unknown, .name = "foo", .version = "1"}), HasSubstr("error: "));
}

TEST_F(MatchTest, AsksForAlpineByOriginAndRelease) {
  add("Alpine", record("ALPINE-CVE-2023-1", R"("upstream":["CVE-2023-1"],)", "Alpine:v3.19", "openssl",
                       R"({"introduced":"0"},{"fixed":"3.1.4-r6"})"));
  add("Alpine", record("ALPINE-CVE-2023-2", R"("upstream":["CVE-2023-2"],)", "Alpine:v3.18", "openssl",
                       R"({"introduced":"0"},{"fixed":"9-r0"})"));
  auto alpine = [&](std::string_view version, std::string_view release = "3.19") {
    return find({.ecosystem = Ecosystem::alpine,
                 .name = "libcrypto3",
                 .version = version,
                 .source_name = "openssl",
                 .release = release});
  };
  constexpr std::string_view kFirst = "CVE-2023-1 (ALPINE-CVE-2023-1) by ALPINE-CVE-2023-1 fixed 3.1.4-r6 unknown\n";
  EXPECT_EQ(alpine("3.1.4-r5"), kFirst);
  EXPECT_EQ(alpine("3.1.4_rc1-r9"), kFirst);
  EXPECT_EQ(alpine("3.1.4-r6"), "");
  EXPECT_EQ(alpine("3.1.4-r10"), "");
  EXPECT_EQ(alpine("3.1.4a-r0"), "");
  EXPECT_EQ(alpine("3.1.4-r5", "3.18"), "CVE-2023-2 (ALPINE-CVE-2023-2) by ALPINE-CVE-2023-2 fixed 9-r0 unknown\n");
  EXPECT_EQ(alpine("3.1.4-r5", "edge"), "");
  EXPECT_EQ(alpine("1:3"), "? : \"1:3\" is not a valid apk version: it is not of the form 1.2.3a_rc1~0af3-r0\n");
}

// Alpine's security database says version 0 where a vulnerability never concerned the package.
TEST_F(MatchTest, NeverFindsWhatAlpineFixedInVersionZero) {
  add("Alpine", record("ALPINE-CVE-2023-1", R"("upstream":["CVE-2023-1"],)", "Alpine:v3.19", "curl",
                       R"({"introduced":"0"},{"fixed":"0"})"));
  EXPECT_EQ(find({.ecosystem = Ecosystem::alpine, .name = "curl", .version = "8.5.0-r0", .release = "3.19"}), "");
  EXPECT_EQ(find({.ecosystem = Ecosystem::alpine, .name = "curl", .version = "0-r0", .release = "3.19"}), "");
}

TEST_F(MatchTest, ReadsModulesAndToolchainsOfGo) {
  add("Go", record("GO-2023-1", R"("aliases":["CVE-2023-1","GHSA-a"],)", "Go", "golang.example/x/net",
                   R"({"introduced":"0"},{"fixed":"0.0.0-20220906165146-f3363e06e74c"})"));
  add("Go", record("GO-2023-2", R"("aliases":["CVE-2023-2"],)", "Go", "github.example/docker",
                   R"({"introduced":"0"},{"fixed":"20.10.9+incompatible"})"));
  add("Go", record("GO-2023-3", R"("aliases":["CVE-2023-3"],)", "Go", "stdlib",
                   R"({"introduced":"0"},{"fixed":"1.20.12"},{"introduced":"1.21.0-0"},{"fixed":"1.21.5"})"));
  auto go = [&](std::string_view name, std::string_view version) {
    return find({.ecosystem = Ecosystem::go, .name = name, .version = version});
  };
  constexpr std::string_view kNet =
      "CVE-2023-1 (GHSA-a, GO-2023-1) by GO-2023-1 fixed 0.0.0-20220906165146-f3363e06e74c unknown\n";
  EXPECT_EQ(go("golang.example/x/net", "v0.0.0-20211209124913-491a49abca63"), kNet);
  EXPECT_EQ(go("golang.example/x/net", "v0.0.0-20220906165146-f3363e06e74c"), "");
  EXPECT_EQ(go("golang.example/x/net", "v0.1.0"), "");
  EXPECT_EQ(go("golang.example/X/net", "v0.0.0-20211209124913-491a49abca63"), "");  // paths are case-sensitive
  constexpr std::string_view kDocker = "CVE-2023-2 (GO-2023-2) by GO-2023-2 fixed 20.10.9+incompatible unknown\n";
  EXPECT_EQ(go("github.example/docker", "v20.10.7+incompatible"), kDocker);
  EXPECT_EQ(go("github.example/docker", "v20.10.7+incompatible+dirty"), kDocker);
  EXPECT_EQ(go("github.example/docker", "v20.10.9+incompatible"), "");
  EXPECT_EQ(go("github.example/docker", "(devel)"),
            "? : \"(devel)\" is not a semver version: it needs major.minor.patch\n");
  EXPECT_EQ(go("github.example/own", "(devel)"), "");
  for (std::string_view version : {"1.20.11", "1.20", "1.9.7", "1.20rc1"})
    EXPECT_EQ(go("stdlib", version), "CVE-2023-3 (GO-2023-3) by GO-2023-3 fixed 1.20.12 unknown\n") << version;
  for (std::string_view version : {"1.21rc2", "1.21beta1", "1.21.0", "1.21.4"})
    EXPECT_EQ(go("stdlib", version), "CVE-2023-3 (GO-2023-3) by GO-2023-3 fixed 1.21.5 unknown\n") << version;
  for (std::string_view version : {"1.20.12", "1.20.14", "1.21.5", "1.22rc1", "1.22"})
    EXPECT_EQ(go("stdlib", version), "") << version;
}

}  // namespace
}  // namespace drydock::advisory
