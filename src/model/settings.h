// What checks need to know of drydock.yaml: allow-lists and budgets. Policy (ignores, thresholds) is not here: checks
// give opinions, policy decides.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace drydock {

struct Settings {
  std::span<const std::string_view> allowed_registries;  // empty: no list, DF008 is not applicable
  std::span<const std::string_view> allowed_ports;       // "443/tcp"; empty: no list
  uint32_t expected_uid = 1001;
};

}  // namespace drydock
