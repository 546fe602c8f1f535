// Scanner: all secret rules over one text in one pass.
//
// Vectorscan finds candidates at more than 1 GB/s per core whatever the number of rules; everything slower works on
// bounded windows around them and draws on a budget that grows with the file, so the whole stays linear on hostile
// input. Work over budget is reported in Outcome, never dropped in silence.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/span.h"
#include "model/severity.h"
#include "secrets/rule.h"

namespace drydock::secrets {

// Raised when the same bytes give other hits and no row of the rule tables says so (filters, judges, budgets): part of
// the layer cache's key, like all_rules().
constexpr uint32_t kEngineVersion = 1;

// Spans are relative to the scanned bytes; text fields are static.
struct Hit {
  const Rule* rule = nullptr;
  Span match;  // with the prefix or key word: the finding's line is where this begins
  Span secret;
  Severity severity = Severity::unknown;
  uint8_t confidence = 0;        // 100: proven by a checksum or a parse; 90 format; 75 shape and key word; 50 key word
  std::string_view reason = {};  // why severity or confidence differ from the rule's
  std::string_view dismissed_by = {};  // only with ScanOptions::keep_dismissed
  Span ignored_by = {};                // the inline mark (gitleaks:allow ...) that covers it; empty without one
};

struct ScanOptions {
  // Only hits whose secret begins in here are given; empty means everywhere. A caller that reads a file above 4 GiB in
  // windows gives each window kWindowMargin bytes of its neighbours and names its own part here.
  Span report = {};
  bool keep_dismissed = false;  // also what a filter refused, with the reason
};
constexpr uint32_t kWindowMargin = 64 << 10;  // above the longest key block that we read

struct Outcome {
  uint32_t over_budget = 0;                // candidates nobody looked at
  const Rule* over_budget_rule = nullptr;  // the first rule that ran out
  bool clipped = false;                    // bytes beyond 4 GiB were not read
  bool complete() const { return over_budget == 0 && !clipped; }
};

// One per thread. Creating the first loads the pattern database (under 1 ms), which all scanners share.
class Scanner {
 public:
  static Result<Scanner> create();
  Scanner(Scanner&&) noexcept;
  Scanner& operator=(Scanner&&) noexcept;
  ~Scanner();

  // Appends hits in the order of their secrets, at most one per byte. `path` only weighs: kind of file, test folders.
  Outcome scan(std::string_view bytes, std::string_view path, std::vector<Hit>& out, const ScanOptions& options = {});

 private:
  struct State;
  explicit Scanner(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace drydock::secrets
