// What policy decided about a finding. Policy never removes a finding; it writes decisions[i] beside findings[i].
#pragma once

#include <cstdint>
#include <string_view>

#include "model/severity.h"
#include "model/time.h"

namespace drydock {

enum class Outcome : uint8_t {
  counts,           // at or over the threshold: exit code 1
  below_threshold,  // reported, does not change the exit code
  ignored,          // by an entry of ours or a peer's mark: its control is excepted
  not_affected,     // VEX: does not refute a control and is listed as evidence
  known,            // in the baseline: exit code only
};
std::string_view name_of(Outcome outcome);

struct Decision {
  Outcome outcome = Outcome::counts;
  std::string_view reason;  // of the ignore, or the rule: "below --fail-on high"
  std::string_view source;  // "drydock.yaml:12", ".trivyignore:3", "inline Dockerfile:7", "vex.json"
  std::string_view owner;
  Time expires;
};

}  // namespace drydock
