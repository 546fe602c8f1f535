// What peers' entries do to findings: the whole way from a file's text to decisions.
#include "policy/peer_files.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "model/record_json.h"
#include "model/testing.h"
#include "policy/baseline.h"
#include "policy/gitleaksignore.h"
#include "policy/trivyignore.h"

namespace drydock::policy {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Time kNow{1'795'305'600};  // 2026-11-22
constexpr PeerPlace kTop{.file = ".peer", .folder = ""};

bool same_check(std::string_view wanted, std::string_view check) { return wanted == check; }

struct Decided {
  ScanRecord record;
  Summary summary;
  std::vector<Outcome> outcomes;  // of the secrets
};

static constexpr Location kPlaces[] = {{.path = "a.py", .span = {0, 3}, .line = 4},
                                       {.path = "b/a.py", .span = {0, 3}, .line = 9}};

Decided decide_secret(const PeerRules& rules, std::span<const Location> places) {
  Decided result;
  result.record.findings.push_back({.check = "SD001",
                                    .item = "generic-secret",
                                    .severity = Severity::high,
                                    .locations = places,
                                    .fingerprint = "f1",
                                    .detail = SecretDetail{.rule = "generic-secret"}});
  Policy policy;
  policy.ignores = rules.ignores;
  result.summary = decide(policy, kNow, same_check, result.record);
  return result;
}

TEST(PeerIgnores, ASecretIsIgnoredOnlyWhereEachOfItsPlacesIs) {
  auto outcome = [](std::string_view text) {
    return decide_secret(parse_gitleaksignore(text, kTop), kPlaces).record.decisions[0].outcome;
  };
  EXPECT_EQ(outcome("a.py:generic-api-key:4\n"), Outcome::counts);
  EXPECT_EQ(outcome("a.py:generic-api-key:4\nb/a.py:generic-secret:9\n"), Outcome::ignored);
  EXPECT_EQ(outcome("a.py:generic-api-key:4\nb/a.py:generic-secret:8\n"), Outcome::counts);
}

TEST(PeerIgnores, SourceIsFileAndLine) {
  Decided decided =
      decide_secret(parse_gitleaksignore("# ours\na.py:generic-secret:4\n", kTop), std::span(kPlaces).first(1));
  EXPECT_EQ(decided.record.decisions[0].source, ".peer:2");
  EXPECT_EQ(decided.summary.counting, 0u);
  EXPECT_THAT(decided.summary.unused, IsEmpty());
}

TEST(PeerIgnores, AnotherRuleOnTheLineIsNamedNotGuessed) {
  Decided decided = decide_secret(parse_gitleaksignore("a.py:github-pat:4\n", kTop), std::span(kPlaces).first(1));
  EXPECT_EQ(decided.record.decisions[0].outcome, Outcome::counts);
  EXPECT_THAT(
      decided.summary.notes,
      ElementsAre(HasSubstr(".peer:1: names rule github-pat, but the secret there was found by generic-secret")));
}

TEST(PeerIgnores, UnusedEntriesOfOneFileAreOneNote) {
  Decided decided = decide_secret(parse_trivyignore("CVE-2020-1\nCVE-2020-2\n\nSD001\n", kTop), kPlaces);
  EXPECT_EQ(decided.record.decisions[0].outcome, Outcome::ignored);
  EXPECT_THAT(decided.summary.unused, ElementsAre(".peer: 2 of 3 entries match no finding (line 1, 2)"));
}

TEST(PeerIgnores, AnExpiredEntryFiresAgainAndSaysSo) {
  Decided decided = decide_secret(parse_trivyignore("generic-secret exp:2026-11-01\n", kTop), kPlaces);
  EXPECT_EQ(decided.record.decisions[0].outcome, Outcome::counts);
  EXPECT_THAT(decided.summary.notes, ElementsAre(HasSubstr("expired on 2026-11-01; 1 finding counts again")));
}

TEST(PeerIgnores, PackageUrlsCompareWhatTheySay) {
  struct Row {
    std::string_view purl;
    bool covers;
  };
  constexpr Row kRows[] = {
      {"pkg:npm/%40scope/name", true},
      {"pkg:npm/@scope/name", true},
      {"pkg:npm/@scope/name@1.2.3", true},
      {"pkg:npm/%40scope/name@1.2.4", false},
      {"pkg:npm/name", false},
      {"pkg:pypi/%40scope/name", false},
      {"pkg:npm/%40scope/name?arch=amd64", false},
  };
  for (const Row& row : kRows) {
    ScanRecord record;
    record.packages.push_back({.ecosystem = Ecosystem::npm, .name = "@scope/name", .version = "1.2.3"});
    record.findings.push_back({.check = "VU002",
                               .severity = Severity::high,
                               .fingerprint = "f",
                               .detail = VulnerabilityDetail{.id = "CVE-2020-1"}});
    Policy policy;
    policy.ignores = parse_trivyignore_yaml(
                         "vulnerabilities:\n  - {id: CVE-2020-1, purls: ['" + std::string(row.purl) + "']}\n", kTop)
                         .ignores;
    decide(policy, kNow, same_check, record);
    EXPECT_EQ(record.decisions[0].outcome == Outcome::ignored, row.covers) << row.purl;
  }
}

TEST(PeerFiles, AreReadFromBothFoldersAndLinksAreNotFollowed) {
  std::string folder = ::testing::TempDir() + "drydock-peers-" + std::to_string(::getpid());
  std::filesystem::create_directories(folder + "/app");
  std::ofstream(folder + "/.trivyignore") << "CVE-2020-1\n";
  std::ofstream(folder + "/app/.hadolint.yaml") << "ignored: [DL3008]\ntrustedRegistries: [registry.example]\n";
  std::ofstream(folder + "/.gitleaks.toml") << "title = 'x'\n";
  std::filesystem::create_symlink("/etc/hostname", folder + "/app/.gitleaksignore");
  Policy policy;
  PeerFolder folders[] = {{folder + "/app", "app"}, {folder, ""}};
  read_peer_files(folders, false, policy);
  std::filesystem::remove_all(folder);
  ASSERT_EQ(policy.ignores.size(), 2u);
  EXPECT_EQ(policy.ignores[0].file, "app/.hadolint.yaml");
  EXPECT_EQ(policy.ignores[1].file, ".trivyignore");
  EXPECT_THAT(policy.allowed_registries, ElementsAre("registry.example"));
  EXPECT_THAT(policy.notes,
              ElementsAre(HasSubstr("app/.gitleaksignore: a symbolic link"), HasSubstr(".gitleaks.toml: not read")));
}

TEST(Baseline, KnowsWhatAnEarlierRecordHolds) {
  ScanRecord earlier = testing::sample_record(), now = testing::sample_record();
  Result<Baseline> baseline = parse_baseline(encode_record(earlier), "base.json");
  ASSERT_TRUE(baseline.has_value()) << baseline.error().message;
  ASSERT_GE(now.findings.size(), 3u);
  now.findings[0].fingerprint = "new";
  Policy policy;
  policy.fail_on = Severity::info;
  policy.inline_ignores = false;
  Summary summary = decide(policy, kNow, same_check, now);
  size_t counting = summary.counting;
  apply_baseline(*baseline, now, summary);
  EXPECT_GT(counting, summary.counting);
  EXPECT_NE(now.decisions[0].outcome, Outcome::known);
  EXPECT_EQ(now.decisions[1].outcome, Outcome::known);
  EXPECT_EQ(now.decisions[1].source, "base.json");
  EXPECT_THAT(summary.notes, Contains("base.json: 1 new, " + std::to_string(now.findings.size() - 1) +
                                      " known, 1 gone since the baseline"));
}

TEST(Baseline, AnErrorNamesTheFileAndTheNextStep) {
  for (std::string_view text : {"", "{", "[]", "services: {}"}) {
    Result<Baseline> baseline = parse_baseline(text, "base.json");
    ASSERT_FALSE(baseline.has_value()) << text;
    EXPECT_THAT(baseline.error().message, HasSubstr("base.json: no baseline: "));
    EXPECT_THAT(baseline.error().message, HasSubstr("drydock scan -o json=FILE"));
  }
}

}  // namespace
}  // namespace drydock::policy
