#include "advisory/osv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace drydock::advisory {
namespace {

using ::testing::ElementsAre;
using Kind = Event::Kind;

// "[1.0,2.0)": fixed, "[1.0,2.0]": last affected, "[1.0,2.0|": limit, "[1.0,": open, "?": unreadable.
std::string text_of(const std::vector<Interval>& intervals) {
  std::string out;
  for (const Interval& each : intervals) {
    constexpr std::string_view kEnds[] = {"", ")", "]", "|", "?"};
    if (!out.empty()) out += ' ';
    if (each.kind == Interval::End::unreadable) {
      out += '?';
      continue;
    }
    out.append("[").append(each.introduced).append(",").append(each.end).append(kEnds[static_cast<size_t>(each.kind)]);
  }
  return out;
}

TEST(OsvIntervals, ToggleInTheOrderOfVersions) {
  struct Case {
    VersionScheme scheme;
    std::vector<Event> events;
    std::string_view want;
  };
  const Case kCases[] = {
      {VersionScheme::semver, {{Kind::introduced, "0"}}, "[,"},
      {VersionScheme::semver, {{Kind::introduced, "0"}, {Kind::fixed, "1.2.3"}}, "[,1.2.3)"},
      {VersionScheme::semver, {{Kind::fixed, "1.10.0"}, {Kind::introduced, "1.9.0"}}, "[1.9.0,1.10.0)"},
      {VersionScheme::pep440,
       {{Kind::introduced, "2.0"}, {Kind::introduced, "0"}, {Kind::fixed, "2.1"}, {Kind::fixed, "1.5"}},
       "[,1.5) [2.0,2.1)"},
      {VersionScheme::pep440, {{Kind::introduced, "1.0"}, {Kind::last_affected, "1.4"}}, "[1.0,1.4]"},
      // One branch is fixed by the version that begins the next.
      {VersionScheme::pep440,
       {{Kind::introduced, "0"}, {Kind::introduced, "1.5"}, {Kind::fixed, "1.5"}, {Kind::fixed, "2.0"}},
       "[,1.5) [1.5,2.0)"},
      // Introduced and fixed by the same version: nothing was ever released with it.
      {VersionScheme::pep440, {{Kind::introduced, "1.5"}, {Kind::fixed, "1.5.0"}}, ""},
      {VersionScheme::debian, {{Kind::introduced, "0"}, {Kind::fixed, "0"}}, "[,0)"},
      {VersionScheme::semver, {{Kind::introduced, "0"}, {Kind::limit, "2.0.0"}}, "[,2.0.0|"},
      {VersionScheme::semver, {{Kind::introduced, "0"}, {Kind::limit, "2.0.0"}, {Kind::limit, "*"}}, "[,"},
      {VersionScheme::semver, {{Kind::introduced, "0"}, {Kind::fixed, "1.0.0"}, {Kind::limit, "2.0.0"}}, "[,1.0.0)"},
      {VersionScheme::pep440, {{Kind::introduced, "0"}, {Kind::fixed, "a1b2c3d"}}, "?"},
      {VersionScheme::semver, {{Kind::introduced, "0"}, {Kind::fixed, ""}}, "?"},
      {VersionScheme::semver, {}, ""},
  };
  for (const Case& test : kCases) EXPECT_EQ(text_of(intervals_of(test.scheme, test.events)), test.want);
}

// The schema's "Evaluation" pseudo-code, read literally.
bool naive(const std::vector<Event>& events, std::string_view version) {
  auto compare = [](std::string_view a, std::string_view b) {
    return *compare_versions(VersionScheme::semver, a == "0" ? "0.0.0-0" : a, b == "0" ? "0.0.0-0" : b);
  };
  std::vector<Event> sorted = events;
  std::ranges::sort(sorted, [&](const Event& a, const Event& b) { return compare(a.version, b.version) < 0; });
  bool vulnerable = false;
  for (const Event& event : sorted) {
    if (event.kind == Kind::introduced && compare(version, event.version) >= 0) vulnerable = true;
    if (event.kind == Kind::fixed && compare(version, event.version) >= 0) vulnerable = false;
    if (event.kind == Kind::last_affected && compare(version, event.version) > 0) vulnerable = false;
  }
  return vulnerable;
}

TEST(OsvIntervals, AgreeWithTheSchemasPseudoCode) {
  std::mt19937 random(1);
  size_t inside = 0;
  for (int round = 0; round < 2000; ++round) {
    // Versions differ between events: what equal ones mean is ours to say (see the table above).
    std::vector<int> numbers(9);
    for (int i = 0; i < 9; ++i) numbers[static_cast<size_t>(i)] = i + 1;
    std::ranges::shuffle(numbers, random);
    std::vector<Event> events;
    for (size_t i = 0; i < 1 + random() % 6; ++i)
      events.push_back({static_cast<Kind>(random() % 3), "1." + std::to_string(numbers[i]) + ".0"});
    std::vector<Interval> intervals = intervals_of(VersionScheme::semver, events);
    for (int minor = 0; minor <= 10; ++minor) {
      for (const char* patch : {".0-rc.1", ".0", ".5"}) {
        std::string version = "1." + std::to_string(minor) + patch;
        bool ours = std::ranges::any_of(
            intervals, [&](const Interval& each) { return contains(VersionScheme::semver, each, version); });
        ASSERT_EQ(ours, naive(events, version)) << version << " in " << text_of(intervals);
        inside += ours;
      }
    }
  }
  EXPECT_GT(inside, 10000u);
}

TEST(OsvIntervals, IgnoreALocalBuildAgainstABoundWithoutOne) {
  Interval below{.introduced = "", .end = "2.2.0", .kind = Interval::End::fixed};
  Interval up_to{.introduced = "", .end = "2.2.0", .kind = Interval::End::last_affected};
  Interval local{.introduced = "", .end = "2.2.0+security.2", .kind = Interval::End::fixed};
  EXPECT_FALSE(contains(VersionScheme::pep440, below, "2.2.0+cu118"));
  EXPECT_TRUE(contains(VersionScheme::pep440, up_to, "2.2.0+cu118"));
  EXPECT_TRUE(contains(VersionScheme::pep440, local, "2.2.0+security.1"));
  EXPECT_FALSE(contains(VersionScheme::pep440, local, "2.2.0+security.2"));
}

TEST(OsvNames, AreNormalisedPerEcosystem) {
  EXPECT_EQ(normalised_name("PyPI", "Flask__Login.-x"), "flask-login-x");
  EXPECT_EQ(normalised_name("npm", "@Angular/Core_x"), "@Angular/Core_x");
  EXPECT_EQ(normalised_name("Debian:11", "libx.y"), "libx.y");
}

OsvRecord parse(std::string_view ecosystem, std::string_view json) {
  Result<OsvRecord> record = parse_osv(ecosystem, json);
  EXPECT_TRUE(record) << (record ? "" : record.error().message);
  return record ? *record : OsvRecord{};
}

TEST(OsvRecords, ReadsTheFieldsThatMatter) {
  OsvRecord record = parse("PyPI", R"({
    "schema_version": "1.7.0", "id": "PYSEC-2020-1", "modified": "2024-05-01T12:00:00.5Z", "published": "2020-01-01T00:00:00Z",
    "aliases": ["CVE-2020-1", "GHSA-aaaa-bbbb-cccc", 7], "related": ["CVE-2020-9"], "details": "First line here.\nMore.",
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "references": [{"type": "WEB", "url": "https://web.example/"}, {"type": "FIX", "url": "https://fix.example/"},
                   {"type": "ADVISORY", "url": "javascript:run"}],
    "affected": [{"package": {"ecosystem": "PyPI", "name": "Some_Pkg", "purl": "pkg:pypi/some-pkg"},
      "ranges": [{"type": "GIT", "repo": "https://git.example/x", "events": [{"introduced": "0"}, {"fixed": "abcdef"}]},
                 {"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}, {"fixed": "1.2"}]}],
      "versions": ["1.0", "1.1-rc1", "1.1", "0.9", "2004d"]}]
})");
  EXPECT_EQ(record.id, "PYSEC-2020-1");
  EXPECT_THAT(record.aliases, ElementsAre("CVE-2020-1", "GHSA-aaaa-bbbb-cccc"));
  EXPECT_TRUE(record.upstream.empty());
  EXPECT_EQ(record.severity, Severity::critical);
  EXPECT_DOUBLE_EQ(record.score, 9.8);
  EXPECT_EQ(record.summary, "First line here.");
  EXPECT_EQ(record.reference, "https://fix.example/");
  EXPECT_EQ(format_date(record.modified), "2024-05-01");
  ASSERT_EQ(record.affected.size(), 1u);
  EXPECT_EQ(record.affected[0].name, "some-pkg");
  EXPECT_EQ(text_of(record.affected[0].intervals), "[1.0,1.2)");
  // Those that the range holds already are left out.
  EXPECT_THAT(record.affected[0].versions, ElementsAre("0.9", "2004d"));
}

TEST(OsvRecords, TakesTheSourcesWordWhereThereIsNoScore) {
  auto severity = [](std::string_view fields) {
    return parse("npm", "{\"id\":\"X-1\"," + std::string(fields) + "}").severity;
  };
  EXPECT_EQ(severity(R"("database_specific":{"severity":"MODERATE"})"), Severity::medium);
  EXPECT_EQ(
      severity(R"("database_specific":{"severity":"HIGH"},"severity":[{"type":"CVSS_V4","score":"CVSS:4.0/AV:N"}])"),
      Severity::high);
  EXPECT_EQ(severity(R"("severity":[{"type":"CVSS_V4","score":"CVSS:4.0/AV:N"}])"), Severity::unknown);
  EXPECT_EQ(severity(R"("severity":[{"type":"CVSS_V2","score":"AV:N/AC:L/Au:N/C:C/I:C/A:C"}])"), Severity::high);
  EXPECT_EQ(severity(R"("severity":[{"type":"CVSS_V3","score":"nonsense"}],"database_specific":{"severity":"LOW"})"),
            Severity::low);
  EXPECT_EQ(
      severity(
          R"("affected":[{"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}]}])"),
      Severity::high);
  EXPECT_EQ(severity(R"("severity":"HIGH")"), Severity::unknown);
}

