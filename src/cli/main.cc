// The command line, and the only file that includes CLI11 (7 s of compile time).
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>

#include "cli/commands.h"

namespace drydock::cli {
namespace {

const std::vector<std::string> kSeverities = {"info", "low", "medium", "high", "critical"};

void add_target_options(CLI::App& command, TargetArguments& arguments) {
  static const std::map<std::string, ColourWish> kColours = {
      {"auto", ColourWish::automatic}, {"always", ColourWish::always}, {"never", ColourWish::never}};
  command.add_option(
      "TARGET", arguments.targets,
      "Folder, file, image archive (docker save, OCI layout as folder or tar) or rootfs:DIR; default: the "
      "current folder");
  command.add_option("--only", arguments.only, "Only these kinds: vuln, secret, config, licence")->delimiter(',');
  command.add_option("--skip", arguments.skip, "Leave out these kinds")->delimiter(',');
  command.add_option("--check", arguments.checks, "Only these checks, by id, name or a peer's id (DF001, DL3002)")
      ->delimiter(',');
  command.add_option("--platform", arguments.platform, "Image platform, e.g. linux/arm64; default: this machine's");
  command.add_option("--image", arguments.image, "Name:tag of the image in an archive that holds several");
  command.add_option("--db", arguments.database, "Advisory index; default: $DRYDOCK_DB, the updated one, the starter");
  command.add_option("--config", arguments.config,
                     "Settings; default: drydock.yaml of the folder or of its repository");
  command.add_option("-j,--jobs", arguments.jobs, "Threads; default: one per CPU");
  command.add_option("--max-spill", arguments.max_spill, "Bytes of temporary files for large members, e.g. 8g");
  command.add_option("--cache-dir", arguments.cache, "Folder of the layer cache; default: in the user's cache folder");
  command.add_option("--max-cache", arguments.max_cache, "Bytes the layer cache may take; default: 1g");
  command.add_flag("--no-cache", arguments.no_cache, "Read every layer again, and remember nothing");
  command.add_flag("--offline", arguments.offline, "Open no network connection (scans never do)");
  command.add_option("--color,--colour", arguments.colour, "auto, always or never")
      ->transform(CLI::CheckedTransformer(kColours).description(""));
  command.add_option("--now", arguments.clock, "Act as if it were this date (RFC 3339), for repeatable reports");
}

// Not for the checklist: a control passes for the whole target or not at all.
void add_service_option(CLI::App& command, TargetArguments& arguments) {
  command.add_option("--service", arguments.services, "Only findings of these services")->delimiter(',');
}

// CLI11 reports errors by exceptions and wants its options in one place, so parsing is this one function.
int parse_and_run(int argc, char** argv) {
  CLI::App app{"Hardens Dockerised web stacks, and proves it.", "drydock"};
  app.set_version_flag("--version", "drydock " DRYDOCK_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);

  ScanArguments scan;
  CLI::App* scan_command = app.add_subcommand("scan", "Find vulnerabilities, misconfigurations and secrets");
  add_target_options(*scan_command, scan);
  add_service_option(*scan_command, scan);
  scan_command->add_option("-o,--output", scan.outputs, "FORMAT[=FILE], repeatable: table, json, sarif");
  scan_command->add_option("--reports", scan.reports, "Folder for a report in every format");
  scan_command->add_option("--severity", scan.severity, "Leave out findings below this")
      ->check(CLI::IsMember(kSeverities));
  std::vector<std::string> thresholds = kSeverities;
  thresholds.emplace_back("never");
  scan_command->add_option("--fail-on", scan.fail_on, "Exit code 1 from this severity on; default: high")
      ->check(CLI::IsMember(thresholds));
  scan_command->add_flag("--ignore-unfixed", scan.ignore_unfixed, "Vulnerabilities without a fix do not count");
  scan_command->add_flag("--no-inline-ignore", scan.no_inline_ignore, "Comments in the files do not excuse findings");
  scan_command->add_option("--baseline", scan.baseline, "Earlier JSON report; what it holds does not count again");
  scan_command->add_option("--since", scan.since, "Git commit, branch or tag; only what is new since then counts");
  scan_command->add_flag("--strict", scan.strict, "Exit code 3 if anything could not be examined");
  scan_command->add_flag("--all", scan.all, "Show every finding on its own line, ignored ones too");
  scan_command->footer(
      "Example: drydock scan . --fail-on high -o table -o sarif=drydock.sarif\n"
      "Exit codes: 0 clean, 1 findings at or over the threshold, 2 wrong usage, 3 failed or incomplete");

  FixArguments fix;
  CLI::App* fix_command = app.add_subcommand("fix", "Show or apply edits, each proven by examining the result");
  add_target_options(*fix_command, fix);
  add_service_option(*fix_command, fix);
  fix_command->add_flag("--apply", fix.apply, "Write the edits");
  fix_command->add_flag("--behaviour-changing", fix.behaviour_changing, "Also edits that change how the stack behaves");
  fix_command->footer("Example: drydock fix . > hardening.patch");

  ChecklistArguments checklist;
  CLI::App* checklist_command = app.add_subcommand("checklist", "The hardening checklist, computed from evidence");
  add_target_options(*checklist_command, checklist);
  checklist_command->add_option("-o,--output", checklist.output, "table or json")
      ->check(CLI::IsMember({"table", "json"}));
  checklist_command->add_flag("--all", checklist.all, "Show all evidence");
  checklist_command->footer("Example: drydock checklist .\nExit code 1 if a control fails.");

  std::string topic;
  CLI::App* explain_command =
      app.add_subcommand("explain", "What a check or control is about; without ID the list of checks");
  explain_command->add_option("ID", topic, "Check id or name, a peer's id (DL3002, CKV_DOCKER_3), or a control");
  explain_command->footer("Example: drydock explain DL3002");

  DbArguments db;
  CLI::App* db_command = app.add_subcommand("db", "The advisory data");
  db_command->require_subcommand(1);
  CLI::App* update_command =
      db_command->add_subcommand("update", "Build the index from OSV's public data, or from a mirror of it");
  update_command->add_option("--mirror", db.mirror, "Folder in the layout of the OSV bucket: <ecosystem>/all.zip");
  update_command->add_option("--ecosystem", db.ecosystems, "Only these: PyPI, npm, Debian, ...")->delimiter(',');
  update_command->add_option("--ca-file", db.ca_file, "Certificates to trust (PEM) instead of the system's");
  update_command->footer("Example: drydock db update --mirror /srv/osv");
  CLI::App* status_command = db_command->add_subcommand("status", "What the index holds and how old it is");
  for (CLI::App* command : {update_command, status_command})
    command->add_option("--db", db.database, "The index file; default: in the user's data folder");

  CacheArguments cache;
  CLI::App* cache_command = app.add_subcommand("cache", "What is remembered of image layers");
  cache_command->require_subcommand(1);
  CLI::App* cache_status_command = cache_command->add_subcommand("status", "Where it is and how large");
  CLI::App* cache_clean_command = cache_command->add_subcommand("clean", "Forget all of it");
  for (CLI::App* command : {cache_status_command, cache_clean_command})
    command->add_option("--cache-dir", cache.folder, "The folder; default: in the user's cache folder");
  cache_command->footer("Example: drydock cache status");

  std::string ecosystem;
  CLI::App* compare_command =
      app.add_subcommand("compare-versions", "Check lines `A < B` (also = and >) on stdin; print the wrong ones");
  compare_command->add_option("ECOSYSTEM", ecosystem, "Debian, PyPI, npm, ...")->required();
  compare_command->footer("Example: echo '1.0~rc1 < 1.0' | drydock compare-versions Debian");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kClean : kUsage;
  }
  if (*scan_command) return run_scan(scan);
  if (*fix_command) return run_fix(fix);
  if (*checklist_command) return run_checklist(checklist);
  if (*explain_command) return run_explain(topic);
  if (*update_command) return run_db_update(db);
  if (*status_command) return run_db_status(db);
  if (*cache_status_command) return run_cache_status(cache);
  if (*cache_clean_command) return run_cache_clean(cache);
  return run_compare_versions(ecosystem);
}

}  // namespace
}  // namespace drydock::cli

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that leaves early is told by write()
  // Scripts ask for the version often; it needs none of the options that CLI11 would set up (0.3 ms).
  if (argc == 2 && std::string_view(argv[1]) == "--version")
    return drydock::cli::write_stdout("drydock " DRYDOCK_VERSION "\n") ? 0 : 3;
  try {
    int code = drydock::cli::parse_and_run(argc, argv);
    return drydock::cli::stdout_is_whole() ? code : drydock::cli::kFailed;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "drydock: %s\n", error.what());
    return drydock::cli::kFailed;
  }
}
