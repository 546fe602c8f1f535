#include "model/record_json.h"

#include <gtest/gtest.h>

#include <string>

#include "model/testing.h"

namespace drydock {
namespace {

ScanRecord decided_record() {
  ScanRecord record = testing::sample_record();
  record.decisions.resize(record.findings.size());
  record.decisions[1] = {.outcome = Outcome::ignored,
                         .reason = "accepted",
                         .source = "drydock.yaml:3",
                         .owner = "security@shop.example",
                         .expires = {1'798'675'200}};
  record.decisions[2].outcome = Outcome::not_affected;
  record.decisions[3].outcome = Outcome::known;
  record.decisions[4].outcome = Outcome::below_threshold;
  for (int i = 0; i <= static_cast<int>(Verdict::not_applicable); ++i) {
    ControlResult control{.control = "image.base-pinned",
                          .title = "Pinned",
                          .section = "Image Security",
                          .severity = Severity::medium,
                          .verdict = static_cast<Verdict>(i)};
    control.evidence.push_back({.input = EvidenceInput::files,
                                .says = static_cast<Verdict>(i),
                                .check = "DF006",
                                .subject = record.findings[0].subject,
                                .at = *record.findings[0].location(),
                                .text = "python:latest moves",
                                .finding = 0});
    control.evidence.push_back({.input = EvidenceInput::person, .text = "nobody asked"});
    record.controls.push_back(control);
  }
  return record;
}

std::string encoded_again(const std::string& text) {
  Result<ScanRecord> decoded = decode_record(text);
  return decoded ? encode_record(*decoded) : decoded.error().message;
}

TEST(RecordJson, EncodingIsStableOverARecordWithEveryKindOfFinding) {
  std::string text = encode_record(decided_record());
  EXPECT_EQ(encoded_again(text), text);
  for (std::string_view kind : {"misconfiguration", "vulnerability", "secret", "licence"})
    EXPECT_NE(text.find("\"kind\": \"" + std::string(kind) + "\""), std::string::npos) << kind;
}

TEST(RecordJson, EncodingIsStableOverAnEmptyRecord) {
  std::string text = encode_record(ScanRecord{});
  EXPECT_EQ(text, "{\n  \"schema\": 1\n}\n");
  EXPECT_EQ(encoded_again(text), text);
}

TEST(RecordJson, DecodesEveryFieldThatReportsRead) {
  ScanRecord record = decided_record();
  Result<ScanRecord> decoded = decode_record(encode_record(record, false));
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
  EXPECT_EQ(decoded->target, record.target);
  EXPECT_EQ(decoded->started, record.started);
  ASSERT_EQ(decoded->findings.size(), record.findings.size());
  for (size_t i = 0; i < record.findings.size(); ++i) {
    const Finding &is = decoded->findings[i], &was = record.findings[i];
    EXPECT_EQ(is.kind(), was.kind());
    EXPECT_EQ(is.fingerprint, was.fingerprint);
    EXPECT_EQ(fingerprint_of(is), fingerprint_of(was));
    ASSERT_EQ(is.locations.size(), was.locations.size());
    EXPECT_EQ(is.locations[0], was.locations[0]);
    EXPECT_EQ(decoded->decisions[i].outcome, record.decisions[i].outcome);
  }
  EXPECT_EQ(decoded->decisions[1].expires, record.decisions[1].expires);
  EXPECT_EQ(decoded->packages[1].name, "left");
  EXPECT_EQ(decoded->packages[1].ecosystem, Ecosystem::debian);
  EXPECT_EQ(decoded->stacks[0].services[0].container.ports[0].host_first, 8080);
  EXPECT_FALSE(decoded->stacks[0].services[1].active);
  EXPECT_EQ(decoded->controls[0].evidence[0].finding, 0u);
  EXPECT_EQ(decoded->controls[0].evidence[1].finding, UINT32_MAX);
  EXPECT_EQ(decoded->controls.back().verdict, Verdict::not_applicable);
}

TEST(RecordJson, HostileTextComesBackAsTheFirstReadingGaveIt) {
  ScanRecord record = testing::sample_record();
  record.findings[0].message = "bad \xff\xfe bytes, \x1b[31m, \"quotes\", \\ and \n";
  record.target_path = std::string_view("nul\0inside", 10);
  std::string text = encode_record(record);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\xff'), std::string::npos);
  EXPECT_EQ(encoded_again(text), text);
}

TEST(RecordJson, SkipsUnknownFieldsAndReadsWrongTypesAsDefaults) {
  Result<ScanRecord> record = decode_record(
      R"({"schema": 1, "future": {"x": [1]}, "started": 5, "counts": [], "elapsed_milliseconds": "many",
          "findings": [{"kind": "weather", "check": "DF001", "severity": "loud", "locations": {"a": 1}}, 7]})");
  ASSERT_TRUE(record.has_value()) << record.error().message;
  ASSERT_EQ(record->findings.size(), 2u);
  EXPECT_EQ(record->findings[0].check, "DF001");
  EXPECT_EQ(record->findings[0].severity, Severity::unknown);
  EXPECT_EQ(record->findings[0].kind(), FindingKind::misconfiguration);
  EXPECT_TRUE(record->findings[0].locations.empty());
  EXPECT_EQ(record->elapsed_milliseconds, 0);
}

TEST(RecordJson, SaysWhyARecordCannotBeRead) {
  struct Case {
    std::string_view text, message;
    Errc code;
  };
  constexpr Case kCases[] = {
      {"", "line 1, column 1: the file ends where a value is expected", Errc::truncated},
      {"{}", "this is no scan record: it has no \"schema\"", Errc::unsupported},
      {"[]", "this is no scan record: it has no \"schema\"", Errc::unsupported},
      {R"({"schema": 2})", "the scan record has schema 2, this drydock reads 1", Errc::unsupported},
      {R"({"schema": 1, "findings": [{"kind": "vulnerability", "vulnerability": {"package": 3}}]})",
       "a finding names package 3, which the record lacks", Errc::malformed},
      {R"({"schema": 1, "findings": [{"kind": "licence"}]})", "a finding names package 0, which the record lacks",
       Errc::malformed},
      {R"({"schema": 1, "decisions": [{"outcome": "counts"}]})", "the record has not one decision for each finding",
       Errc::malformed},
      {R"({"schema": 1, "controls": [{"control": "a.b", "evidence": [{"finding": 0}]}]})",
       "control a.b names finding 0, which the record lacks", Errc::malformed},
  };
  for (const Case& c : kCases) {
    Result<ScanRecord> record = decode_record(c.text);
    ASSERT_FALSE(record.has_value()) << c.text;
    EXPECT_EQ(record.error().message, c.message) << c.text;
    EXPECT_EQ(record.error().code, c.code) << c.text;
  }
}

TEST(RecordJson, DecodedTextOutlivesTheBytesItWasReadFrom) {
  std::string text = encode_record(testing::sample_record());
  Result<ScanRecord> record = decode_record(text);
  text.assign(text.size(), 'x');
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->findings[0].check, "SD001");
}

}  // namespace
}  // namespace drydock
