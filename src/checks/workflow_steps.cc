#include "checks/workflow_steps.h"

#include <algorithm>

#include "base/text.h"

namespace drydock::checks {
namespace {

void add_steps(const tree::Node* job, const tree::Node* list, std::vector<Step>& steps) {
  if (list == nullptr || !list->is_sequence()) return;
  for (const tree::Node* node : list->items) {
    if (!node->is_mapping()) continue;
    Step step{.job = job, .node = node, .with = node->find("with")};
    const tree::Node *uses = node->find("uses"), *run = node->find("run");
    if (uses != nullptr && uses->is_string()) step.uses = uses;
    if (run != nullptr && run->is_scalar()) step.run = run;
    steps.push_back(step);
  }
}

}  // namespace

std::vector<Step> steps_of(const yaml::File& file) {
  std::vector<Step> steps;
  if (const tree::Node* jobs = file.root().find("jobs"); jobs != nullptr && jobs->is_mapping())
    for (const tree::Member& job : jobs->members) add_steps(job.value, job.value->find("steps"), steps);
  add_steps(nullptr, file.root().find_path({"runs", "steps"}), steps);
  return steps;
}

ActionReference parse_action(std::string_view uses) {
  ActionReference action;
  uses = trim(uses);
  action.local = uses.starts_with("./") || uses.starts_with("../");
  action.docker = uses.starts_with("docker://");
  if (action.local || action.docker) return action;
  Cut parts = cut(uses, "@");
  action.repository = parts.before;
  action.ref = parts.after;
  return action;
}

std::string_view action_name(const ActionReference& action) {
  size_t slash = action.repository.find('/');
  if (slash == std::string_view::npos) return action.repository;
  return action.repository.substr(0, action.repository.find('/', slash + 1));
}

bool is_scan_action(std::string_view name) {
  constexpr std::string_view kActions[] = {"aquasecurity/trivy-action",
                                           "anchore/scan-action",
                                           "snyk/actions",
                                           "bridgecrewio/checkov-action",
                                           "docker/scout-action",
                                           "aquasecurity/tfsec-action",
                                           "gitleaks/gitleaks-action",
                                           "zricethezav/gitleaks-action",
                                           "trufflesecurity/trufflehog",
                                           "returntocorp/semgrep-action",
                                           "semgrep/semgrep-action",
                                           "pypa/gh-action-pip-audit",
                                           "hadolint/hadolint-action",
                                           "crazy-max/ghaction-container-scan",
                                           "azure/container-scan",
                                           "checkmarx/kics-github-action",
                                           "securego/gosec",
                                           "google/osv-scanner-action",
                                           "actions/dependency-review-action",
                                           "zaproxy/action-baseline",
                                           "zaproxy/action-full-scan"};
  return std::ranges::any_of(kActions, [&](std::string_view known) { return equal_ignoring_case(known, name); });
}

bool is_scan_program(std::string_view program) {
  constexpr std::string_view kPrograms[] = {
      "trivy",       "grype",       "snyk",       "bandit",  "semgrep",   "pip-audit",     "safety", "checkov",
      "hadolint",    "gitleaks",    "trufflehog", "tfsec",   "terrascan", "kics",          "dockle", "gosec",
      "govulncheck", "osv-scanner", "zizmor",     "drydock", "brakeman",  "detect-secrets"};
  return std::ranges::find(kPrograms, program) != std::end(kPrograms);
}

}  // namespace drydock::checks
