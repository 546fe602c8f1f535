#include <cstdio>

#include "advisory/starter.h"
#include "advisory/update.h"
#include "cli/commands.h"

namespace drydock::cli {

int run_db_update(const DbArguments& arguments) {
  ProgressLine line;
  advisory::UpdateOptions options{.mirror = arguments.mirror,
                                  .ecosystems = arguments.ecosystems,
                                  .output = arguments.database,
                                  .ca_file = arguments.ca_file};
  options.progress = [&](std::string_view what) { line.show(what); };
  Result<advisory::UpdateSummary> summary = advisory::update(options);
  if (!summary) {
    print_error(summary.error().message);
    return kFailed;
  }
  for (const std::string& warning : summary->warnings) print_stderr("warning: " + warning);
  write_stdout(summary->path + ": " + std::to_string(summary->meta.advisories) + " advisories, newest of " +
               format_date(summary->meta.newest()) + ", " + std::to_string((summary->index_bytes + (1 << 19)) >> 20) +
               " MiB\n");
  return kClean;
}

int run_db_status(const DbArguments& arguments) {
  Result<advisory::Index> index =
      advisory::open_default({.path = arguments.database, .starter = advisory::starter_index()});
  if (!index) {
    print_error(index.error().message);
    return kFailed;
  }
  const advisory::IndexMeta& meta = index->meta();
  std::string text = meta.kind + " index from " + meta.source + ", built " + format_time(meta.built) +
                     ", newest advisory of " + format_date(meta.newest()) + "\n";
  for (const advisory::Coverage& row : meta.coverage) {
    char line[200];
    std::snprintf(line, sizeof line, "  %-20s %8llu advisories %8llu packages  newest %s\n", row.ecosystem.c_str(),
                  static_cast<unsigned long long>(row.advisories), static_cast<unsigned long long>(row.packages),
                  format_date(row.newest).c_str());
    text += line;
  }
  write_stdout(text);
  return kClean;
}

}  // namespace drydock::cli
