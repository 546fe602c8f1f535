#include "controls/decide.h"

#include <gtest/gtest.h>

#include <string>

#include "model/testing.h"

namespace drydock::controls {
namespace {

constexpr Subject kDockerfile{.kind = SubjectKind::file, .id = "Dockerfile", .version = {}};
constexpr Subject kOther{.kind = SubjectKind::file, .id = "web/Dockerfile", .version = {}};
constexpr Subject kImage{.kind = SubjectKind::image, .id = "shop", .version = "1"};
constexpr std::string_view kUser[] = {"DF001"};
constexpr std::string_view kBoth[] = {"DF001", "DF002"};
constexpr std::string_view kImageUser[] = {"IM001"};
constexpr ControlEntry kFiles[] = {{.input = EvidenceInput::files, .checks = kUser}};
constexpr ControlEntry kFilesBoth[] = {{.input = EvidenceInput::files, .checks = kBoth}};
constexpr ControlEntry kFilesAndImage[] = {{.input = EvidenceInput::files, .checks = kUser},
                                           {.input = EvidenceInput::image, .checks = kImageUser}};

class Decide : public ::testing::Test {
 protected:
  void examined(std::string_view check, const Subject& subject = kDockerfile) {
    record_.examined.push_back({.checks = record_.pool.copy_span<std::string_view>({{check}}),
                                .subjects = record_.pool.copy_span<Subject>({{subject}})});
  }
  void finding(std::string_view check, Severity severity, Outcome outcome = Outcome::counts,
               std::string_view item = {}) {
    record_.findings.push_back(
        {.check = check, .subject = kDockerfile, .item = item, .severity = severity, .message = "found"});
    record_.decisions.push_back({.outcome = outcome});
  }
  const ControlResult& decided(std::span<const ControlEntry> entries) {
    const Control control{.id = "image.user",
                          .title = "User",
                          .section = "Image Security",
                          .severity = Severity::high,
                          .entries = entries};
    decide({&control, 1}, record_);
    return record_.controls.at(0);
  }
  Verdict verdict(std::span<const ControlEntry> entries = kFiles) { return decided(entries).verdict; }