TEST(OsvRecords, KeepsOnlyTheAskedEcosystemOrRelease) {
  constexpr std::string_view kJson = R"({"id": "DSA-1-1", "upstream": ["CVE-2021-1", "CVE-2021-2"], "affected": [
    {"package": {"ecosystem": "Debian:11", "name": "openssl"}, "ecosystem_specific": {"urgency": "low"},
     "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1.1k-1+deb11u1"}]}]},
    {"package": {"ecosystem": "Debian:10", "name": "openssl"},
     "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1.1d-0+deb10u7"}]}]},
    {"package": {"ecosystem": "Ubuntu:22.04", "name": "openssl"}, "versions": ["1"]}]})";
  EXPECT_EQ(parse("Debian", kJson).affected.size(), 2u);
  OsvRecord one = parse("Debian:11", kJson);
  ASSERT_EQ(one.affected.size(), 1u);
  EXPECT_EQ(one.affected[0].severity, Severity::low);
  EXPECT_THAT(one.upstream, ElementsAre("CVE-2021-1", "CVE-2021-2"));
}

TEST(OsvRecords, LeavesOutWhatNothingCanBeMatchedBy) {
  EXPECT_TRUE(parse("PyPI", R"({"id":"A","affected":[{"package":{"ecosystem":"PyPI","name":"x"},
    "ranges":[{"type":"GIT","events":[{"introduced":"0"}]}]}]})")
                  .affected.empty());
  EXPECT_TRUE(parse("PyPI", R"({"id":"A","affected":[{"package":{"ecosystem":"PyPI","name":"x"}}]})").affected.empty());
  EXPECT_TRUE(parse("PyPI", R"({"id":"A","withdrawn":"2020-01-01T00:00:00Z"})").withdrawn);
}

TEST(OsvRecords, RefusesWhatIsNoRecord) {
  for (std::string_view bad : {"", "[]", "{", "null", R"({"id": 5})", R"({"id": ""})", "\xff"})
    EXPECT_FALSE(parse_osv("PyPI", bad)) << bad;
  Result<OsvRecord> other = parse_osv("Maven", R"({"id":"A"})");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::unsupported);
}

}  // namespace
}  // namespace drydock::advisory
