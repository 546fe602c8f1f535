#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/arena.h"
#include "formats/json.h"
#include "model/testing.h"
#include "report/report.h"

namespace drydock::report {
namespace {

// The one run of a report. The nodes live as long as the fixture.
class Sarif : public ::testing::Test {
 protected:
  const tree::Node& run_of(const ScanRecord& record) {
    text_ = render_sarif(record, {});
    Result<const tree::Node*> root = json::parse(text_, arena_);
    EXPECT_TRUE(root.has_value()) << text_;
    return *(*root)->find("runs")->items[0];
  }
  static const tree::Node& at(const tree::Node& node, std::initializer_list<std::string_view> path) {
    static const tree::Node kNothing;
    const tree::Node* found = node.find_path(path);
    return found == nullptr ? kNothing : *found;
  }
  std::string text_;
  Arena arena_;
};

TEST_F(Sarif, HasAResultForEachFindingWithItsRule) {
  ScanRecord record = testing::sample_record();
  const tree::Node& run = run_of(record);
  const tree::Node& results = at(run, {"results"});
  const tree::Node& rules = at(run, {"tool", "driver", "rules"});
  ASSERT_EQ(results.items.size(), record.findings.size());
  std::set<std::string_view> ids;
  for (const tree::Node* rule : rules.items) EXPECT_TRUE(ids.insert(rule->string_at("id")).second);
  for (size_t i = 0; i < results.items.size(); ++i) {
    const tree::Node& result = *results.items[i];
    size_t index = std::stoul(std::string(result.string_at("ruleIndex")));
    EXPECT_EQ(rules.items[index]->string_at("id"), result.string_at("ruleId"));
    EXPECT_EQ(at(result, {"message"}).string_at("text"), record.findings[i].message);
    for (std::string_view key : {"primaryLocationLineHash", "drydock/v1"})
      EXPECT_EQ(at(result, {"partialFingerprints"}).string_at(key), record.findings[i].fingerprint);
    EXPECT_FALSE(at(result, {"locations"}).items.empty());
  }
  EXPECT_TRUE(ids.contains("CVE-2023-1"));
  EXPECT_TRUE(ids.contains("github-pat"));
  EXPECT_TRUE(ids.contains("DF006"));
}

TEST_F(Sarif, SeverityIsALevelAndANumber) {
  constexpr std::string_view kLevels[] = {"note", "note", "note", "warning", "error", "error"};
  constexpr std::string_view kNumbers[] = {"0.0", "0.0", "3.0", "5.5", "8.0", "9.5"};
  for (size_t i = 0; i < std::size(kLevels); ++i) {
    ScanRecord record = testing::sample_record();
    record.findings.resize(1);
    record.findings[0].severity = static_cast<Severity>(i);
    const tree::Node& run = run_of(record);
    EXPECT_EQ(at(run, {"results"}).items[0]->string_at("level"), kLevels[i]);
    EXPECT_EQ(at(*at(run, {"tool", "driver", "rules"}).items[0], {"properties"}).string_at("security-severity"),
              kNumbers[i]);
  }
}

TEST_F(Sarif, AVulnerabilityKeepsItsOwnScore) {
  ScanRecord record = testing::sample_record();
  for (const tree::Node* rule : at(run_of(record), {"tool", "driver", "rules"}).items) {
    if (rule->string_at("id") != "CVE-2023-1") continue;
    EXPECT_EQ(at(*rule, {"properties"}).string_at("security-severity"), "7.5");
  }
}

TEST_F(Sarif, PathsAreRelativeReferencesAndLinesStartAtOne) {
  struct Case {
    std::string_view path, uri;
  };
  constexpr Case kCases[] = {{"backend/Dockerfile", "backend/Dockerfile"},
                             {"a b/ü#?%.yml", "a%20b/%C3%BC%23%3F%25.yml"},
                             {"c:d", "c%3Ad"},
                             {"new\nline", "new%0Aline"},
                             {"bad\xff", "bad%FF"}};
  for (const Case& c : kCases) {
    ScanRecord record = testing::sample_record();
    record.findings.resize(1);
    Location where{.path = c.path};
    record.findings[0].locations = {&where, 1};
    const tree::Node& physical =
        at(*at(*at(run_of(record), {"results"}).items[0], {"locations"}).items[0], {"physicalLocation"});
    EXPECT_EQ(at(physical, {"artifactLocation"}).string_at("uri"), c.uri);
    EXPECT_EQ(at(physical, {"region"}).string_at("startLine"), "1");
  }
}

TEST_F(Sarif, AFindingWithoutALocationStandsAtItsSubject) {
  ScanRecord record = testing::sample_record();
  record.findings.resize(1);
  record.findings[0].locations = {};
  const tree::Node& result = *at(run_of(record), {"results"}).items[0];
  EXPECT_EQ(at(*at(result, {"locations"}).items[0], {"physicalLocation", "artifactLocation"}).string_at("uri"), ".env");
}

TEST_F(Sarif, IgnoredFindingsAreSuppressedWhereTheIgnoreStands) {
  ScanRecord record = testing::sample_record();
  record.decisions.resize(record.findings.size());
  record.decisions[0] = {.outcome = Outcome::ignored, .reason = "because", .source = "inline Dockerfile:3"};
  record.decisions[1] = {.outcome = Outcome::ignored, .reason = "because", .source = "drydock.yaml:3"};
  record.decisions[2] = {.outcome = Outcome::not_affected, .reason = "not called", .source = "vex.json"};
  const tree::Node& results = at(run_of(record), {"results"});
  constexpr std::string_view kKinds[] = {"inSource", "external", "external"};
  for (size_t i = 0; i < 3; ++i) {
    const tree::Node& suppression = *at(*results.items[i], {"suppressions"}).items[0];
    EXPECT_EQ(suppression.string_at("kind"), kKinds[i]);
    EXPECT_EQ(suppression.string_at("status"), "accepted");
  }
  EXPECT_EQ(results.items[3]->find("suppressions"), nullptr);
}

TEST_F(Sarif, WhatWasNotExaminedIsANotification) {
  const tree::Node& run = run_of(testing::sample_record());
  const tree::Node& notifications = at(*at(run, {"invocations"}).items[0], {"toolExecutionNotifications"});
  ASSERT_EQ(notifications.items.size(), 2u);
  EXPECT_EQ(at(*notifications.items[0], {"message"}).string_at("text"),
            "Not examined: backend/Dockerfile: BASE has no value here; give it a default");
}

TEST_F(Sarif, KeepsToTheLimitsOfCodeScanningAndSaysSo) {
  ScanRecord record = testing::sample_record();
  static const std::string kLong(5000, 'x');
  record.findings[0].message = kLong;
  while (record.findings.size() < 25'003) record.findings.push_back(record.findings.back());
  const tree::Node& run = run_of(record);
  EXPECT_EQ(at(run, {"results"}).items.size(), 25'000u);
  EXPECT_LE(at(*at(run, {"results"}).items[0], {"message"}).string_at("text").size(), 1024u);
  const tree::Node& notifications = at(*at(run, {"invocations"}).items[0], {"toolExecutionNotifications"});
  EXPECT_EQ(at(*notifications.items[0], {"message"}).string_at("text"),
            "3 findings, the least severe, are left out: code scanning takes 25000. Other report formats hold all.");
}

TEST_F(Sarif, HostileTextStaysText) {
  ScanRecord record = testing::sample_record();
  record.findings[0].message = "\x1b[2J\xff\"}]";
  run_of(record);
  EXPECT_EQ(text_.find('\x1b'), std::string::npos);
  EXPECT_EQ(text_.find('\xff'), std::string::npos);
}

TEST_F(Sarif, AnEmptyRecordIsARunWithoutResults) {
  const tree::Node& run = run_of(ScanRecord{});
  EXPECT_TRUE(at(run, {"results"}).is_sequence());
  EXPECT_TRUE(at(run, {"results"}).items.empty());
}

}  // namespace
}  // namespace drydock::report
