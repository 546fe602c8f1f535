#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "model/testing.h"
#include "report/report.h"
#include "report/text_layout.h"

namespace drydock::report {
namespace {

// The text without our own colours, which are the only escape sequences that may be in it.
std::string without_colours(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    if (text.starts_with("\x1b[")) {
      size_t end = text.find_first_not_of("0123456789;", 2);
      if (end != std::string_view::npos && text[end] == 'm') {
        text.remove_prefix(end + 1);
        continue;
      }
    }
    plain += text[0];
    text.remove_prefix(1);
  }
  return plain;
}

void expect_fits(const std::string& report, size_t width) {
  std::string plain = without_colours(report);
  for (std::string_view rest = plain; !rest.empty();) {
    std::string_view text = take_line(rest);
    EXPECT_LE(columns_of(text), width) << text;
    EXPECT_EQ(one_line(text), text) << "raw bytes in the report";
  }
}

// Long and odd values in everything that reports print.
ScanRecord hostile_record() {
  ScanRecord record = testing::sample_record();
  static const std::string kNasty = "\x1b]0;title\x07\x1b[2J\xff\xfe line one\nline two\r\tand \u202e more " +
                                    std::string(300, 'W') + " 日本語日本語";
  static const Location kAt[] = {{.path = kNasty, .span = {}, .line = 4'000'000'000}};
  static const std::string_view kServices[] = {kNasty, kNasty};
  record.target_path = kNasty;
  record.tool_version = kNasty;
  record.stacks[0].project = kNasty;
  record.images[0].os = kNasty;
  for (Package& package : record.packages) package.name = package.version = kNasty;
  for (Finding& finding : record.findings) {
    finding.message = kNasty;
    finding.locations = kAt;
    finding.services = kServices;
    finding.check = kNasty;
    if (auto* vulnerability = std::get_if<VulnerabilityDetail>(&finding.detail))
      vulnerability->id = vulnerability->upgrade = kNasty;
  }
  for (Unknown& unknown : record.unknowns) unknown = {.check = kNasty, .subject = {}, .at = kAt[0], .reason = kNasty};
  record.decisions.resize(record.findings.size());
  record.decisions[0] = {.outcome = Outcome::ignored, .reason = kNasty, .source = kNasty, .owner = kNasty};
  record.controls.push_back({.control = "image.base-pinned",
                             .title = "Pinned",
                             .section = "Image Security",
                             .severity = Severity::low,
                             .verdict = Verdict::fail});
  record.controls[0].evidence.push_back(
      {.says = Verdict::fail, .check = kNasty, .subject = {}, .at = kAt[0], .text = kNasty});
  return record;
}

TEST(Table, NeverExceedsTheWidthAndPrintsNothingRaw) {
  ScanRecord plain = testing::sample_record(), hostile = hostile_record();
  plain.decisions.resize(plain.findings.size());  // all count: the last lines are printed too
  std::vector<std::string> notes{"drydock.yaml:3: the ignore of \x1b[2J expired " + std::string(300, 'n')};
  for (const ScanRecord* record : {&plain, &hostile}) {
    for (size_t width : {60, 100, 200}) {
      for (bool colour : {false, true}) {
        for (bool all : {false, true}) {
          SCOPED_TRACE(::testing::Message() << width << (colour ? " colour" : "") << (all ? " all" : ""));
          RenderOptions options{.width = width, .colour = colour, .all = all, .notes = notes};
          expect_fits(render_table(*record, options), width);
          if (!colour) {
            EXPECT_EQ(render_table(*record, options).find('\x1b'), std::string::npos);
          }
        }
      }
    }
  }
}

TEST(Table, ShowsEveryFindingAtEveryWidth) {
  ScanRecord record = testing::sample_record();
  for (size_t width : {60, 100, 200}) {
    std::string report = render_table(record, {.width = width});
    for (const Finding& finding : record.findings) {
      const auto* vulnerability = std::get_if<VulnerabilityDetail>(&finding.detail);
      std::string_view id = vulnerability ? vulnerability->id : finding.check;
      EXPECT_NE(report.find(id), std::string::npos) << id << " at width " << width;
    }
    EXPECT_NE(report.find("1 critical  2 high  1 medium  1 info"), std::string::npos);
  }
}

TEST(Table, GathersTheVulnerabilitiesOfAPackageAndCountsThem) {
  ScanRecord record = testing::sample_record();
  Finding more = *std::ranges::find(record.findings, FindingKind::vulnerability, &Finding::kind);
  auto& detail = std::get<VulnerabilityDetail>(more.detail);
  detail.id = "CVE-2023-2";
  detail.fixed_version = {};
  more.item = "CVE-2023-2 flask";
  record.findings.push_back(more);
  std::string report = render_table(record, {});
  EXPECT_NE(report.find("CVE-2023-1 +1"), std::string::npos) << report;
  EXPECT_NE(report.find("flask 2.0.0 → 2.2.5, 1 of them without a fix"), std::string::npos) << report;
  std::string all = render_table(record, {.all = true});
  EXPECT_NE(all.find("CVE-2023-2 "), std::string::npos);
}

TEST(Table, HidesIgnoredFindingsButSaysHowMany) {
  ScanRecord record = testing::sample_record();
  record.decisions.resize(record.findings.size());
  record.decisions[0] = {.outcome = Outcome::ignored, .reason = "known", .source = "drydock.yaml:3"};
  std::string report = render_table(record, {});
  EXPECT_EQ(report.find("SD001"), std::string::npos);
  EXPECT_NE(report.find("1 ignored (--all)"), std::string::npos);
  std::string all = render_table(record, {.all = true});
  EXPECT_NE(all.find("SD001"), std::string::npos);
  EXPECT_NE(all.find("(ignored by"), std::string::npos) << all;
}

TEST(Table, AnEmptyRecordSaysThatNothingWasLookedFor) {
  std::string report = render_table(ScanRecord{}, {});
  EXPECT_NE(report.find("No findings\n0 files, 0 packages"), std::string::npos) << report;
  EXPECT_NE(report.find("No advisory data was used: vulnerabilities were not looked for."), std::string::npos);
}

TEST(Table, WhatWasNotExaminedIsListedAndCounted) {
  ScanRecord record = testing::sample_record();
  std::string report = render_table(record, {});
  EXPECT_NE(report.find("Not examined: 2."), std::string::npos);
  EXPECT_NE(report.find("  DF006 backend/Dockerfile:9: BASE has no value here; give it a default\n"), std::string::npos)
      << report;
  for (int i = 0; i < 20; ++i) record.unknowns.push_back(record.unknowns[0]);
  EXPECT_NE(render_table(record, {}).find("and 10 more (--all)"), std::string::npos);
  EXPECT_EQ(render_table(record, {.all = true}).find("more (--all)"), std::string::npos);
}

TEST(Table, PathsAreShownFromTheTarget) {
  ScanRecord record = testing::sample_record();
  for (std::string_view target : {"backend", "backend/", "backend//"}) {
    record.target_path = target;
    EXPECT_NE(render_table(record, {}).find(" Dockerfile:1 "), std::string::npos) << target;
  }
  record.target_path = "back";  // no folder of the path
  EXPECT_NE(render_table(record, {}).find(" backend/Dockerfile:1 "), std::string::npos);
}

}  // namespace
}  // namespace drydock::report
