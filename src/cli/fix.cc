#include "fix/fix.h"

#include <unistd.h>

#include <algorithm>

#include "base/text.h"
#include "cli/commands.h"
#include "formats/yaml.h"

namespace drydock::cli {
namespace {

const checks::Selection kAllFindings{.only = {}, .most_findings = SIZE_MAX};

// Findings as the plan wants them: with paths relative to the configuration, as the checks gave them.
struct Offers {
  std::shared_ptr<const Part> part;
  std::vector<const Finding*> offers;
  size_t behaviour_changing = 0;  // left out
};

// An ignored finding is accepted as it is, so no fix is offered; nor for one that was not asked for (--service,
// --check). Decisions are on the record's findings, found again by what they say.
bool is_wanted(const scan::Scan& scan, const Finding& finding) {
  auto path_of = [](const Finding& one) { return one.location() ? one.location()->path : std::string_view{}; };
  std::string path = (scan.prefix.empty() ? "" : scan.prefix + "/") + std::string(path_of(finding));
  for (size_t i = 0; i < scan.record.findings.size(); ++i) {
    const Finding& decided = scan.record.findings[i];
    if (decided.check == finding.check && decided.place == finding.place && decided.item == finding.item &&
        decided.message == finding.message && path_of(decided) == path)
      return scan.record.decisions[i].outcome != Outcome::ignored;
  }
  return false;
}

Offers offers_of(const ExaminedTarget& examined, const FixArguments& arguments, const Settings& settings) {
  Offers result;
  result.part = scan::examine(*examined.scan.configuration, settings, examined.scan.record.started, kAllFindings);
  for (const Finding& finding : result.part->findings) {
    const auto* detail = std::get_if<MisconfigurationDetail>(&finding.detail);
    if (detail == nullptr || detail->edits.empty() || !is_wanted(examined.scan, finding)) continue;
    if (detail->changes_behaviour && !arguments.behaviour_changing) {
      ++result.behaviour_changing;
    } else {
      result.offers.push_back(&finding);
    }
  }
  return result;
}

// A terminal gets nothing that it would obey; a file or a pipe gets every byte, for `patch`.
std::string shown(const std::string& bytes, bool colour) {
  std::string diff = ::isatty(STDOUT_FILENO) == 1 ? printable(bytes) : bytes;
  if (!colour) return diff;
  std::string out;
  for (size_t at = 0; at < diff.size();) {
    size_t end = std::min(diff.find('\n', at), diff.size());
    std::string_view line = std::string_view(diff).substr(at, end - at);
    std::string_view code = line.starts_with("+++") || line.starts_with("---") ? "1"
                            : line.starts_with('@')                            ? "36"
                            : line.starts_with('+')                            ? "32"
                            : line.starts_with('-')                            ? "31"
                                                                               : "0";
    out += "\x1b[" + std::string(code) + "m" + std::string(line) + "\x1b[0m\n";
    at = end + 1;
  }
  return out;
}

}  // namespace

int run_fix(const FixArguments& arguments) {
  if (arguments.targets.size() > 1) {
    print_error("fix takes one target");
    return kUsage;
  }
  std::string target = arguments.targets.empty() ? "." : arguments.targets[0];
  Examination examined = examine_target(arguments, target, nullptr);
  if (!examined) {
    print_error(examined.error().message);
    return examined.error().code;
  }
  const scan::Scan& scan = examined->scan;
  if (scan.configuration == nullptr) {
    print_error(target + ": an image cannot be edited; fix the Dockerfile and the files that it is built from");
    return kUsage;
  }
  StringPool pool;
  Settings settings = policy::settings_of(examined->policy, pool);
  Offers offers = offers_of(*examined, arguments, settings);
  std::shared_ptr<const scan::Configuration> changed;
  std::shared_ptr<const Part> examined_again;
  fix::Rescan rescan = [&](const Overlay& overlay) -> const std::vector<Finding>* {
    changed = scan::with_overlay(*scan.configuration, overlay);
    for (const auto& [path, bytes] : overlay) {
      const Source* source = changed->sources.find(path);
      if (source == nullptr || !source->problem.empty()) return nullptr;
      // A key that is there twice now: the file still parses, but half of it no longer counts.
      const auto* before = scan.configuration->sources.find(path)->as<yaml::File>();
      const auto* after = source->as<yaml::File>();
      if (before != nullptr && (after == nullptr || after->problems.size() > before->problems.size())) return nullptr;
    }
    examined_again = scan::examine(*changed, settings, scan.record.started, kAllFindings);
    return &examined_again->findings;
  };
  fix::Plan plan = fix::plan_fixes(offers.offers, offers.part->findings, scan.configuration->sources, rescan);

  bool colour = use_colour(arguments.colour, STDOUT_FILENO);
  for (const fix::FileChange& change : plan.files)
    if (!write_stdout(shown(fix::unified_diff(change, scan.prefix), colour))) break;
  auto count = [](size_t n, const char* what) { return std::to_string(n) + " " + what + (n == 1 ? "" : "s"); };
  std::string counts = count(plan.fixed.size(), "finding") + " in " + count(plan.files.size(), "file");
  std::string say = counts + " can be fixed; proven by examining the result." +
                    (plan.fixed.empty() ? "" : " --apply writes the edits.");
  if (arguments.apply) {
    if (Result<void> applied = fix::apply(plan, scan.root); !applied) {
      print_error(applied.error().message);
      return kFailed;
    }
    say = "Fixed " + counts + ".";
  }
  if (offers.behaviour_changing != 0)
    say += "\n" + count(offers.behaviour_changing, "more edit") +
           " would change how the stack behaves: --behaviour-changing shows what.";
  for (const fix::Refusal& refusal : plan.refused) {
    const Location* at = refusal.finding->location();
    say += "\nnot offered: " + std::string(refusal.finding->check) + " in " +
           std::string(at ? at->path : refusal.finding->subject.id) + ": " + refusal.reason;
  }
  print_stderr(say);
  return kClean;
}

}  // namespace drydock::cli
