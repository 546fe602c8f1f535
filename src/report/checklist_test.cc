#include <gtest/gtest.h>

#include <string>

#include "base/text.h"
#include "model/testing.h"
#include "report/report.h"
#include "report/text_layout.h"

namespace drydock::report {
namespace {

ControlResult control_with(Verdict verdict, size_t evidence) {
  ControlResult control{.control = "image.non-root-user",
                        .title = "Final image user is an unprivileged service account",
                        .section = "Image Security",
                        .severity = Severity::high,
                        .verdict = verdict};
  for (size_t i = 0; i < evidence; ++i)
    control.evidence.push_back({.input = EvidenceInput::files,
                                .says = verdict,
                                .check = "DF001",
                                .subject = {},
                                .at = {.path = "backend/Dockerfile", .line = 1},
                                .text = "no USER is set"});
  return control;
}

TEST(Checklist, ShowsEveryVerdictWithItsWordAndCountsThem) {
  ScanRecord record;
  for (int i = 0; i <= static_cast<int>(Verdict::not_applicable); ++i)
    record.controls.push_back(control_with(static_cast<Verdict>(i), 1));
  std::string report = render_checklist(record, {});
  for (std::string_view word :
       {"FAIL", "EXPIRED", "unknown", "excepted", "partial", "not assessed", "attested", "pass", "n/a"}) {
    EXPECT_NE(report.find("  " + std::string(word) + " "), std::string::npos) << word;
    EXPECT_NE(report.find("1 " + std::string(word)), std::string::npos) << word;
  }
  EXPECT_TRUE(report.starts_with("Image Security\n")) << report;
}

TEST(Checklist, ShowsWhatDecidedAndSaysHowMuchIsLeftOut) {
  ScanRecord record;
  record.controls.push_back(control_with(Verdict::fail, 7));
  record.controls[0].evidence.push_back({.says = Verdict::pass, .text = "the other entry passes"});
  std::string report = render_checklist(record, {});
  EXPECT_NE(report.find("files: DF001 backend/Dockerfile:1 no USER is set\n"), std::string::npos) << report;
  EXPECT_NE(report.find("and 3 more (--all)"), std::string::npos) << report;
  EXPECT_EQ(report.find("the other entry passes"), std::string::npos);
  std::string all = render_checklist(record, {.all = true});
  EXPECT_EQ(all.find("more (--all)"), std::string::npos);
  EXPECT_NE(all.find("the other entry passes"), std::string::npos);
}

TEST(Checklist, NeverExceedsTheWidthAndPrintsNothingRaw) {
  static const std::string kNasty = "\x1b[2J\xff line one\nline two \u202e " + std::string(300, 'W') + " 日本語日本語";
  ScanRecord record;
  for (int i = 0; i <= static_cast<int>(Verdict::not_applicable); ++i) {
    record.controls.push_back(control_with(static_cast<Verdict>(i), 1));
    Evidence& evidence = record.controls.back().evidence[0];
    evidence.check = evidence.text = evidence.at.path = kNasty;
  }
  record.controls.push_back({.control = kNasty, .title = kNasty, .section = "Other"});
  std::vector<std::string> notes{kNasty};
  for (size_t width : {60, 100, 200}) {
    std::string report = render_checklist(record, {.width = width, .all = true, .notes = notes});
    for (std::string_view rest = report; !rest.empty();) {
      std::string_view line = take_line(rest);
      EXPECT_LE(columns_of(line), width) << line;
      EXPECT_EQ(one_line(line), line);
    }
    std::string coloured = render_checklist(record, {.width = width, .colour = true, .notes = notes});
    EXPECT_EQ(coloured.find("\x1b[2J"), std::string::npos);
  }
}

}  // namespace
}  // namespace drydock::report
