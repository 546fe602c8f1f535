#include "scan/since.h"

#include <sys/stat.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "inventory/sources.h"
#include "target/git_diff.h"

namespace drydock::scan {
namespace {

constexpr uint64_t kConfigurationBytes = 8 << 20;  // one file

// The folder with .git that the record's paths are relative to; empty if there is none.
std::string repository_of(const Scan& scan) {
  char resolved[PATH_MAX];
  if (::realpath(scan.root.c_str(), resolved) == nullptr) return {};
  std::string top = resolved;
  if (!scan.prefix.empty()) {
    if (!top.ends_with("/" + scan.prefix)) return {};
    top.resize(top.size() - scan.prefix.size() - 1);
  }
  struct stat status{};
  return ::stat((top + "/.git").c_str(), &status) == 0 ? top : std::string();
}

class Since {
 public:
  Since(const ScanRecord& record, std::set<std::string, std::less<>> files, target::ChangedLines changed)
      : files_(std::move(files)), changed_(std::move(changed)) {
    for (const Package& package : record.packages)
      if (package.at.line != 0) package_lines_[package.at.path].insert(package.at.line);
  }

  // Whether none of the lines [begin, end) changed; 0: the whole file.
  bool same(std::string_view path, uint32_t begin, uint32_t end) const {
    if (!files_.contains(path)) return false;
    auto found = changed_.find(path);
    if (found == changed_.end()) return true;
    if (begin == 0) return false;
    // Lines that were only taken out stand between their neighbours: [begin, begin) changes neither.
    return std::ranges::none_of(found->second,
                                [&](target::LineRange range) { return range.begin < end && begin < range.end; });
  }

  bool same_package(const Location& at) const {
    if (at.line == 0) return same(at.path, 0, 0);
    auto lines = package_lines_.find(at.path);
    if (lines == package_lines_.end()) return same(at.path, at.line, at.line + 1);
    auto next = lines->second.upper_bound(at.line);
    return same(at.path, at.line, next == lines->second.end() ? UINT32_MAX : *next);
  }

  // A key's armour has many lines, and only the first is known: the rest is guessed from its length, rather too long.
  bool same_secret(const Location& at) const {
    constexpr uint32_t kOneLine = 200, kShortestLine = 32;
    if (at.line == 0) return same(at.path, 0, 0);
    return same(at.path, at.line, at.line + 1 + (at.span.size() > kOneLine ? at.span.size() / kShortestLine : 0));
  }

  bool same_place(const Finding& finding) const {
    if (finding.locations.empty()) return false;
    return std::ranges::all_of(finding.locations, [&](const Location& at) {
      return finding.kind() == FindingKind::secret ? same_secret(at) : same_package(at);
    });
  }

  const std::set<std::string, std::less<>>& files() const { return files_; }
  const target::ChangedLines& changed() const { return changed_; }

 private:
  std::set<std::string, std::less<>> files_;
  target::ChangedLines changed_;
  std::map<std::string_view, std::set<uint32_t>> package_lines_;
};

// The configuration files as the commit has them: unchanged ones from memory, the others from git.
Result<std::shared_ptr<const Configuration>> configuration_then(const Scan& scan, const target::GitCommit& commit,
                                                                const Since& since) {
  std::string front = scan.prefix.empty() ? std::string() : scan.prefix + "/";
  std::map<std::string, std::string> then;
  std::vector<std::string> wanted;
  for (const std::string& path : since.files()) {
    if (!path.starts_with(front)) continue;
    std::string_view below = std::string_view(path).substr(front.size());
    const Source* now = scan.configuration->sources.find(below);
    if (now != nullptr && !since.changed().contains(path)) {
      then.emplace(below, now->bytes);
    } else if (now != nullptr || inventory::source_kind(below, {}) != SourceKind::other) {
      wanted.push_back(path);
    }
  }
  TRY(auto blobs, commit.read(wanted, kConfigurationBytes));
  for (auto& [path, bytes] : blobs) then.emplace(path.substr(front.size()), std::move(bytes));
  std::map<std::string_view, std::string_view> files(then.begin(), then.end());
  return read_configuration(files, scan.configuration->folder_name);
}

}  // namespace

Result<std::vector<bool>> known_since(const Scan& scan, const Settings& settings, std::span<const std::string> checks,
                                      const std::string& ref) {
  std::string top = scan.configuration == nullptr ? std::string() : repository_of(scan);
  if (top.empty())
    return fail(Errc::not_found, "--since needs a folder of a git repository; for other targets use --baseline");
  Result<target::GitCommit> commit = target::GitCommit::open(top, ref);
  if (!commit) return fail_in("--since", commit.error());
  TRY(auto files, commit->files(scan.prefix));
  TRY(target::ChangedLines changed, commit->changed_lines(scan.prefix));
  Since since(scan.record, std::move(files), std::move(changed));

  std::set<std::string, std::less<>> found_then;
  TRY(auto configuration, configuration_then(scan, *commit, since));
  for (std::string& fingerprint : configuration_fingerprints(scan, *configuration, settings, checks))
    found_then.insert(std::move(fingerprint));

  std::vector<bool> known;
  for (const Finding& finding : scan.record.findings) {
    known.push_back(finding.kind() == FindingKind::misconfiguration ? found_then.contains(finding.fingerprint)
                                                                    : since.same_place(finding));
  }
  return known;
}

}  // namespace drydock::scan
