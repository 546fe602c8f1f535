// Controls (rows of the hardening checklist), the evidence that decides them, and the verdicts.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "model/location.h"
#include "model/severity.h"
#include "model/subject.h"

namespace drydock {

// In order of weight: a control has the first of these that one of its entries has. `partial`: some entries pass,
// others are not assessed.
enum class Verdict : uint8_t {
  fail,
  expired,
  unknown,
  excepted,
  partial,
  not_assessed,
  attested,
  pass,
  not_applicable,
};
std::string_view name_of(Verdict verdict);

enum class EvidenceInput : uint8_t {
  files,
  image,
  git,
  engine,
  host,
  http,
  tls,
  database,
  registry,
  ledger,
  document,
  import,
  person,
};
std::string_view name_of(EvidenceInput input);

// One way to verify a control (`verify:` in data/controls.yaml).
struct ControlEntry {
  EvidenceInput input = EvidenceInput::files;
  std::span<const std::string_view> checks;  // each must have examined a subject of this input
  std::span<const std::string_view> items;   // narrows what refutes; empty: every item
  std::string_view pass_when;
};

struct Control {
  std::string_view id;  // "image.non-root-user"
  std::string_view title, section, description, fix;
  Severity severity = Severity::unknown;
  std::span<const ControlEntry> entries;
};

struct Evidence {
  EvidenceInput input = EvidenceInput::files;
  Verdict says = Verdict::not_assessed;
  std::string_view check;  // empty for a summary line ("14 subjects examined")
  Subject subject;
  Location at;
  std::string_view text;
  uint32_t finding = UINT32_MAX;  // index into ScanRecord::findings, UINT32_MAX: none
};

struct ControlResult {
  std::string_view control, title, section;
  Severity severity = Severity::unknown;
  Verdict verdict = Verdict::not_assessed;
  std::vector<Evidence> evidence;
};

}  // namespace drydock
