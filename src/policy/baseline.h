// Known findings: those of an earlier record (--baseline), or those that were there at a commit (--since). Being known
// changes the exit code only; a control that a known finding refutes stays failed.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "policy/policy.h"

namespace drydock::policy {

struct Baseline {
  std::string file;  // for messages
  std::string target_kind, target;
  Time started;
  std::set<std::string, std::less<>> fingerprints;  // of all findings, ignored ones too
};

// An earlier report of `-o json`. Errors name the file and what to do.
Result<Baseline> parse_baseline(std::string_view json, std::string_view file);

// Findings that would change the exit code or are below the threshold and are in the baseline become known. Notes: how
// many are new, known and gone.
void apply_baseline(const Baseline& baseline, ScanRecord& record, Summary& summary);

// The same for any reason to know a finding; returns how many are known. Ignored findings stay ignored.
using IsKnown = std::function<bool(size_t index)>;
size_t mark_known(const IsKnown& is_known, std::string_view reason, std::string_view source, ScanRecord& record,
                  Summary& summary);

}  // namespace drydock::policy
