#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "report/report.h"

namespace drydock::cli {
namespace {

struct Output {
  const report::Renderer* renderer = nullptr;
  std::string file;  // empty or "-": stdout
  bool to_stdout() const { return file.empty() || file == "-"; }
};

Result<std::vector<Output>> outputs_of(const ScanArguments& arguments) {
  std::vector<Output> outputs;
  for (const std::string& wish : arguments.outputs) {
    Cut parts = cut(wish, "=");
    if (parts.found && parts.after.empty())
      return fail(Errc::malformed, "-o " + wish + " names no file; write " + std::string(parts.before) + "=FILE, or " +
                                       std::string(parts.before) + " for standard output");
    const report::Renderer* renderer = report::find_renderer(parts.before);
    if (renderer == nullptr) {
      std::string known;
      for (const report::Renderer& one : report::all_renderers())
        known += (known.empty() ? "" : ", ") + std::string(one.name);
      return fail(Errc::unsupported, "no report format '" + std::string(parts.before) + "'; there are " + known);
    }
    outputs.push_back({renderer, std::string(parts.after)});
  }
  if (!arguments.reports.empty()) {
    for (const report::Renderer& renderer : report::all_renderers())
      outputs.push_back({&renderer, arguments.reports + "/drydock." + std::string(renderer.extension)});
  }
  if (arguments.outputs.empty()) outputs.push_back({report::find_renderer("table"), {}});
  if (std::ranges::count_if(outputs, &Output::to_stdout) > 1)
    return fail(Errc::malformed, "only one report can go to standard output; write -o FORMAT=FILE for the others");
  return outputs;
}

Result<void> write_outputs(const ScanArguments& arguments, const std::vector<Output>& outputs,
                           const ExaminedTarget& examined) {
  if (!arguments.reports.empty()) TRY_VOID(create_directories(arguments.reports));
  for (const Output& output : outputs) {
    report::RenderOptions options{.width = output.to_stdout() ? terminal_width(STDOUT_FILENO) : 120,
                                  .colour = output.to_stdout() && use_colour(arguments.colour, STDOUT_FILENO),
                                  .all = arguments.all,
                                  .notes = examined.summary.notes};
    std::string text = output.renderer->render(examined.scan.record, options);
    if (output.to_stdout()) {
      if (!write_stdout(text)) break;
    } else {
      TRY_VOID(write_file_atomically(output.file, text));
    }
  }
  return {};
}

}  // namespace

int run_scan(const ScanArguments& arguments) {
  Result<std::vector<Output>> outputs = outputs_of(arguments);
  if (!outputs) {
    print_error(outputs.error().message);
    return kUsage;
  }
  std::vector<std::string> targets = arguments.targets.empty() ? std::vector<std::string>{"."} : arguments.targets;
  auto is_shown = [](const Output& output) { return output.to_stdout() && output.renderer->name == "table"; };
  if (targets.size() > 1 && !std::ranges::all_of(*outputs, is_shown)) {
    print_error("only the table takes several targets: every other report is about one; run drydock for each");
    return kUsage;
  }
  int code = kClean;
  for (const std::string& target : targets) {
    Examination examined = examine_target(arguments, target, &arguments);
    if (!examined) {
      print_error(examined.error().message);
      code = std::max(code, examined.error().code);
      continue;
    }
    if (Result<void> written = write_outputs(arguments, *outputs, *examined); !written) {
      print_error(written.error().message);
      code = kFailed;
      continue;
    }
    if (examined->summary.counting != 0) code = std::max(code, kFindings);
    size_t unknowns = examined->scan.record.unknowns.size();
    if (arguments.strict && unknowns != 0) {
      print_error("--strict: " + std::to_string(unknowns) + " things could not be examined; the report lists them");
      code = kFailed;
    }
  }
  return code;
}

}  // namespace drydock::cli
