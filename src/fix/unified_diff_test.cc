#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <random>
#include <string>

#include "base/file.h"
#include "fix/fix.h"

namespace drydock::fix {
namespace {

std::string applied(std::string_view before, const std::vector<Edit>& edits) {
  std::string after;
  size_t at = 0;
  for (const Edit& edit : edits) {
    after += before.substr(at, edit.span.begin - at);
    after += edit.text;
    at = edit.span.end;
  }
  return after.append(before.substr(at));
}

FileChange change_of(std::string path, std::string before, std::vector<Edit> edits) {
  std::string after = applied(before, edits);
  return {.path = std::move(path), .before = std::move(before), .after = std::move(after), .edits = std::move(edits)};
}

TEST(UnifiedDiff, HasTheFormThatToolsExpect) {
  std::string before = "FROM python\nRUN a\nRUN b\nRUN c\nRUN d\nRUN e\nRUN f\nRUN g\nUSER root\nCMD x";
  FileChange change = change_of("backend/Dockerfile", before,
                                {{.span = {5, 11}, .text = "python:3.12"}, {.span = {59, 63}, .text = "app"}});
  EXPECT_EQ(unified_diff(change, "shop"),
            "--- a/shop/backend/Dockerfile\n"
            "+++ b/shop/backend/Dockerfile\n"
            "@@ -1,4 +1,4 @@\n"
            "-FROM python\n"
            "+FROM python:3.12\n"
            " RUN a\n"
            " RUN b\n"
            " RUN c\n"
            "@@ -6,5 +6,5 @@\n"
            " RUN e\n"
            " RUN f\n"
            " RUN g\n"
            "-USER root\n"
            "+USER app\n"
            " CMD x\n"
            "\\ No newline at end of file\n");
}

// A folder with one file, and a tool that applies a diff there.
class Applied : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "drydock-diff-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    if (std::system("git --version >/dev/null 2>&1") != 0)
      GTEST_SKIP() << "git is not installed: the oracle is missing";
    has_patch_ = std::system("patch --version >/dev/null 2>&1") == 0;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string result_of(const std::string& command, const FileChange& change) {
    std::string file = folder_ + "/" + change.path;
    std::filesystem::create_directories(std::filesystem::path(file).parent_path());
    if (!write_file_atomically(file, change.before) ||
        !write_file_atomically(folder_ + "/change.diff", unified_diff(change)))
      return "cannot write";
    if (std::system(("cd '" + folder_ + "' && " + command + " >log 2>&1").c_str()) != 0)
      return "refused: " + read_file(folder_ + "/log", 1 << 16).value_or("");
    return read_file(file, 1 << 20).value_or("");  // patch removes a file that became empty
  }

  void expect_applies(const FileChange& change) {
    // The folder must not count as a part of a repository around it.
    EXPECT_EQ(result_of("GIT_CEILING_DIRECTORIES='" + folder_ +
                            "/..' git apply --whitespace=nowarn --unidiff-zero change.diff",
                        change),
              change.after)
        << unified_diff(change);
    if (has_patch_) {
      EXPECT_EQ(result_of("patch --binary -s -p1 <change.diff", change), change.after) << unified_diff(change);
    }
  }

  std::string folder_;
  bool has_patch_ = false;
};

TEST_F(Applied, TheCornersOfAFile) {
  struct Case {
    std::string_view before;
    Edit edit;
  };
  const Case cases[] = {
      {"one\ntwo\n", {.span = {0, 0}, .text = "zero\n"}},   // insertion at the start
      {"one\ntwo\n", {.span = {8, 8}, .text = "three\n"}},  // and at the end
      {"one\ntwo", {.span = {7, 7}, .text = "\nthree"}},    // without a last newline
      {"one\ntwo", {.span = {7, 7}, .text = "\n"}},         // which is added
      {"one\ntwo\n", {.span = {7, 8}, .text = ""}},         // or taken away
      {"one\ntwo", {.span = {0, 3}, .text = "ONE"}},        // a change above it
      {"one\r\ntwo\r\nthree\r\n", {.span = {5, 8}, .text = "TWO"}},
      {"one\r\ntwo\r\n", {.span = {10, 10}, .text = "three\r\n"}},
      {"one\ntwo\nthree\n", {.span = {4, 8}, .text = ""}},   // a line deleted
      {"one\ntwo\nthree\n", {.span = {3, 4}, .text = " "}},  // two lines joined
      {"one two\n", {.span = {3, 4}, .text = "\n"}},         // one line split
      {"\n\n\n\n\n", {.span = {2, 3}, .text = "x"}},
      {"same\nsame\nsame\nsame\n", {.span = {5, 10}, .text = ""}},
  };
  for (const Case& c : cases) expect_applies(change_of("Dockerfile", std::string(c.before), {c.edit}));
}

TEST_F(Applied, PathsThatNeedQuotes) {
  for (const char* path : {"with blank/Docker file", "quote\"d", "back\\slash", "t\tab", "ümlaut", "new\nline"}) {
    SCOPED_TRACE(path);
    expect_applies(change_of(path, "one\ntwo\n", {{.span = {4, 7}, .text = "TWO"}}));
  }
}

TEST_F(Applied, RandomEditsOfRandomFilesGiveExactlyTheResult) {
  std::mt19937 random(20261122);
  auto below = [&](size_t limit) { return limit == 0 ? 0 : random() % limit; };
  constexpr std::string_view kLines[] = {"", "a", "b", "RUN x", "  key: value", "# comment", "日本"};
  for (int round = 0; round < 150; ++round) {
    std::string newline = below(4) == 0 ? "\r\n" : "\n", before;
    size_t lines = below(30) + 1;
    for (size_t i = 0; i < lines; ++i) {
      before += kLines[below(std::size(kLines))];
      if (i + 1 < lines || below(2) == 0) before += newline;
    }
    std::deque<std::string> texts;
    std::vector<Edit> edits;
    auto at = static_cast<uint32_t>(below(before.size() + 1));
    for (size_t i = below(4) + 1; i > 0 && at <= before.size(); --i) {
      auto end = static_cast<uint32_t>(std::min<size_t>(before.size(), at + below(20)));
      std::string& text = texts.emplace_back();
      for (size_t n = below(4); n > 0; --n) {
        text += kLines[below(std::size(kLines))];
        if (below(2) == 0) text += newline;
      }
      edits.push_back({.span = {at, end}, .text = text});
      at = end + 1 + static_cast<uint32_t>(below(40));
    }
    FileChange change = change_of("folder/file", before, edits);
    if (change.before == change.after || change.before.empty() || change.after.empty()) continue;
    SCOPED_TRACE(round);
    expect_applies(change);
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace drydock::fix
