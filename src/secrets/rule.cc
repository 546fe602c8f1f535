#include "secrets/rule.h"

#include <array>
#include <vector>

#include "secrets/rules/tables.h"

namespace drydock::secrets {

std::span<const Rule* const> all_rules() {
  static const std::vector<const Rule*> rules = [] {
    std::vector<const Rule*> list;
    for (std::span<const Rule> table : {cloud_rules, code_rules, ai_rules, service_rules, payment_rules, generic_rules})
      for (const Rule& rule : table) list.push_back(&rule);
    return list;
  }();
  return rules;
}

const Rule* find_rule(std::string_view id) {
  for (const Rule* rule : all_rules())
    if (rule->id == id) return rule;
  return nullptr;
}

}  // namespace drydock::secrets
