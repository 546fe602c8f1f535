#include "fix/fix.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <deque>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/file.h"

namespace drydock::fix {
namespace {

using Files = std::map<std::string, std::string>;

// A toy scanner: each occurrence of "BAD" is a finding of T001 that offers "good"; "WORSE" one of T002 with its own
// offer; "new" (which only an edit can bring) one of T003 without an offer.
class Toy {
 public:
  explicit Toy(const Files& files) {
    for (const auto& [path, bytes] : files) sources_.add(SourceKind::other, path, bytes);
    present_ = examine({});
  }

  Plan plan() {
    std::vector<const Finding*> offers;
    for (const Finding& finding : present_)
      if (!std::get<MisconfigurationDetail>(finding.detail).edits.empty()) offers.push_back(&finding);
    return plan_fixes(offers, present_, sources_, [&](const Overlay& overlay) {
      ++rescans;
      again_ = examine(overlay);
      return readable ? &again_ : nullptr;
    });
  }

  // What the second and third finding kinds put in place of their word.
  std::string better = "good", worse = "good";
  bool readable = true;
  int rescans = 0;
  void refresh() { present_ = examine({}); }

 private:
  std::vector<Finding> examine(const Overlay& overlay) {
    std::vector<Finding> found;
    for (const Source& source : sources_.all()) {
      auto changed = overlay.find(source.path);
      std::string_view bytes = changed == overlay.end() ? source.bytes : std::string_view(changed->second);
      add(found, source, bytes, "T001", "BAD", &better);
      add(found, source, bytes, "T002", "WORSE", &worse);
      add(found, source, bytes, "T003", "new", nullptr);
    }
    return found;
  }

  void add(std::vector<Finding>& found, const Source& source, std::string_view bytes, std::string_view check,
           std::string_view word, const std::string* instead) {
    for (size_t at = bytes.find(word); at != std::string_view::npos; at = bytes.find(word, at + 1)) {
      Span span{static_cast<uint32_t>(at), static_cast<uint32_t>(at + word.size())};
      Location& where = locations_.emplace_back(Location{.path = source.path, .span = span, .line = 1});
      MisconfigurationDetail detail;
      if (instead != nullptr) {
        Edit& edit = edits_.emplace_back(Edit{.span = span, .text = *instead, .path = source.path});
        detail.edits = {&edit, 1};
      }
      found.push_back({.check = check, .subject = {}, .message = "found", .locations = {&where, 1}, .detail = detail});
    }
  }

