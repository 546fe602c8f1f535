#include "model/finding.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "model/testing.h"

namespace drydock {
namespace {

Finding dockerfile_finding() {
  return {.check = "DF001",
          .subject = {.kind = SubjectKind::file, .id = "backend/Dockerfile", .version = {}},
          .item = "",
          .place = "FROM[1]",
          .severity = Severity::high,
          .message = "runs as root"};
}

// Literal values: baselines and ignores of users hold them. A change here breaks those and needs a new schema.
TEST(Fingerprint, IsAContract) {
  Finding finding = dockerfile_finding();
  EXPECT_EQ(fingerprint_of(finding), "7a69298e60a42afdfabfbce587305c3d");
  finding.detail = VulnerabilityDetail{.id = "CVE-2023-1"};
  finding.check = "VU003";
  finding.item = "CVE-2023-1 flask";
  finding.place = "pkg:pypi/flask in requirements.txt";
  EXPECT_EQ(fingerprint_of(finding), "453de8e2c6897a3e2d37650a0f1a35b9");
  finding.detail = SecretDetail{.rule = "github-pat", .hash = "00ff"};
  EXPECT_EQ(fingerprint_of(finding), "34b8b446047fd7bf0072fd7b2144e006");
  finding.detail = LicenceDetail{.expression = "GPL-3.0-only"};
  EXPECT_EQ(fingerprint_of(finding), "42438d1099a31f73792fe5602264b868");
}

TEST(Fingerprint, HoldsNoLineVersionMessageOrSeverity) {
  Finding finding = dockerfile_finding();
  std::string before = fingerprint_of(finding);
  Location at{.path = "backend/Dockerfile", .span = {7, 9}, .line = 4};
  finding.locations = {&at, 1};
  finding.subject.version = "0f0f";
  finding.message = "other words";
  finding.severity = Severity::low;
  finding.snippet = "USER root";
  EXPECT_EQ(fingerprint_of(finding), before);
}

TEST(Fingerprint, DiffersWithEachPartOfTheIdentity) {
  Finding finding = dockerfile_finding();
  std::vector<std::string> prints{fingerprint_of(finding)};
  auto with = [&](auto change) {
    Finding other = dockerfile_finding();
    change(other);
    prints.push_back(fingerprint_of(other));
  };
  with([](Finding& f) { f.check = "DF002"; });
  with([](Finding& f) { f.subject.kind = SubjectKind::image; });
  with([](Finding& f) { f.subject.id = "frontend/Dockerfile"; });
  with([](Finding& f) { f.place = "FROM[0]"; });
  with([](Finding& f) { f.item = "app"; });
  with([](Finding& f) { f.place = "FROM[1", f.item = "]"; });  // no ambiguity between neighbours
  with([](Finding& f) { f.detail = LicenceDetail{}; });
  std::ranges::sort(prints);
  EXPECT_EQ(std::ranges::adjacent_find(prints), prints.end());
}

TEST(Fingerprint, OfASecretSurvivesAMove) {
  Finding finding = dockerfile_finding();
  finding.detail = SecretDetail{.rule = "github-pat", .hash = "00ff"};
  std::string before = fingerprint_of(finding);
  finding.subject = {.kind = SubjectKind::image, .id = "shop/backend", .version = "1"};
  finding.check = "SD004";
  finding.place = "other";
  EXPECT_EQ(fingerprint_of(finding), before);
}

TEST(SortFindings, OrderAndNumbersDoNotDependOnTheOrderOfWork) {
  auto prints_of = [](unsigned seed) {
    ScanRecord record = testing::sample_record();
    Finding twin = record.findings[1];  // the same identity in another line
    Location at{.path = "backend/Dockerfile", .span = {90, 99}, .line = 12};
    twin.locations = record.pool.copy_span<Location>({{at}});
    record.findings.push_back(twin);
    std::shuffle(record.findings.begin(), record.findings.end(), std::mt19937(seed));
    sort_findings(record);
    std::vector<std::string> prints;
    for (const Finding& finding : record.findings) prints.emplace_back(finding.fingerprint);
    return prints;
  };
  std::vector<std::string> expected = prints_of(1);
  EXPECT_TRUE(std::ranges::any_of(expected, [](const std::string& print) { return print.ends_with("#2"); }));
  for (unsigned seed = 2; seed < 20; ++seed) EXPECT_EQ(prints_of(seed), expected);
}

TEST(SortFindings, WorstComesFirst) {
  ScanRecord record = testing::sample_record();
  EXPECT_TRUE(std::ranges::is_sorted(record.findings, std::greater<>{}, &Finding::severity));
}

TEST(SortFindings, TwoFindingsThatDifferOnlyInTheirPlaceKeepTheirOrder) {
  ScanRecord record;
  for (int i = 0; i < 2; ++i) record.findings.push_back(dockerfile_finding());
  record.findings[0].place = "b";
  record.findings[1].place = "a";
  sort_findings(record);
  EXPECT_EQ(record.findings[0].place, "a");
}

}  // namespace
}  // namespace drydock
