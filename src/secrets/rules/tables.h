// The tables that all_rules() strings together, in this order.
#pragma once

#include <span>

#include "secrets/rule.h"

namespace drydock::secrets {

extern const std::span<const Rule> cloud_rules, code_rules, ai_rules, service_rules, payment_rules, generic_rules;

}  // namespace drydock::secrets
