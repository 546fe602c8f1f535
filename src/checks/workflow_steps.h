// Walks GitHub Actions workflows and composite actions (docs.github.com/actions/reference/workflows-and-actions).
#pragma once

#include <string_view>
#include <vector>

#include "formats/yaml.h"

namespace drydock::checks {

struct Step {
  const tree::Node* job = nullptr;   // null in a composite action
  const tree::Node* node = nullptr;  // the step's mapping
  const tree::Node* uses = nullptr;  // scalar, null if there is none
  const tree::Node* run = nullptr;
  const tree::Node* with = nullptr;
};
std::vector<Step> steps_of(const yaml::File& file);

// "owner/action/path@ref" or "docker://image".
struct ActionReference {
  std::string_view repository;  // "owner/action/path"; empty for the other kinds
  std::string_view ref;
  bool local = false;  // "./action"
  bool docker = false;
};
ActionReference parse_action(std::string_view uses);
// "aquasecurity/trivy-action" of "aquasecurity/trivy-action/sub@v1".
std::string_view action_name(const ActionReference& action);

// Looks for something and says what it found: trivy, grype, bandit and so on, as an action or as a program.
bool is_scan_action(std::string_view name);
bool is_scan_program(std::string_view program);

}  // namespace drydock::checks