  Sources sources_;
  std::deque<Location> locations_;
  std::deque<Edit> edits_;
  std::vector<Finding> present_, again_;
};

TEST(PlanFixes, TakesEverythingInOneExaminationWhenAllHelps) {
  Toy toy(Files{{"a", "BAD and BAD"}, {"b", "WORSE"}, {"c", "fine"}});
  Plan plan = toy.plan();
  ASSERT_EQ(plan.files.size(), 2u);
  EXPECT_EQ(plan.files[0].path, "a");
  EXPECT_EQ(plan.files[0].before, "BAD and BAD");
  EXPECT_EQ(plan.files[0].after, "good and good");
  EXPECT_EQ(plan.files[1].after, "good");
  EXPECT_EQ(plan.fixed.size(), 3u);
  EXPECT_TRUE(plan.refused.empty());
  EXPECT_EQ(toy.rescans, 1);
}

TEST(PlanFixes, PlanningOnFixedFilesGivesAnEmptyPlan) {
  Toy toy(Files{{"a", "BAD and WORSE"}});
  Plan plan = toy.plan();
  Toy again(Files{{"a", plan.files.at(0).after}});
  EXPECT_TRUE(again.plan().files.empty());
  EXPECT_TRUE(again.plan().fixed.empty());
  EXPECT_EQ(again.rescans, 0);
}

TEST(PlanFixes, RefusesAnEditThatDoesNotHelp) {
  Toy toy(Files{{"a", "BAD and WORSE"}});
  toy.worse = "still WORSE";
  toy.refresh();
  Plan plan = toy.plan();
  ASSERT_EQ(plan.files.size(), 1u);
  EXPECT_EQ(plan.files[0].after, "good and WORSE");
  ASSERT_EQ(plan.refused.size(), 1u);
  EXPECT_EQ(plan.refused[0].finding->check, "T002");
  EXPECT_EQ(plan.refused[0].reason, "T002 would still be found in a");
}

TEST(PlanFixes, RefusesAnEditThatCausesAnotherFinding) {
  Toy toy(Files{{"a", "BAD"}, {"b", "WORSE"}});
  toy.worse = "new";
  toy.refresh();
  Plan plan = toy.plan();
  ASSERT_EQ(plan.files.size(), 1u);
  EXPECT_EQ(plan.files[0].path, "a");
  ASSERT_EQ(plan.refused.size(), 1u);
  EXPECT_EQ(plan.refused[0].reason, "it would cause T003 in b");
}

TEST(PlanFixes, RefusesOverlapsAndKeepsTheFirst) {
  Sources sources;
  sources.add(SourceKind::other, "a", "0123456789");
  struct Case {
    Edit first, second;
    bool overlap;
  };
  const Case cases[] = {
      {{.span = {2, 5}, .text = "x", .path = "a"}, {.span = {4, 6}, .text = "y", .path = "a"}, true},
      {{.span = {4, 6}, .text = "x", .path = "a"}, {.span = {2, 5}, .text = "y", .path = "a"}, true},
      {{.span = {2, 8}, .text = "x", .path = "a"}, {.span = {4, 4}, .text = "y", .path = "a"}, true},
      {{.span = {4, 4}, .text = "x", .path = "a"},
       {.span = {4, 4}, .text = "y", .path = "a"},
       false},  // one after the other
      {{.span = {4, 4}, .text = "x", .path = "a"}, {.span = {4, 4}, .text = "x", .path = "a"}, false},  // the same edit
      {{.span = {2, 5}, .text = "x", .path = "a"}, {.span = {5, 6}, .text = "y", .path = "a"}, false},
      {{.span = {2, 5}, .text = "x", .path = "a"}, {.span = {2, 2}, .text = "y", .path = "a"}, false},
      {{.span = {2, 5}, .text = "x", .path = "a"}, {.span = {5, 5}, .text = "y", .path = "a"}, false},
  };
  for (const Case& c : cases) {
    Finding findings[2];
    findings[0] = {.check = "T001", .detail = MisconfigurationDetail{.edits = {&c.first, 1}}};
    findings[1] = {.check = "T002", .detail = MisconfigurationDetail{.edits = {&c.second, 1}}};
    const Finding* offers[] = {&findings[0], &findings[1]};
    std::vector<Finding> none;
    Plan plan = plan_fixes(offers, findings, sources, [&](const Overlay&) { return &none; });
    SCOPED_TRACE(::testing::Message() << c.first.span.begin << "-" << c.first.span.end << " and "
                                      << c.second.span.begin);
    EXPECT_EQ(plan.fixed.size(), c.overlap ? 1u : 2u);
    ASSERT_EQ(plan.refused.size(), c.overlap ? 1u : 0u);
    if (c.overlap) {
      EXPECT_EQ(plan.refused[0].finding, &findings[1]);
      EXPECT_EQ(plan.refused[0].reason,
                "its edit overlaps with that of another fix; run drydock fix again after this one");
    }
  }
}

TEST(PlanFixes, AFindingsEditsAreMadeTogetherOrNotAtAll) {
  Sources sources;
  sources.add(SourceKind::other, "a", "0123456789");
  const Edit first[] = {{.span = {0, 1}, .text = "x", .path = "a"}};
  const Edit second[] = {{.span = {5, 6}, .text = "y", .path = "a"}, {.span = {0, 1}, .text = "z", .path = "a"}};
  Finding findings[2];
  findings[0].detail = MisconfigurationDetail{.edits = first};
  findings[1].detail = MisconfigurationDetail{.edits = second};
  const Finding* offers[] = {&findings[0], &findings[1]};
  std::vector<Finding> none;
  Plan plan = plan_fixes(offers, findings, sources, [&](const Overlay&) { return &none; });
  ASSERT_EQ(plan.files.size(), 1u);
  EXPECT_EQ(plan.files[0].after, "x123456789");
}

TEST(PlanFixes, RefusesEditsOutsideOfWhatWasExamined) {
  Sources sources;
  sources.add(SourceKind::other, "a", "01234");
  const Edit edits[] = {{.span = {3, 9}, .text = "x", .path = "a"},
                        {.span = {4, 2}, .text = "x", .path = "a"},
                        {.span = {0, 0}, .text = "x", .path = "b"}};
  constexpr std::string_view kReasons[] = {"its edit lies outside the file", "its edit lies outside the file",
                                           "its edit is for a file that was not examined"};
  for (size_t i = 0; i < std::size(edits); ++i) {
    Finding finding{.check = "T001", .detail = MisconfigurationDetail{.edits = {&edits[i], 1}}};
    const Finding* offers[] = {&finding};
    std::vector<Finding> none;
    Plan plan = plan_fixes(offers, {&finding, 1}, sources, [&](const Overlay&) { return &none; });
    EXPECT_TRUE(plan.files.empty());
    ASSERT_EQ(plan.refused.size(), 1u);
    EXPECT_EQ(plan.refused[0].reason, kReasons[i]);
  }
}

TEST(PlanFixes, OffersNothingWhenTheResultCannotBeExamined) {
  Toy toy(Files{{"a", "BAD"}});
  toy.readable = false;
  Plan plan = toy.plan();
  EXPECT_TRUE(plan.files.empty());
  ASSERT_EQ(plan.refused.size(), 1u);
  EXPECT_EQ(plan.refused[0].reason, "the file could not be read any more");
}

class ApplyFixes : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "drydock-apply-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& path, std::string_view bytes) {
    ASSERT_TRUE(write_file_atomically(folder_ + "/" + path, bytes).has_value());
  }
  std::string read(const std::string& path) { return read_file(folder_ + "/" + path, 1 << 20).value_or("absent"); }
  std::string folder_;
};

