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
#include "policy/baseline.h"
#include "policy/peer_files.h"
#include "policy/secrets_baseline.h"
#include "scan/since.h"
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

// Where the settings of a target are looked for: its folder (that of a file), and the root of its repository.
struct SettingsFolders {
  std::string folder, root;  // real paths; the same outside of a repository
  std::string below(const std::string& path) const {
    return path.size() > root.size() ? path.substr(root.size() + 1) : "";
  }
};

bool exists(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0;
}

std::optional<SettingsFolders> settings_folders(const std::string& target) {
  char resolved[PATH_MAX];
  if (::realpath(target.c_str(), resolved) == nullptr) return std::nullopt;
  struct stat status{};
  SettingsFolders places{.folder = resolved, .root = {}};
  if (::stat(resolved, &status) == 0 && !S_ISDIR(status.st_mode)) places.folder = directory_of(places.folder);
  places.root = places.folder;
  while (!places.root.empty() && !exists(places.root + "/.git")) places.root = directory_of(places.root);
  if (!exists(places.root + "/.git")) places.root = places.folder;
  return places;
}

struct SettingsFile {
  std::string path;
  std::string name;  // for messages: from the repository root
};

// The nearest drydock.yaml from the target's folder up to the root of its repository; outside of one only the folder's
// own: what lies above belongs to somebody else.
std::optional<SettingsFile> find_settings(const SettingsFolders& places) {
  for (std::string at = places.folder;; at = directory_of(at)) {
    std::string path = at + "/drydock.yaml";
    if (exists(path)) return SettingsFile{path, path.substr(places.root.size() + 1)};
    if (at.size() <= places.root.size()) return std::nullopt;
  }
}

// drydock.yaml, then what peers' files beside it add.
Result<policy::Policy> read_policy(const TargetArguments& arguments, const std::string& target) {
  std::optional<SettingsFolders> places = settings_folders(target);
  std::optional<SettingsFile> file;
  if (!arguments.config.empty()) {
    file = SettingsFile{arguments.config, arguments.config};
  } else if (places) {
    file = find_settings(*places);
  }
  policy::Policy policy;
  if (file) {
    TRY(std::string bytes, read_file(file->path, 4 << 20));
    TRY(policy, policy::parse_policy(bytes, file->name));
  }
  if (!places) return policy;
  std::vector<policy::PeerFolder> folders{{places->folder, places->below(places->folder)}};
  if (places->folder != places->root) folders.push_back({places->root, {}});
  policy::read_peer_files(folders, scan::has_image_paths(target), policy);
  return policy;
}

// The bytes of a file that the record names, for the hashes of .secrets.baseline.
policy::ReadFile reader_of(const scan::Scan& scan) {
  return [&scan](std::string_view path) -> Result<std::string> {
    std::string front = scan.prefix.empty() ? "" : scan.prefix + "/";
    if (scan.configuration == nullptr || !path.starts_with(front))
      return fail(Errc::not_found, "no file of the target");
    return read_file(scan.root + "/" + std::string(path.substr(front.size())), 64 << 20);
  };
}

// --baseline and --since, after policy has decided.
Result<void> leave_out_known(const ScanArguments& arguments, const std::optional<policy::Baseline>& baseline,
                             const policy::Policy& policy, const scan::Options& options, scan::Scan& scan,
                             policy::Summary& summary) {
  if (baseline) policy::apply_baseline(*baseline, scan.record, summary);
  if (arguments.since.empty()) return {};
  TRY(std::vector<bool> known,
      scan::known_since(scan, policy::settings_of(policy, scan.record.pool), options.checks, arguments.since));
  policy::mark_known([&](size_t i) { return known[i]; }, "was there at " + printable(arguments.since),
                     "git " + printable(arguments.since), scan.record, summary);
  auto old = static_cast<size_t>(std::ranges::count(known, true));
  summary.notes.push_back("--since " + printable(arguments.since) + ": " + std::to_string(known.size() - old) +
                          " new, " + std::to_string(old) + " known");
  return {};
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
  std::optional<policy::Baseline> baseline;
  if (scan_arguments != nullptr && !scan_arguments->baseline.empty()) {
    Result<std::string> bytes = read_file(scan_arguments->baseline, uint64_t{1} << 30);
    if (!bytes)
      return failed(kUsage, {bytes.error().code,
                             "--baseline: " + bytes.error().message + "; write one with drydock scan -o json=FILE"});
    Result<policy::Baseline> parsed = policy::parse_baseline(*bytes, scan_arguments->baseline);
    if (!parsed) return failed(kUsage, {parsed.error().code, "--baseline " + parsed.error().message});
    baseline = *std::move(parsed);
  }
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

  policy::resolve_secret_hashes(policy->ignores, scanned->record, reader_of(*scanned));
  policy::Summary summary = scan::decide(*policy, scanned->record.started, scanned->record);
  if (scan_arguments != nullptr) {
    Result<void> left = leave_out_known(*scan_arguments, baseline, *policy, *options, *scanned, summary);
    if (!left) return failed(left.error().code == Errc::not_found ? kUsage : kFailed, left.error());
  }
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
