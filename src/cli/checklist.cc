#include <unistd.h>

#include <algorithm>

#include "cli/commands.h"
#include "controls/catalog.h"
#include "controls/decide.h"
#include "report/report.h"

namespace drydock::cli {

int run_checklist(const ChecklistArguments& arguments) {
  if (arguments.targets.size() > 1) {
    print_error("checklist takes one target");
    return kUsage;
  }
  Examination examined = examine_target(arguments, arguments.targets.empty() ? "." : arguments.targets[0], nullptr);
  if (!examined) {
    print_error(examined.error().message);
    return examined.error().code;
  }
  ScanRecord& record = examined->scan.record;
  controls::decide(controls::catalog(), record);
  report::RenderOptions options{.width = terminal_width(STDOUT_FILENO),
                                .colour = use_colour(arguments.colour, STDOUT_FILENO),
                                .all = arguments.all,
                                .notes = examined->summary.notes};
  write_stdout(arguments.output == "json" ? report::render_json(record, options)
                                          : report::render_checklist(record, options));
  bool failed = std::ranges::any_of(record.controls, [](const ControlResult& control) {
    return control.verdict == Verdict::fail || control.verdict == Verdict::expired;
  });
  return failed ? kFindings : kClean;
}

}  // namespace drydock::cli