  ScanRecord record_;
};

TEST_F(Decide, AnEmptyRecordPassesNothing) {
  EXPECT_EQ(verdict(), Verdict::not_assessed);
  EXPECT_EQ(verdict(kFilesAndImage), Verdict::not_assessed);
  EXPECT_EQ(verdict({}), Verdict::not_assessed);
  EXPECT_EQ(decided(kFilesBoth).evidence[0].text, "nothing of this kind was examined; needs DF001, DF002");
}

TEST_F(Decide, APassNeedsASubjectThatWasExamined) {
  record_.examined.push_back({.checks = kUser, .subjects = {}});  // the check ran, over nothing
  EXPECT_EQ(verdict(), Verdict::not_assessed);
  examined("DF001");
  EXPECT_EQ(verdict(), Verdict::pass);
  EXPECT_EQ(decided(kFiles).evidence[0].text, "1 check on 1 subject found nothing against it");
}

TEST_F(Decide, EveryCheckMustHaveExamined) {
  examined("DF001");
  EXPECT_EQ(verdict(kFilesBoth), Verdict::not_assessed);
  EXPECT_EQ(decided(kFilesBoth).evidence[0].text, "not examined by DF002");
  examined("DF002", kOther);
  EXPECT_EQ(verdict(kFilesBoth), Verdict::pass);
}

TEST_F(Decide, AFindingRefutesFromSeverityLow) {
  examined("DF001");
  finding("DF001", Severity::info);
  EXPECT_EQ(verdict(), Verdict::pass);
  finding("DF001", Severity::low);
  EXPECT_EQ(verdict(), Verdict::fail);
  const Evidence& evidence = record_.controls[0].evidence[0];
  EXPECT_EQ(evidence.finding, 1u);
  EXPECT_EQ(evidence.subject, kDockerfile);
  EXPECT_EQ(evidence.text, "found");
}

TEST_F(Decide, AFindingBelowTheThresholdOrInTheBaselineStillRefutes) {
  examined("DF001");
  finding("DF001", Severity::medium, Outcome::below_threshold);
  EXPECT_EQ(verdict(), Verdict::fail);
  record_.decisions[0].outcome = Outcome::known;
  EXPECT_EQ(verdict(), Verdict::fail);
  record_.decisions.clear();  // policy did not run
  EXPECT_EQ(verdict(), Verdict::fail);
}

TEST_F(Decide, AFindingOfUnknownSeverityIsNoPass) {
  examined("DF001");
  finding("DF001", Severity::unknown);
  EXPECT_EQ(verdict(), Verdict::unknown);
}

TEST_F(Decide, AnIgnoredFindingMakesAnException) {
  examined("DF001");
  finding("DF001", Severity::high, Outcome::ignored);
  EXPECT_EQ(verdict(), Verdict::excepted);
  finding("DF001", Severity::high);
  EXPECT_EQ(verdict(), Verdict::fail);
}

TEST_F(Decide, AFindingThatDoesNotAffectUsIsEvidenceButNoRefutation) {
  examined("DF001");
  finding("DF001", Severity::high, Outcome::not_affected);
  EXPECT_EQ(verdict(), Verdict::pass);
  EXPECT_EQ(record_.controls[0].evidence.size(), 2u);
}

TEST_F(Decide, UnknownBeatsPassAndExceptionButNotFailure) {
  examined("DF001");
  record_.unknowns.push_back({.check = "DF001", .subject = kDockerfile, .at = {}, .reason = "BASE has no value"});
  EXPECT_EQ(verdict(), Verdict::unknown);
  EXPECT_EQ(record_.controls[0].evidence[0].text, "BASE has no value");
  finding("DF001", Severity::high, Outcome::ignored);
  EXPECT_EQ(verdict(), Verdict::unknown);
  finding("DF001", Severity::high);
  EXPECT_EQ(verdict(), Verdict::fail);
}

TEST_F(Decide, AnUnreadSubjectCountsForEveryCheckOfItsInput) {
  examined("DF001");
  examined("IM001", kImage);
  record_.unknowns.push_back({.check = {}, .subject = kImage, .at = {}, .reason = "layer 2 could not be read"});
  EXPECT_EQ(verdict(kFiles), Verdict::pass);
  EXPECT_EQ(verdict(kFilesAndImage), Verdict::unknown);
  record_.unknowns[0].subject = {.kind = SubjectKind::repository, .id = ".", .version = {}};
  EXPECT_EQ(verdict(kFiles), Verdict::unknown);
}

TEST_F(Decide, AnUnreadSubjectDoesNotMakeAnUnexaminedEntryUnknown) {
  record_.unknowns.push_back({.check = {}, .subject = kDockerfile, .at = {}, .reason = "not readable"});
  EXPECT_EQ(verdict(), Verdict::not_assessed);
}

TEST_F(Decide, WhatAppliesToNoSubjectIsNotApplicable) {
  examined("DF001");
  examined("DF001", kOther);
  record_.not_applicable.push_back({.check = "DF001", .subject = kDockerfile, .reason = "FROM scratch"});
  EXPECT_EQ(verdict(), Verdict::pass);
  record_.not_applicable.push_back({.check = "DF001", .subject = kDockerfile, .reason = "said twice"});
  EXPECT_EQ(verdict(), Verdict::pass);
  record_.not_applicable.push_back({.check = "DF001", .subject = kOther, .reason = "FROM scratch"});
  EXPECT_EQ(verdict(), Verdict::not_applicable);
}

TEST_F(Decide, EntriesJoinToTheWeightiestVerdict) {
  examined("DF001");
  EXPECT_EQ(verdict(kFilesAndImage), Verdict::partial);  // the image was not examined
  examined("IM001", kImage);
  EXPECT_EQ(verdict(kFilesAndImage), Verdict::pass);
  record_.not_applicable.push_back({.check = "IM001", .subject = kImage, .reason = "no shell"});
  EXPECT_EQ(verdict(kFilesAndImage), Verdict::pass);
  finding("IM001", Severity::high, Outcome::ignored);
  EXPECT_EQ(verdict(kFilesAndImage), Verdict::excepted);
  finding("DF001", Severity::high);
  EXPECT_EQ(verdict(kFilesAndImage), Verdict::fail);
  EXPECT_EQ(record_.controls[0].evidence[0].says, Verdict::fail);  // what decided comes first
}

TEST_F(Decide, NotAssessedAndNotApplicableTogetherAreNoPass) {
  examined("DF001");
  record_.not_applicable.push_back({.check = "DF001", .subject = kDockerfile, .reason = "FROM scratch"});
  EXPECT_EQ(verdict(kFilesAndImage), Verdict::not_assessed);
}

TEST_F(Decide, ItemsNarrowWhatRefutes) {
  static constexpr std::string_view kItems[] = {"HSTS"};
  static constexpr ControlEntry kHsts[] = {{.input = EvidenceInput::files, .checks = kUser, .items = kItems}};
  examined("DF001");
  finding("DF001", Severity::high, Outcome::counts, "CSP");
  EXPECT_EQ(verdict(kHsts), Verdict::pass);
  finding("DF001", Severity::high, Outcome::counts, "HSTS");
  EXPECT_EQ(verdict(kHsts), Verdict::fail);
}

TEST_F(Decide, CanBeRepeated) {
  examined("DF001");
  verdict();
  verdict();
  EXPECT_EQ(record_.controls.size(), 1u);
  EXPECT_EQ(record_.controls[0].evidence.size(), 1u);
}

}  // namespace
}  // namespace drydock::controls
