#include "target/git_diff.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace drydock::target {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;
using Ranges = std::vector<LineRange>;

TEST(UnifiedDiff, GivesTheNewLinesOfEachFile) {
  Result<ChangedLines> changed = parse_unified_diff(
      "diff --git a/a.txt b/a.txt\nindex 1..2 100644\n--- a/a.txt\n+++ b/a.txt\n"
      "@@ -2 +2,2 @@ heading\n-x\n+y\n+z\n@@ -9,2 +10,0 @@\n-p\n-q\n"
      "diff --git a/gone b/gone\n--- a/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
      "diff --git a/with blank b/with blank\n--- a/with blank\t\n+++ b/with blank\t\n@@ -0,0 +1 @@\n+x\n"
      "\\ No newline at end of file\n");
  ASSERT_TRUE(changed.has_value()) << changed.error().message;
  EXPECT_THAT(*changed, ElementsAre(Pair("a.txt", Ranges{{2, 4}, {10, 10}}), Pair("with blank", Ranges{{1, 2}})));
}

TEST(UnifiedDiff, TextOfAFileCannotPassForAHeader) {
  Result<ChangedLines> changed = parse_unified_diff(
      "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n-x\n-- a/b\n+@@ -1 +1 @@\n+++ b/forged\n");
  ASSERT_TRUE(changed.has_value()) << changed.error().message;
  EXPECT_THAT(*changed, ElementsAre(Pair("a", Ranges{{1, 3}})));
}

TEST(UnifiedDiff, UndoesTheQuotesOfNames) {
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {R"("b/t\tb")", "t\tb"}, {R"("b/\303\244")", "\xc3\xa4"}, {R"("b/q\"\\")", "q\"\\"}, {"b/plain", "plain"}};
  for (auto [quoted, name] : kNames) {
    Result<ChangedLines> changed = parse_unified_diff("+++ " + std::string(quoted) + "\n");
    ASSERT_TRUE(changed.has_value());
    EXPECT_THAT(*changed, ElementsAre(Key(name)));
  }
}

TEST(UnifiedDiff, RefusesWhatIsNone) {
  for (std::string_view text :
       {"@@ -1 +1 @@\n-x\n", "@@ -1 +1 @@\nx\n", "@@ -x +1 @@\n", "@@ -1 1 @@\n", "+++ elsewhere\n", "@@ -1,1 +2\n"})
    EXPECT_FALSE(parse_unified_diff(text).has_value()) << text;
}

// A real repository, made by the git that is asked.
class GitRepository : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("git --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no git";
    top_ = ::testing::TempDir() + "drydock-git-" + std::to_string(::getpid());
    std::filesystem::remove_all(top_);
    std::filesystem::create_directories(top_ + "/app");
    git("init -q .");
    write("app/a.txt", "one\ntwo\nthree\n");
    write("same.txt", "same\n");
    write("app/with blank.txt", "x\n");
    commit();
  }
  void TearDown() override { std::filesystem::remove_all(top_); }
  void write(const std::string& path, std::string_view text) { std::ofstream(top_ + "/" + path) << text; }
  void git(const std::string& command) {
    std::string line = "cd '" + top_ +
                       "' && GIT_CONFIG_GLOBAL=/dev/null git -c user.name=n -c user.email=n@shop.example " + command +
                       " >/dev/null 2>&1";
    ASSERT_EQ(std::system(line.c_str()), 0) << command;
  }
  void commit() {
    git("add -A");
    git("commit -q -m x");
  }
  ChangedLines changed(const std::string& below = "") {
    Result<GitCommit> at = GitCommit::open(top_, "HEAD");
    EXPECT_TRUE(at.has_value()) << at.error().message;
    if (!at) return {};
    Result<ChangedLines> lines = at->changed_lines(below);
    EXPECT_TRUE(lines.has_value()) << lines.error().message;
    return lines ? *lines : ChangedLines{};
  }
  std::string top_;
};

TEST_F(GitRepository, NothingChangedIsNothing) { EXPECT_THAT(changed(), IsEmpty()); }

TEST_F(GitRepository, SeesLinesOfTheWorkingTree) {
  write("app/a.txt", "one\n2\nthree\nfour\n");
  write("app/with blank.txt", "y\n");
  std::filesystem::remove(top_ + "/same.txt");
  EXPECT_THAT(changed(),
              ElementsAre(Pair("app/a.txt", Ranges{{2, 3}, {4, 5}}), Pair("app/with blank.txt", Ranges{{1, 2}})));
  write("same.txt", "other\n");
  EXPECT_THAT(changed("app"), Not(Contains(Key("same.txt"))));
}

TEST_F(GitRepository, HoldsTheFilesOfTheCommitAndNoOthers) {
  write("untracked.txt", "x\n");
  Result<GitCommit> at = GitCommit::open(top_, "HEAD");
  ASSERT_TRUE(at.has_value()) << at.error().message;
  EXPECT_THAT(*at->files(""), ElementsAre("app/a.txt", "app/with blank.txt", "same.txt"));
  EXPECT_THAT(*at->files("app"), ElementsAre("app/a.txt", "app/with blank.txt"));
}

TEST_F(GitRepository, ReadsFilesAsTheCommitHasThem) {
  write("app/a.txt", "changed\n");
  Result<GitCommit> at = GitCommit::open(top_, "HEAD");
  ASSERT_TRUE(at.has_value());
  auto files = at->read({"app/a.txt", "app/with blank.txt", "absent here", "app"}, 1 << 20);
  ASSERT_TRUE(files.has_value()) << files.error().message;
  EXPECT_THAT(*files, ElementsAre(Pair("app/a.txt", "one\ntwo\nthree\n"), Pair("app/with blank.txt", "x\n")));
}

TEST_F(GitRepository, ACommitThatIsNotThereIsAnErrorThatSaysWhatToDo) {
  for (const char* ref : {"no-such-branch", "--upload-pack=x", "HEAD~99", ""}) {
    Result<GitCommit> at = GitCommit::open(top_, ref);
    ASSERT_FALSE(at.has_value()) << ref;
  }
  EXPECT_THAT(GitCommit::open(top_, "gone").error().message, HasSubstr("fetch it first"));
}

TEST_F(GitRepository, RunsNothingThatItsConfigurationNames) {
  std::string mark = top_ + "/executed";
  std::string touch = "\"touch '" + mark + "'; cat\"";
  for (std::string key :
       {"filter.evil.clean", "filter.evil.process", "diff.evil.textconv", "diff.evil.command", "diff.external",
        "core.fsmonitor", "core.pager", "core.sshCommand", "uploadpack.packObjectsHook"})
    git("config " + key + " " + touch);
  write(".gitattributes", "* filter=evil diff=evil\n");
  write("app/a.txt", "one\n2\nthree\n");
  EXPECT_THAT(changed(), Contains(Pair("app/a.txt", Ranges{{2, 3}})));
  EXPECT_FALSE(std::filesystem::exists(mark));
}

TEST_F(GitRepository, LeavesTheRepositoryAsItIs) {
  auto newest = [&] {
    std::filesystem::file_time_type latest{};
    for (const auto& file : std::filesystem::recursive_directory_iterator(top_ + "/.git"))
      latest = std::max(latest, file.last_write_time());
    return latest;
  };
  auto before = newest();
  write("app/a.txt", "x\n");
  changed();
  EXPECT_EQ(newest(), before);
}

}  // namespace
}  // namespace drydock::target
