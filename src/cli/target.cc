// From arguments to a decided scan: the steps that scan, fix and checklist share.
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <climits>
#include <cstdlib>
#include <optional>

#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "store/layer_cache.h"

namespace drydock::cli {
namespace {

Result<void> set_kinds(const std::vector<std::string>& words, bool value, scan::Kinds& kinds) {
  for (const std::string& word : words) {
    if (word == "vuln" || word == "vulnerability") {
      kinds.vulnerabilities = value;
    } else if (word == "secret" || word == "secrets") {
      kinds.secrets = value;
    } else if (word == "config" || word == "misconfig" || word == "misconfiguration") {
      kinds.configuration = value;
    } else if (word == "licence" || word == "license") {
      kinds.licences = value;
    } else {
      return fail(Errc::malformed,
                  "'" + word + "' is no kind of finding; --only and --skip take vuln, secret, config and licence");
    }
  }
  return {};
}

// "512m", "8g", bytes without a suffix.
Result<uint64_t> parse_size(std::string_view text) {
  uint64_t value = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  std::string_view suffix(end, static_cast<size_t>(text.data() + text.size() - end));
  char unit = suffix.empty() ? 'b' : lower(suffix[0]);
  int shift = unit == 'b' ? 0 : unit == 'k' ? 10 : unit == 'm' ? 20 : unit == 'g' ? 30 : -1;
  if (failed != std::errc{} || shift < 0 || suffix.size() > 1 || value > (UINT64_MAX >> shift))
    return fail(Errc::malformed, "'" + std::string(text) + "' is no size; --max-spill takes bytes, or 512m, 8g");
  return value << shift;
}

struct SettingsFile {
  std::string path;
  std::string name;  // for messages: from the repository root
};

// The nearest drydock.yaml from the target's folder up to the root of its repository; outside of one only the folder's
// own: what lies above belongs to somebody else.
std::optional<SettingsFile> find_settings(const std::string& target) {
  char resolved[PATH_MAX];
  if (::realpath(target.c_str(), resolved) == nullptr) return std::nullopt;
  struct stat status{};
  auto exists = [&](const std::string& path) { return ::stat(path.c_str(), &status) == 0; };
  std::string folder = resolved;
  if (exists(folder) && !S_ISDIR(status.st_mode)) folder = directory_of(folder);
  std::string root = folder;
  while (!root.empty() && !exists(root + "/.git")) root = directory_of(root);
  if (!exists(root + "/.git")) root = folder;
  for (std::string at = folder;; at = directory_of(at)) {
    std::string path = at + "/drydock.yaml";
    if (exists(path)) return SettingsFile{path, path.substr(root.size() + 1)};
    if (at.size() <= root.size()) return std::nullopt;
  }
}

Result<policy::Policy> read_policy(const TargetArguments& arguments, const std::string& target) {
  std::optional<SettingsFile> file =
      arguments.config.empty() ? find_settings(target) : SettingsFile{arguments.config, arguments.config};
  if (!file) return policy::Policy{};
  TRY(std::string bytes, read_file(file->path, 4 << 20));
  return policy::parse_policy(bytes, file->name);
}

Result<scan::Options> options_of(const TargetArguments& arguments, const std::string& target) {
  scan::Options options{.target = target,
                        .services = arguments.services,
                        .platform = arguments.platform,
                        .image = arguments.image,
                        .database = arguments.database,
                        .jobs = arguments.jobs};
  if (!arguments.only.empty()) {
    options.kinds = {.vulnerabilities = false, .secrets = false, .configuration = false, .licences = false};
    TRY_VOID(set_kinds(arguments.only, true, options.kinds));
  }
  TRY_VOID(set_kinds(arguments.skip, false, options.kinds));
  for (const std::string& check : arguments.checks) {
    if (find_check(check) == nullptr)
      return fail(Errc::not_found, "no check goes by '" + check + "'; `drydock explain` lists them");
    options.checks.push_back(check);
  }
  if (!arguments.max_spill.empty()) {
    TRY(options.max_spill, parse_size(arguments.max_spill));
  }
  // The default folder may be missing or read-only, as in a container; one that was asked for must work.
  if (!arguments.cache.empty() && !arguments.no_cache)
    TRY_VOID(store::CacheFolder::open(arguments.cache, options.max_cache));
  if (!arguments.no_cache) options.cache = arguments.cache.empty() ? store::default_cache_folder() : arguments.cache;
  if (!arguments.max_cache.empty()) {
    TRY(options.max_cache, parse_size(arguments.max_cache));
  }
  return options;
}

// --severity: the findings that are left keep their decisions.
void leave_out_below(Severity least, ScanRecord& record) {
  size_t kept = 0;
  for (size_t i = 0; i < record.findings.size(); ++i) {
    if (record.findings[i].severity < least) continue;
    record.findings[kept] = record.findings[i];
    record.decisions[kept++] = record.decisions[i];
  }
  record.findings.resize(kept);
  record.decisions.resize(kept);
}

}  // namespace

Examination examine_target(const TargetArguments& arguments, const std::string& target,
                           const ScanArguments* scan_arguments) {
  auto failed = [](int code, const Error& error) { return std::unexpected(Failure{code, error.message}); };
  Result<scan::Options> options = options_of(arguments, target);
  if (!options) return failed(kUsage, options.error());
  Result<policy::Policy> policy = read_policy(arguments, target);
  if (!policy) return failed(kUsage, policy.error());
  Severity least = Severity::unknown;
  if (scan_arguments != nullptr) {
    policy->ignore_unfixed |= scan_arguments->ignore_unfixed;
    policy->inline_ignores &= !scan_arguments->no_inline_ignore;
    if (!scan_arguments->fail_on.empty()) {
      policy->never_fail = scan_arguments->fail_on == "never";
      policy->fail_on = parse_severity(scan_arguments->fail_on).value_or(policy->fail_on);
    }
    least = parse_severity(scan_arguments->severity).value_or(least);
  }
  std::optional<FixedClock> fixed;
  if (!arguments.clock.empty()) {
    Result<Time> time = parse_time(arguments.clock);
    if (!time) return failed(kUsage, {time.error().code, "--now: " + time.error().message});
    options->clock = &fixed.emplace(time->seconds);
  }
  ProgressLine line;
  options->progress = [&](const scan::Progress& progress) { line.show(progress); };
  Result<scan::Scan> scanned = scan::scan(*options, *policy);
  if (!scanned) return failed(kFailed, scanned.error());
  if (fixed) scanned->record.elapsed_milliseconds = 0;  // under --now the same input gives the same bytes

  policy::Summary summary = scan::decide(*policy, scanned->record.started, scanned->record);
  bool whole =
      arguments.only.empty() && arguments.skip.empty() && arguments.checks.empty() && arguments.services.empty();
  // An ignore that matches nothing is worth a word only where it could have matched.
  if (whole) summary.notes.insert(summary.notes.end(), summary.unused.begin(), summary.unused.end());
  leave_out_below(least, scanned->record);
  summary.counting =
      static_cast<size_t>(std::ranges::count(scanned->record.decisions, Outcome::counts, &Decision::outcome));
  return ExaminedTarget{.scan = *std::move(scanned), .policy = *std::move(policy), .summary = std::move(summary)};
}

}  // namespace drydock::cli