TEST_F(ApplyFixes, WritesEachFileWithItsMode) {
  write("a", "old a");
  write("b", "old b");
  ASSERT_EQ(::chmod((folder_ + "/b").c_str(), 0755), 0);
  Plan plan{.files = {{.path = "a", .before = "old a", .after = "new a", .edits = {}},
                      {.path = "b", .before = "old b", .after = "new b", .edits = {}}}};
  ASSERT_TRUE(fix::apply(plan, folder_).has_value());
  EXPECT_EQ(read("a"), "new a");
  EXPECT_EQ(read("b"), "new b");
  struct stat status{};
  ASSERT_EQ(::stat((folder_ + "/b").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0755u);
}

TEST_F(ApplyFixes, WritesNothingWhenAFileHasChanged) {
  write("a", "old a");
  write("b", "changed meanwhile");
  Plan plan{.files = {{.path = "a", .before = "old a", .after = "new a", .edits = {}},
                      {.path = "b", .before = "old b", .after = "new b", .edits = {}}}};
  Result<void> applied = fix::apply(plan, folder_);
  ASSERT_FALSE(applied.has_value());
  EXPECT_EQ(applied.error().message, folder_ +
                                         "/b has changed since it was examined; nothing was written, run drydock fix "
                                         "again");
  EXPECT_EQ(read("a"), "old a");
  EXPECT_EQ(read("b"), "changed meanwhile");
}

TEST_F(ApplyFixes, DoesNotWriteThroughALink) {
  write("outside", "old");
  ASSERT_EQ(::symlink("outside", (folder_ + "/link").c_str()), 0);
  Plan plan{.files = {{.path = "link", .before = "old", .after = "new", .edits = {}}}};
  EXPECT_FALSE(fix::apply(plan, folder_).has_value());
  EXPECT_EQ(read("outside"), "old");
  plan.files[0].path = "absent";
  EXPECT_EQ(fix::apply(plan, folder_).error().code, Errc::not_found);
}

}  // namespace
}  // namespace drydock::fix
