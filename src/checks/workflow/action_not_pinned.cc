#include <algorithm>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/workflow_steps.h"

namespace drydock::checks::action_not_pinned {
namespace {

// Tags and branches can be moved to other code, with the workflow's token and secrets in reach. Only a full commit id
// cannot; a short one can be imitated, so eight digits are none.
bool is_commit(std::string_view ref) {
  return (ref.size() == 40 || ref.size() == 64) &&
         std::ranges::all_of(ref, [](char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); });
}

bool is_branch(std::string_view ref) {
  constexpr std::string_view kBranches[] = {"master", "main",    "trunk", "develop", "dev",   "HEAD",
                                            "next",   "nightly", "edge",  "canary",  "latest"};
  return std::ranges::find(kBranches, ref) != std::end(kBranches);
}

void judge(const tree::Node& uses, Findings& out) {
  std::string_view text = trim(uses.text);
  if (text.find("${{") != std::string_view::npos) {
    out.unknown(uses.span, "the action's name or version is an expression");
    return;
  }
  ActionReference action = parse_action(text);
  if (action.local || text.empty()) return;
  if (action.docker) {
    if (text.find("@sha256:") == std::string_view::npos)
      out.add_item(text, uses.span, "the image of this step has no digest");
    return;
  }
  if (is_commit(action.ref) || action.repository.find('/') == std::string_view::npos) return;
  std::string_view owner = cut(action.repository, "/").before;
  bool github = owner == "actions" || owner == "github";
  bool branch = is_branch(action.ref);
  if (branch && !github) out.as(Severity::high);
  if (github && !branch) out.as(Severity::low);
  std::string_view kind = branch               ? "follows a branch"
                          : action.ref.empty() ? "has no version"
                                               : "follows a tag that can be moved";
  out.add_item(action.repository, uses.span, out.text({text, " ", kind, ": pin the full commit id"}));
}

void run(const WorkflowInput& input, Findings& out) {
  for (const Step& step : steps_of(input.file))
    if (step.uses != nullptr) judge(*step.uses, out);
  // A job may call a whole workflow.
  const tree::Node* jobs = input.file.root().find("jobs");
  if (jobs == nullptr || !jobs->is_mapping()) return;
  for (const tree::Member& job : jobs->members)
    if (const tree::Node* uses = job.value->find("uses"); uses != nullptr && uses->is_string()) judge(*uses, out);
}

constexpr std::string_view kAliases[] = {"third-party-action-not-pinned-to-commit-sha",
                                         "unpinned_actions_full_length_commit_sha", "unpinned-uses"};
constexpr std::string_view kReferences[] = {
    "https://docs.github.com/en/actions/reference/security/secure-use#using-third-party-actions"};
constexpr std::string_view kPath = ".github/workflows/ci.yml";
constexpr Example kExamples[] = {
    {.bad = "on: push\njobs:\n  a:\n    steps:\n      - uses: aquasecurity/trivy-action@master\n", .path = kPath},
    {.bad = "on: push\njobs:\n  a:\n    steps:\n      - uses: \"vendor/tool@v1\"\n      - uses: docker://alpine:3.22\n",
     .path = kPath},
    {.bad = "on: push\njobs:\n  a:\n    uses: vendor/flows/.github/workflows/a.yml@1a2b3c4d\n", .path = kPath},
    {.good = "on: push\njobs:\n  a:\n    steps:\n      - uses: vendor/tool@8f4b7f84864484a7bf31766abe9204da3cbe65b3 # "
             "v1\n      - uses: ./tools/own\n",
     .path = kPath},
    {.good = "on: push\njobs:\n  a:\n    uses: ./.github/workflows/a.yml\n  b:\n    steps:\n      - run: echo uses "
             "vendor/tool@v1\n",
     .path = kPath},
    {.good = "on: push\njobs:\n  a:\n    steps:\n      - uses: "
             "docker://alpine@sha256:2e1f0d0f2f7a4b2f8c8c1d2b3a495867768594a3b2c1d0e0f0a1b2c3d4e5f607\n",
     .path = kPath},
};
constexpr Check kChecks[] = {
    {.id = "GH003",
     .name = "action-not-pinned",
     .title = "Action not pinned to a commit SHA",
     .severity = Severity::medium,
     .aliases = kAliases,
     .references = kReferences,
     .advice = "Write the full commit id and keep the version as a comment; update tools understand both.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::action_not_pinned
