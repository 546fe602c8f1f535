#include <string>

#include "base/arena.h"
#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/workflow_steps.h"
#include "formats/shell.h"

namespace drydock::checks::unfixed_hidden {
namespace {

// What has no fix yet is where an exception with a date is needed, or another package; hidden, nobody decides.
void run(const WorkflowInput& input, Findings& out) {
  for (const Step& step : steps_of(input.file)) {
    if (step.uses != nullptr && step.with != nullptr && is_scan_action(action_name(parse_action(step.uses->text)))) {
      // A list of exceptions names what is accepted.
      if (!step.with->string_at("trivyignores").empty()) continue;
      for (std::string_view name : {"ignore-unfixed", "only-fixed", "ignore_unfixed", "only_fixed"}) {
        const tree::Node* value = step.with->find(name);
        if (value == nullptr || !value->is_scalar() || !equal_ignoring_case(trim(value->text), "true")) continue;
        bool quoted = value->style == tree::Style::single_quoted || value->style == tree::Style::double_quoted;
        Span inner = quoted ? Span{value->span.begin + 1, value->span.end - 1} : value->span;
        out.add_item(name, value->span, out.text({name, " hides vulnerabilities that have no fix yet"}),
                     {Edit{inner, "false", {}}});
      }
    }
    if (step.run == nullptr) continue;
    Arena arena;
    for (const shell::Command& command : shell::split(step.run->text, arena)) {
      bool trivy =
          command.program() == "trivy" && command.has_flag("--ignore-unfixed") && !command.has_flag("--ignorefile");
      bool grype = command.program() == "grype" && command.has_flag("--only-fixed");
      if (trivy || grype)
        out.add_item(command.program(), step.run->span,
                     out.text({command.program(), " hides vulnerabilities that have no fix yet"}));
    }
  }
}

constexpr std::string_view kReferences[] = {"https://trivy.dev/latest/docs/configuration/filtering/",
                                            "https://github.com/aquasecurity/trivy-action#inputs"};
constexpr std::string_view kPath = ".github/workflows/ci.yml";
constexpr Example kExamples[] = {
    {.bad = "on: push\njobs:\n  a:\n    steps:\n      - uses: aquasecurity/trivy-action@0.33.1\n        with:\n        "
            "  ignore-unfixed: true\n",
     .good = "on: push\njobs:\n  a:\n    steps:\n      - uses: aquasecurity/trivy-action@0.33.1\n        with:\n       "
             "   ignore-unfixed: false\n",
     .path = kPath},
    {.bad = "on: push\njobs:\n  a:\n    steps:\n      - run: trivy image --ignore-unfixed app\n", .path = kPath},
    {.good = "on: push\njobs:\n  a:\n    steps:\n      - uses: vendor/tool@v1\n        with:\n          "
             "ignore-unfixed: true\n",
     .path = kPath},
    {.good = "on: push\njobs:\n  a:\n    steps:\n      - uses: aquasecurity/trivy-action@0.33.1\n        with:\n       "
             "   ignore-unfixed: true\n          trivyignores: exceptions.yaml\n",
     .path = kPath},
};
constexpr Check kChecks[] = {{.id = "GH035",
                              .name = "unfixed-hidden",
                              .title = "Unfixed findings hidden",
                              .severity = Severity::low,
                              .fix = Fix::behaviour_changing,
                              .references = kReferences,
                              .advice = "Show them, and accept single ones in a list with a reason and a date.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::unfixed_hidden
