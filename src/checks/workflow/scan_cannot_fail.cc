#include <algorithm>
#include <string>

#include "base/arena.h"
#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/workflow_steps.h"
#include "formats/shell.h"

namespace drydock::checks::scan_cannot_fail {
namespace {

// The value with its quotes kept.
std::string quoted_as(const tree::Node& node, std::string_view value) {
  if (node.style == tree::Style::single_quoted) return "'" + std::string(value) + "'";
  if (node.style == tree::Style::double_quoted) return "\"" + std::string(value) + "\"";
  return std::string(value);
}

struct Input {
  std::string_view action, name, harmless, strict;  // the value that lets everything pass, and the one that does not
};
// From the actions' README files.
constexpr Input kInputs[] = {
    {"aquasecurity/trivy-action", "exit-code", "0", "1"},
    {"docker/scout-action", "exit-code", "false", "true"},
    {"anchore/scan-action", "fail-build", "false", "true"},
    {"bridgecrewio/checkov-action", "soft_fail", "true", "false"},
    {"aquasecurity/tfsec-action", "soft_fail", "true", "false"},
    {"hadolint/hadolint-action", "no-fail", "true", "false"},
    {"zaproxy/action-baseline", "fail_action", "false", "true"},
    {"actions/dependency-review-action", "warn-only", "true", "false"},
};

void judge_action(const Step& step, Findings& out) {
  std::string_view name = action_name(parse_action(step.uses->text));
  if (!is_scan_action(name)) return;
  for (const Input& row : kInputs) {
    if (!equal_ignoring_case(row.action, name)) continue;
    const tree::Node* value = step.with == nullptr ? nullptr : step.with->find(row.name);
    if (value != nullptr && value->is_scalar() && equal_ignoring_case(trim(value->text), row.harmless))
      out.add_item(row.name, value->span,
                   out.text({"with ", row.name, " ", value->text, " this scan passes whatever it finds"}),
                   {Edit{value->span, quoted_as(*value, row.strict), {}}});
    // trivy-action succeeds by default. A report for another step or for code scanning is no gate and is not meant to
    // be.
    bool table =
        step.with == nullptr || step.with->string_at("format").empty() || step.with->string_at("format") == "table";
    bool from_environment = step.node->find_path({"env", "TRIVY_EXIT_CODE"}) != nullptr;
    bool own_settings = step.with != nullptr && step.with->find("trivy-config") != nullptr;
    if (value == nullptr && row.name == "exit-code" && row.harmless == "0" && table && !from_environment &&
        !own_settings)
      out.add_item(row.name, step.uses->span, "without exit-code this scan passes whatever it finds");
  }
}

bool swallows(const shell::Command& command) {
  std::string_view program = command.program();
  if (program == "true" || program == ":" || program == "echo") return true;
  return program == "exit" && command.words.size() > 1 && command.words[1].text == "0";
}

void judge_run(const Step& step, Findings& out) {
  Arena arena;
  std::span<const shell::Command> commands = shell::split(step.run->text, arena);
  for (size_t i = 0; i < commands.size(); ++i) {
    const shell::Command& command = commands[i];
    std::string_view program = command.program();
    std::span<const shell::Word> arguments = command.arguments();
    std::string_view first = arguments.empty() ? std::string_view{} : arguments[0].text;
    bool audit = (program == "npm" || program == "yarn" || program == "pnpm") && first == "audit";
    bool scout = program == "docker" && first == "scout";
    if (!is_scan_program(program) && !audit && !scout) continue;
    if (command.joint == shell::Joint::or_if && i + 1 < commands.size() && swallows(commands[i + 1])) {
      out.add_item(program, step.run->span,
                   out.text({"whatever ", program, " finds, what stands behind || lets the step pass"}));
      continue;
    }
    if (program != "trivy" && program != "checkov") continue;
    for (size_t j = 0; j < arguments.size(); ++j) {
      std::string_view word = arguments[j].text;
      std::string_view next = j + 1 < arguments.size() ? arguments[j + 1].text : std::string_view{};
      bool off = word == "--exit-code=0" || (word == "--exit-code" && next == "0") ||
                 (program == "checkov" && (word == "--soft-fail" || word == "-s"));
      if (off)
        out.add_item(program, step.run->span, out.text({word, " lets the step pass whatever ", program, " finds"}));
    }
  }
}

void run(const WorkflowInput& input, Findings& out) {
  for (const Step& step : steps_of(input.file)) {
    if (step.uses != nullptr) judge_action(step, out);
    if (step.run != nullptr) judge_run(step, out);
    const tree::Node* go_on = step.node->find("continue-on-error");
    if (go_on == nullptr || !go_on->is_true() || step.uses == nullptr ||
        !is_scan_action(action_name(parse_action(step.uses->text))))
      continue;
    out.add_item("continue-on-error", go_on->span, "continue-on-error lets this scan fail unnoticed",
                 {Edit{go_on->span, quoted_as(*go_on, "false"), {}}});
  }
}

constexpr std::string_view kReferences[] = {"https://github.com/aquasecurity/trivy-action#inputs",
                                            "https://docs.github.com/en/actions/reference/workflows-and-actions/"
                                            "workflow-syntax#jobsjob_idstepscontinue-on-error"};
constexpr std::string_view kPath = ".github/workflows/ci.yml";
constexpr Example kExamples[] = {
    {.bad = "on: push\njobs:\n  a:\n    steps:\n      - uses: aquasecurity/trivy-action@0.33.1\n        with:\n        "
            "  exit-code: '0' # report only\n",
     .good = "on: push\njobs:\n  a:\n    steps:\n      - uses: aquasecurity/trivy-action@0.33.1\n        with:\n       "
             "   exit-code: '1' # report only\n",
     .path = kPath},
    {.bad =
         "on: push\njobs:\n  a:\n    steps:\n      - uses: anchore/scan-action@v6\n        continue-on-error: true\n",
     .good =
         "on: push\njobs:\n  a:\n    steps:\n      - uses: anchore/scan-action@v6\n        continue-on-error: false\n",
     .path = kPath},
    {.bad = "on: push\njobs:\n  a:\n    steps:\n      - run: |\n          pip-audit -r requirements.txt || true\n",
     .path = kPath},
    {.good = "on: push\njobs:\n  a:\n    steps:\n      - uses: aquasecurity/trivy-action@0.33.1\n        with:\n       "
             "   format: sarif\n          output: trivy.sarif\n",
     .path = kPath},
    {.good = "on: push\njobs:\n  a:\n    steps:\n      - run: trivy image --exit-code 1 app || exit 1\n      - run: rm "
             "-f x || true\n",
     .path = kPath},
    {.good = "on: push\njobs:\n  a:\n    steps:\n      - uses: vendor/upload@v1\n        continue-on-error: true\n",
     .path = kPath},
};
constexpr Check kChecks[] = {
    {.id = "GH021",
     .name = "scan-cannot-fail",
     .title = "Scan step cannot fail the build",
     .severity = Severity::medium,
     .fix = Fix::behaviour_changing,
     .references = kReferences,
     .advice = "Let the scan fail the build from a severity on, and record exceptions with a reason and a date.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::scan_cannot_fail
