#include "policy/policy.h"

#include <gtest/gtest.h>

#include <string>

#include "model/testing.h"

namespace drydock::policy {
namespace {

constexpr Time kNow{1'795'305'600};  // 2026-11-22

bool same_check(std::string_view wanted, std::string_view check) {
  return wanted == check || (wanted == "DL3002" && check == "DF002");
}

Policy policy_of(std::string_view text) {
  Result<Policy> policy = parse_policy(text, "drydock.yaml");
  EXPECT_TRUE(policy.has_value()) << policy.error().message;
  return policy ? *policy : Policy{};
}

const Decision& decision_of(const ScanRecord& record, std::string_view check) {
  for (size_t i = 0; i < record.findings.size(); ++i)
    if (record.findings[i].check == check) return record.decisions[i];
  ADD_FAILURE() << check;
  return record.decisions[0];
}

Outcome outcome_of(std::string_view settings, std::string_view check) {
  ScanRecord record = testing::sample_record();
  decide(policy_of(settings), kNow, same_check, record);
  return decision_of(record, check).outcome;
}

TEST(PolicyFile, ReadsEveryField) {
  Policy policy = policy_of(R"(# ours
policy:
  fail-on: MEDIUM
  ignore-unfixed: true
  inline-ignores: no
ignore:
  - id: [DF001, CVE-2023-1]
    paths: docs/**
    services: [web, worker]
    reason: accepted
    owner: security@shop.example
    expires: 2027-03-31
  - {id: "*", reason: all of it}
settings:
  allowed-registries: [registry.example]
  allowed-ports: 443/tcp
  expected-uid: 10001
)");
  EXPECT_EQ(policy.fail_on, Severity::medium);
  EXPECT_TRUE(policy.ignore_unfixed);
  EXPECT_FALSE(policy.inline_ignores);
  ASSERT_EQ(policy.ignores.size(), 2u);
  const Ignore& first = policy.ignores[0];
  EXPECT_EQ(first.ids, (std::vector<std::string>{"DF001", "CVE-2023-1"}));
  EXPECT_EQ(first.paths, std::vector<std::string>{"docs/**"});
  EXPECT_EQ(first.services, (std::vector<std::string>{"web", "worker"}));
  EXPECT_EQ(first.reason, "accepted");
  EXPECT_EQ(first.owner, "security@shop.example");
  EXPECT_EQ(format_date(first.expires), "2027-03-31");
  EXPECT_EQ(first.line, 7u);
  EXPECT_EQ(policy.ignores[1].line, 13u);
  EXPECT_FALSE(policy.ignores[1].expires.known());
  EXPECT_EQ(policy.expected_uid, 10001u);
  StringPool pool;
  Settings settings = settings_of(policy, pool);
  EXPECT_EQ(settings.allowed_registries[0], "registry.example");
  EXPECT_EQ(settings.allowed_ports[0], "443/tcp");
  EXPECT_EQ(settings.expected_uid, 10001u);
}

TEST(PolicyFile, NothingInItMeansTheDefaults) {
  for (std::string_view text : {"", "\n", "# only a comment\n", "---\n", "policy:\n  inline-ignores: true\n"}) {
    Policy policy = policy_of(text);
    EXPECT_EQ(policy.fail_on, Severity::high) << text;
    EXPECT_FALSE(policy.never_fail);
    EXPECT_TRUE(policy.inline_ignores);
    EXPECT_TRUE(policy.ignores.empty());
  }
  EXPECT_TRUE(policy_of("policy: {fail-on: never}").never_fail);
}

TEST(PolicyFile, ErrorsNameFileAndLine) {
  struct Case {
    std::string_view text, message;
  };
  constexpr Case kCases[] = {
      {"[]", "drydock.yaml:1: a mapping is expected here"},
      {"just text", "drydock.yaml:1: a mapping is expected here"},
      {"polcy: {}\n", "drydock.yaml:1: unknown key 'polcy'; known here: policy, ignore, settings"},
      {"\n\npolicy:\n  fail_on: high\n",
       "drydock.yaml:4: unknown key 'fail_on'; known here: fail-on, ignore-unfixed, inline-ignores"},
      {"policy:\n  fail-on: enormous\n", "drydock.yaml:2: fail-on takes info, low, medium, high, critical or never"},
      {"policy:\n  fail-on: unknown\n", "drydock.yaml:2: fail-on takes info, low, medium, high, critical or never"},
      {"policy:\n  fail-on: [high]\n", "drydock.yaml:2: fail-on takes info, low, medium, high, critical or never"},
      {"policy: high\n", "drydock.yaml:1: a mapping is expected here"},
      {"policy:\n  ignore-unfixed: perhaps\n", "drydock.yaml:2: true or false is expected here"},
      {"ignore: DF001\n", "drydock.yaml:1: ignore takes a list"},
      {"ignore:\n  - DF001\n", "drydock.yaml:2: a mapping is expected here"},
      {"ignore:\n  - reason: x\n",
       "drydock.yaml:2: an ignore needs an id: a check, a CVE, a secret rule, a fingerprint or \"*\""},
      {"ignore:\n  - id: []\n    reason: x\n",
       "drydock.yaml:2: an ignore needs an id: a check, a CVE, a secret rule, a fingerprint or \"*\""},
      {"ignore:\n  - id: \"\"\n    reason: x\n", "drydock.yaml:2: a text is expected here"},
      {"ignore:\n  - id: DF001\n", "drydock.yaml:2: an ignore needs a reason"},
      {"ignore:\n  - id: DF001\n    reason: ' '\n", "drydock.yaml:2: an ignore needs a reason"},
      {"ignore:\n  - id: DF001\n    reason: x\n    until: 2027-01-01\n",
       "drydock.yaml:4: unknown key 'until'; known here: id, paths, services, reason, owner, expires"},
      {"ignore:\n  - id: DF001\n    reason: x\n    expires: soon\n",
       "drydock.yaml:4: expires: 'soon' is no date; write 2026-11-22 or 2026-11-22T08:30:00Z"},
      {"ignore:\n  - id: DF001\n    reason: x\n    expires:\n",
       "drydock.yaml:4: expires: '' is no date; write 2026-11-22 or 2026-11-22T08:30:00Z"},
      {"ignore:\n  - id: {a: b}\n    reason: x\n", "drydock.yaml:2: a text or a list of texts is expected here"},
      {"ignore:\n  - id: [[a]]\n    reason: x\n", "drydock.yaml:2: a text is expected here"},
      {"settings:\n  expected-uid: root\n", "drydock.yaml:2: expected-uid takes a number"},
      {"settings:\n  expected-uid: 99999999999\n", "drydock.yaml:2: expected-uid takes a number"},
  };
  for (const Case& c : kCases) {
    Result<Policy> policy = parse_policy(c.text, "drydock.yaml");
    ASSERT_FALSE(policy.has_value()) << c.text;
    EXPECT_EQ(policy.error().message, c.message) << c.text;
  }
}

TEST(PolicyFile, WhatIsNoYamlOrSaysAThingTwiceIsRefusedWithItsLine) {
  for (std::string_view text : {"policy:\n  fail-on: [high\n", "policy: {}\n\tignore: []\n",
                                "ignore: []\n---\nignore: []\n", "policy: {}\npolicy: {fail-on: never}\n"}) {
    Result<Policy> policy = parse_policy(text, "drydock.yaml");
    ASSERT_FALSE(policy.has_value()) << text;
    std::string_view message = policy.error().message;
    EXPECT_TRUE(message.starts_with("drydock.yaml:")) << message;
    EXPECT_TRUE(message.size() > 13 && message[13] >= '1' && message[13] <= '9') << message;
  }
}

TEST(PolicyFile, HostileKeysReachNoTerminal) {
  Result<Policy> policy = parse_policy("\"\\e[2J\": 1\n", "drydock.yaml");
  ASSERT_FALSE(policy.has_value());
  EXPECT_EQ(policy.error().message.find('\x1b'), std::string::npos);
}

TEST(Decide, TheThresholdDecidesWhatCounts) {
  struct Case {
    std::string_view fail_on;
    size_t counting;
  };
  // The sample has 1 critical, 2 high (one of them with an inline ignore), 1 medium, 1 info.
  constexpr Case kCases[] = {{"critical", 1}, {"high", 2}, {"medium", 3}, {"low", 3}, {"info", 4}, {"never", 0}};
  for (const Case& c : kCases) {
    ScanRecord record = testing::sample_record();
    Summary summary = decide(policy_of("policy: {fail-on: " + std::string(c.fail_on) + "}"), kNow, same_check, record);
    EXPECT_EQ(summary.counting, c.counting) << c.fail_on;
    EXPECT_EQ(record.decisions.size(), record.findings.size());
  }
}

TEST(Decide, AFindingIsIgnoredByEachOfItsNames) {
  for (std::string_view id : {"DF002", "DL3002", "*"})
    EXPECT_EQ(
        outcome_of("policy: {inline-ignores: false}\nignore: [{id: \"" + std::string(id) + "\", reason: x}]", "DF002"),
        Outcome::ignored);
  for (std::string_view id : {"VU003", "CVE-2023-1", "cve-2023-1", "GHSA-AAAA-bbbb-cccc", "PYSEC-2023-1"})
    EXPECT_EQ(outcome_of("ignore: [{id: " + std::string(id) + ", reason: x}]", "VU003"), Outcome::ignored) << id;
  for (std::string_view id : {"SD001", "github-pat"})
    EXPECT_EQ(outcome_of("ignore: [{id: " + std::string(id) + ", reason: x}]", "SD001"), Outcome::ignored) << id;
  ScanRecord record = testing::sample_record();
  for (const Finding& finding : record.findings)
    EXPECT_EQ(outcome_of("ignore: [{id: \"" + std::string(finding.fingerprint) + "\", reason: x}]", finding.check),
              Outcome::ignored);
  for (std::string_view id : {"DF00", "CVE-2023-11", "github", "df006"})
    for (std::string_view check : {"DF006", "VU003", "SD001"})
      EXPECT_NE(outcome_of("ignore: [{id: " + std::string(id) + ", reason: x}]", check), Outcome::ignored) << id;
}

TEST(Decide, PathsAndServicesNarrowAnIgnore) {
  EXPECT_EQ(outcome_of("ignore: [{id: DF006, paths: [backend/**], reason: x}]", "DF006"), Outcome::ignored);
  EXPECT_EQ(outcome_of("ignore: [{id: DF006, paths: [Dockerfile], reason: x}]", "DF006"), Outcome::ignored);
  EXPECT_NE(outcome_of("ignore: [{id: DF006, paths: [frontend/**], reason: x}]", "DF006"), Outcome::ignored);
  EXPECT_EQ(outcome_of("ignore: [{id: DF006, services: [web, backend], reason: x}]", "DF006"), Outcome::ignored);
  EXPECT_NE(outcome_of("ignore: [{id: DF006, services: [web], reason: x}]", "DF006"), Outcome::ignored);
  EXPECT_NE(outcome_of("ignore: [{id: SD001, services: [backend], reason: x}]", "SD001"), Outcome::ignored);
}

TEST(Decide, AnExpiredIgnoreFiresAgainAndSaysSo) {
  ScanRecord record = testing::sample_record();
  Policy policy = policy_of("ignore:\n  - {id: DF006, reason: x, expires: 2026-11-22}\n");
  Summary summary = decide(policy, kNow, same_check, record);
  EXPECT_NE(decision_of(record, "DF006").outcome, Outcome::ignored);
  ASSERT_EQ(summary.notes.size(), 1u);
  EXPECT_EQ(summary.notes[0], "drydock.yaml:2: the ignore of DF006 expired on 2026-11-22; 1 finding counts again");
  decide(policy, {kNow.seconds - 1}, same_check, record);
  EXPECT_EQ(decision_of(record, "DF006").outcome, Outcome::ignored);
  EXPECT_EQ(decision_of(record, "DF006").expires, kNow);
}

TEST(Decide, AnIgnoreThatMatchesNothingIsReported) {
  ScanRecord record = testing::sample_record();
  Summary summary = decide(policy_of("ignore:\n  - {id: DF999, reason: x}\n"), kNow, same_check, record);
  EXPECT_TRUE(summary.notes.empty());
  ASSERT_EQ(summary.unused.size(), 1u);
  EXPECT_EQ(summary.unused[0],
            "drydock.yaml:2: the ignore of DF999 matches no finding; remove it or correct its id and paths");
}

TEST(Decide, InlineIgnoresCountUnlessSwitchedOff) {
  ScanRecord record = testing::sample_record();
  decide(Policy{}, kNow, same_check, record);
  EXPECT_EQ(decision_of(record, "DF002").outcome, Outcome::ignored);
  EXPECT_EQ(decision_of(record, "DF002").source, "inline backend/Dockerfile:2");
  EXPECT_EQ(decision_of(record, "DF002").reason, "the entrypoint drops root");
  EXPECT_EQ(outcome_of("policy: {inline-ignores: false}", "DF002"), Outcome::counts);
  for (Finding& finding : record.findings) {
    static constexpr InlineIgnore kBare[] = {{.tool = "nosec", .line = 3}};
    finding.ignores = kBare;
  }
  decide(Policy{}, kNow, same_check, record);
  EXPECT_EQ(record.decisions[0].reason, "nosec comment without a reason");
}

TEST(Decide, UnfixedVulnerabilitiesCanBeLeftOutOfTheCount) {
  ScanRecord record = testing::sample_record();
  Policy policy = policy_of("policy: {ignore-unfixed: true}");
  decide(policy, kNow, same_check, record);
  EXPECT_EQ(decision_of(record, "VU003").outcome, Outcome::counts);
  for (Finding& finding : record.findings)
    if (auto* v = std::get_if<VulnerabilityDetail>(&finding.detail)) v->fixed_version = {};
  decide(policy, kNow, same_check, record);
  EXPECT_EQ(decision_of(record, "VU003").outcome, Outcome::below_threshold);
  EXPECT_EQ(decision_of(record, "VU003").reason, "no fix is known (ignore-unfixed)");
}

TEST(Decide, NeverRemovesAFindingAndCanBeRepeated) {
  ScanRecord record = testing::sample_record();
  size_t findings = record.findings.size();
  for (int i = 0; i < 2; ++i) {
    decide(policy_of("ignore: [{id: \"*\", reason: x}]"), kNow, same_check, record);
    EXPECT_EQ(record.findings.size(), findings);
    EXPECT_EQ(record.decisions.size(), findings);
  }
}

}  // namespace
}  // namespace drydock::policy
