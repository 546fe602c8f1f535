// What changed in a working tree since a commit, asked of the user's own git as a subprocess.
//
// The target's repository is hostile, and git obeys its configuration: filters, textconv, fsmonitor, hooks, lazy
// fetches are all commands in .git/config. So only `rev-parse` ever sees that configuration (it runs nothing); the rest
// works on a repository of ours in a private temporary folder, with no configuration, that borrows the target's
// objects. Its index is the commit's tree; `diff-files` compares it with the working tree. Attributes of the tree can
// name filters, but nothing defines them; a file that a filter would change (Git LFS) counts as changed. The
// environment holds nothing of the caller's but PATH, of which only absolute folders are searched.
//
// Renames are off: a moved file is new. Untracked and ignored files are new. Budgets: kGitSeconds per command,
// kGitFiles changed or listed, ranges as many as hunks; bodies of hunks are skipped as they stream, so their size does
// not matter.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace drydock::target {

constexpr int kGitSeconds = 120;
constexpr size_t kGitFiles = 2'000'000, kGitHunks = 5'000'000;

struct LineRange {
  uint32_t begin = 0, end = 0;  // [begin, end), from 1, in the new file; empty where lines were only taken out
  bool operator==(const LineRange&) const = default;
};
// By path of the new file, ranges in ascending order; a file without ranges differs, but not in text.
using ChangedLines = std::map<std::string, std::vector<LineRange>, std::less<>>;

// Reads the output of `git diff --unified=0 --no-renames --src-prefix=a/ --dst-prefix=b/` line by line. The counts of
// the hunk headers say which lines are a hunk's, so no text in a file can pass for a header. Deleted files are left
// out.
class UnifiedDiffReader {
 public:
  Result<void> line(std::string_view line);
  Result<ChangedLines> finish();  // truncated if a hunk is not whole

 private:
  std::vector<LineRange>* ranges_ = nullptr;
  uint32_t old_left_ = 0, new_left_ = 0;  // lines of the hunk still to come
  size_t hunks_ = 0;
  ChangedLines changed_;
};
Result<ChangedLines> parse_unified_diff(std::string_view diff);

// A commit of a repository, beside its working tree. Move-only; removes its temporary folder.
class GitCommit {
 public:
  // `top` holds `.git`. not_found: no git program, or no such commit.
  static Result<GitCommit> open(const std::string& top, const std::string& ref);
  GitCommit(GitCommit&& other) noexcept;
  GitCommit& operator=(GitCommit&& other) noexcept;
  ~GitCommit();

  const std::string& id() const { return id_; }
  // Paths from `top`; only those below the folder `below` ("": all).
  Result<std::set<std::string, std::less<>>> files(const std::string& below) const;
  Result<ChangedLines> changed_lines(const std::string& below) const;
  // The bytes of files as the commit holds them. A path that it does not hold, or above `limit` bytes, is left out.
  Result<std::map<std::string, std::string>> read(const std::vector<std::string>& paths, uint64_t limit) const;

 private:
  GitCommit() = default;
  std::string git_, top_, folder_, objects_, id_;
};

}  // namespace drydock::target
