#include "policy/trivyignore.h"

#include <gmock/gmock.h>

namespace drydock::policy {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr PeerPlace kTop{.file = ".trivyignore", .folder = ""};
constexpr PeerPlace kApp{.file = "app/.trivyignore.yaml", .folder = "app"};

TEST(TrivyIgnore, TakesIdsExpiryAndTheNearestCommentAsReason) {
  PeerRules rules = parse_trivyignore(
      "# Accepted until\n"
      "# the next release\n"
      "CVE-2018-14618\n"
      "CVE-2019-1543 exp:2027-01-01   # not reachable\n"
      "\n"
      "CVE-2020-1 remark\r\n"
      "AVD-DS-0002",
      kTop);
  EXPECT_THAT(rules.notes, IsEmpty());
  ASSERT_EQ(rules.ignores.size(), 4u);
  EXPECT_EQ(rules.ignores[0].reason, "Accepted until the next release");
  EXPECT_EQ(rules.ignores[0].line, 3u);
  EXPECT_EQ(rules.ignores[0].file, ".trivyignore");
  EXPECT_FALSE(rules.ignores[0].expires.known());
  EXPECT_EQ(rules.ignores[1].reason, "not reachable");
  EXPECT_EQ(format_date(rules.ignores[1].expires), "2027-01-01");
  EXPECT_EQ(rules.ignores[2].reason, "listed in .trivyignore");
  EXPECT_EQ(rules.ignores[2].ids[0], "CVE-2020-1");
  EXPECT_THAT(rules.ignores[3].ids, ElementsAre("AVD-DS-0002", "DS-0002"));
}

TEST(TrivyIgnore, ADateThatIsNoneDoesNotBecomeAnIgnoreForEver) {
  for (std::string_view text : {"CVE-2020-1 exp:2027-13-01\n", "CVE-2020-1 exp:soon", "CVE-2020-1 exp:"}) {
    PeerRules rules = parse_trivyignore(text, kTop);
    EXPECT_THAT(rules.ignores, IsEmpty()) << text;
    EXPECT_THAT(rules.notes, ElementsAre(HasSubstr(".trivyignore:1: the ignore of 'CVE-2020-1' is not used"))) << text;
  }
}

TEST(TrivyIgnore, NothingInNothingOut) {
  for (std::string_view text : {"", "\n\n", "# only a comment", "\xef\xbb\xbf"}) {
    PeerRules rules = parse_trivyignore(text, kTop);
    EXPECT_THAT(rules.ignores, IsEmpty());
    EXPECT_THAT(rules.notes, IsEmpty());
  }
}

TEST(TrivyIgnore, OldAndNewFormsOfACheckIdAreOne) {
  constexpr std::pair<std::string_view, std::string_view> kForms[] = {{"AVD-DS-0002", "DS-0002"},
                                                                      {"DS002", "DS-0002"},
                                                                      {"DS-0002", "DS-0002"},
                                                                      {"avd-ds-0002", "ds-0002"},
                                                                      {"CVE-2020-1", "CVE-2020-1"},
                                                                      {"AVD-KSV-0017", "KSV-0017"},
                                                                      {"KSV017", "KSV-0017"},
                                                                      {"private-key", "private-key"},
                                                                      {"A123", "A123"},
                                                                      {"", ""}};
  for (auto [old, modern] : kForms) EXPECT_EQ(modern_trivy_id(old), modern);
}

TEST(TrivyIgnoreYaml, TakesEachSection) {
  PeerRules rules = parse_trivyignore_yaml(R"(vulnerabilities:
  - id: CVE-2022-40897
    paths: ["usr/local/lib/**", ./requirements.txt]
    statement: Only used in tests
    expired_at: 2027-01-01
  - id: CVE-2023-2650
    purls: ["pkg:deb/debian/libssl3"]
misconfigurations:
  - id: AVD-DS-0001
secrets:
  - id: aws-access-token
licenses:
  - id: GPL-3.0
)",
                                           kApp);
  EXPECT_THAT(rules.notes, IsEmpty());
  ASSERT_EQ(rules.ignores.size(), 5u);
  EXPECT_THAT(rules.ignores[0].paths, ElementsAre("/app/usr/local/lib/**", "/app/requirements.txt"));
  EXPECT_EQ(rules.ignores[0].reason, "Only used in tests");
  EXPECT_EQ(format_date(rules.ignores[0].expires), "2027-01-01");
  EXPECT_EQ(rules.ignores[0].line, 2u);
  EXPECT_EQ(rules.ignores[0].kind, FindingKind::vulnerability);
  EXPECT_THAT(rules.ignores[1].purls, ElementsAre("pkg:deb/debian/libssl3"));
  EXPECT_EQ(rules.ignores[2].kind, FindingKind::misconfiguration);
  EXPECT_THAT(rules.ignores[2].ids, ElementsAre("AVD-DS-0001", "DS-0001"));
  EXPECT_EQ(rules.ignores[3].kind, FindingKind::secret);
  EXPECT_THAT(rules.ignores[3].ids, Contains("aws-access-key-id"));
  EXPECT_EQ(rules.ignores[4].kind, FindingKind::licence);
  EXPECT_EQ(rules.ignores[4].reason, "listed in .trivyignore.yaml");
}

TEST(TrivyIgnoreYaml, LeavesOutWhatItCannotTakeAndSaysSo) {
  struct Row {
    std::string_view text, note;
  };
  constexpr Row kRows[] = {
      {"vulnerabilities:\n  - id: X\n    expires: 2027-01-01\n",
       "yaml:2: this entry is not used: unknown key 'expires'"},
      {"vulnerabilities:\n  - id: X\n    expired_at: soon\n", "expired_at: 'soon' is no date"},
      {"vulnerabilities:\n  - paths: [a]\n", "an entry needs an id"},
      {"vulnerabilities:\n  - X\n", "an entry is a mapping"},
      {"vulnerabilities: X\n", "vulnerabilities takes a list"},
      {"vulnerabilities:\n  - {id: X, paths: a}\n", "paths: a list is expected"},
      {"vulnerabilities:\n  - {id: X, purls: [npm/x]}\n", "is no package URL"},
      {"vulns:\n  - id: X\n", "unknown section 'vulns'"},
      {"- id: X\n", "not used: lists under"},
      {"a: [\n", "not used, so what it ignores counts"},
  };
  for (const Row& row : kRows) {
    PeerRules rules = parse_trivyignore_yaml(row.text, kApp);
    EXPECT_THAT(rules.ignores, IsEmpty()) << row.text;
    EXPECT_THAT(rules.notes, Contains(HasSubstr(row.note))) << row.text;
  }
}

TEST(TrivyIgnoreYaml, NotesHaveABudget) {
  std::string text = "vulnerabilities:\n";
  for (int i = 0; i < 100; ++i) text += "  - nothing\n";
  EXPECT_EQ(parse_trivyignore_yaml(text, kApp).notes.size(), kPeerNotes + 1);
}

}  // namespace
}  // namespace drydock::policy
