// The commands. main.cc fills in the arguments (the only file that knows CLI11); each command has a file of its own and
// returns the exit code: 0 clean under the policy, 1 findings at or over the threshold, 2 wrong usage, 3 the command
// itself failed or, with --strict, is incomplete.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/terminal.h"
#include "policy/policy.h"
#include "scan/scan.h"

namespace drydock::cli {

constexpr int kClean = 0, kFindings = 1, kUsage = 2, kFailed = 3;

// What scan, fix and checklist have in common.
struct TargetArguments {
  std::vector<std::string> targets;     // empty: "."
  std::vector<std::string> only, skip;  // kinds: vuln, secret, config, licence
  std::vector<std::string> checks;
  std::vector<std::string> services;
  std::string platform, image, database, config;
  unsigned jobs = 0;
  std::string max_spill;
  std::string cache, max_cache;
  bool no_cache = false;
  bool offline = false;  // a scan opens no connection anyway; accepted so that scripts can say what they mean
  ColourWish colour = ColourWish::automatic;
  std::string clock;  // --now: a fixed clock for reports that must be repeatable
};

struct ScanArguments : TargetArguments {
  std::vector<std::string> outputs;  // FORMAT[=FILE]
  std::string reports;               // folder: every format
  std::string severity, fail_on;
  std::string baseline;  // file: an earlier JSON report
  std::string since;     // git commit, branch or tag
  bool ignore_unfixed = false, strict = false, all = false, no_inline_ignore = false;
};

struct FixArguments : TargetArguments {
  bool apply = false, behaviour_changing = false;
};

struct ChecklistArguments : TargetArguments {
  std::string output = "table";
  bool all = false;
};

struct DbArguments {
  std::string mirror, database, ca_file;
  std::vector<std::string> ecosystems;
};

struct CacheArguments {
  std::string folder;
};

int run_scan(const ScanArguments& arguments);
int run_fix(const FixArguments& arguments);
int run_checklist(const ChecklistArguments& arguments);
int run_explain(const std::string& topic);
int run_db_update(const DbArguments& arguments);
int run_db_status(const DbArguments& arguments);
int run_cache_status(const CacheArguments& arguments);
int run_cache_clean(const CacheArguments& arguments);
int run_compare_versions(const std::string& ecosystem);  // lines on stdin

// Shared steps (target.cc): arguments -> options and policy -> a scan with decisions.
struct ExaminedTarget {
  scan::Scan scan;
  policy::Policy policy;
  policy::Summary summary;
};
struct Failure {
  int code = kFailed;  // kUsage when an argument or drydock.yaml is to blame
  std::string message;
};
using Examination = std::expected<ExaminedTarget, Failure>;
// `scan_arguments` may be null: then nothing but drydock.yaml sets thresholds.
Examination examine_target(const TargetArguments& arguments, const std::string& target,
                           const ScanArguments* scan_arguments);

}  // namespace drydock::cli
