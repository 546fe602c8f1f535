// From arguments to a decided scan: the steps that scan, fix and checklist share.
#include <sys/stat.h>

#include <charconv>
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
      return fail(Errc::malformed, "'" + word + "' is no kind of finding; there are vuln, secret, config and licence");
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
    return fail(Errc::malformed, "'" + std::string(text) + "' is no size; write bytes or 512m, 8g");
  return value << shift;
}

// drydock.yaml of --config, or of the scanned folder.
Result<policy::Policy> read_policy(const TargetArguments& arguments, const std::string& target) {
  std::string path = arguments.config;
  if (path.empty()) {
    struct stat status{};
    if (::stat(target.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return policy::Policy{};
    path = target + "/drydock.yaml";
  }
  Result<std::string> bytes = read_file(path, 4 << 20);
  if (!bytes) {
    if (arguments.config.empty() && bytes.error().code == Errc::not_found) return policy::Policy{};
    return std::unexpected<Error>(bytes.error());
  }
  return policy::parse_policy(*bytes, arguments.config.empty() ? "drydock.yaml" : path);
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
  if (!arguments.no_cache) options.cache = arguments.cache.empty() ? store::default_cache_folder() : arguments.cache;
  if (!arguments.max_cache.empty()) {
    TRY(options.max_cache, parse_size(arguments.max_cache));
  }
  return options;
}

}  // namespace

Result<ExaminedTarget> examine_target(const TargetArguments& arguments, const std::string& target,
                                      const ScanArguments* scan_arguments) {
  TRY(scan::Options options, options_of(arguments, target));
  TRY(policy::Policy policy, read_policy(arguments, target));
  if (scan_arguments != nullptr) {
    policy.ignore_unfixed |= scan_arguments->ignore_unfixed;
    policy.inline_ignores &= !scan_arguments->no_inline_ignore;
    if (!scan_arguments->fail_on.empty()) {
      policy.never_fail = scan_arguments->fail_on == "never";
      policy.fail_on = parse_severity(scan_arguments->fail_on).value_or(policy.fail_on);
    }
  }
  std::optional<FixedClock> fixed;
  if (!arguments.clock.empty()) {
    TRY(Time time, parse_time(arguments.clock));
    options.clock = &fixed.emplace(time.seconds);
  }
  ProgressLine line;
  options.progress = [&](const scan::Progress& progress) { line.show(progress); };
  TRY(scan::Scan scanned, scan::scan(options, policy));
  if (scan_arguments != nullptr && !scan_arguments->severity.empty()) {
    Severity least = parse_severity(scan_arguments->severity).value_or(Severity::unknown);
    std::erase_if(scanned.record.findings, [&](const Finding& finding) { return finding.severity < least; });
  }
  policy::Summary summary = scan::decide(policy, scanned.record.started, scanned.record);
  return ExaminedTarget{.scan = std::move(scanned), .policy = std::move(policy), .summary = std::move(summary)};
}

}  // namespace drydock::cli
