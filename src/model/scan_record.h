// ScanRecord: one scan, whole. Facts first; decisions and control results are computed from them and can be computed
// again. Reports render nothing but this. Its JSON form (docs/scan-record.md) is the one for output, store, convert and
// server.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/string_pool.h"
#include "model/advisory.h"
#include "model/control.h"
#include "model/decision.h"
#include "model/finding.h"
#include "model/image.h"
#include "model/package.h"
#include "model/stack.h"
#include "model/subject.h"
#include "model/time.h"

namespace drydock {

constexpr int kScanRecordSchema = 1;

// What a check id means, for reports: one for each check that has a finding.
struct CheckSummary {
  std::string_view id, name, title, advice;
  Severity severity = Severity::unknown;
  std::span<const std::string_view> aliases, references;
};

struct ImageLayer {
  std::string_view diff_id, digest;
  std::string_view created_by;  // history entry that made it
  uint64_t stored_bytes = 0, bytes = 0;
};

struct ImageSummary {
  std::string_view name, digest;
  std::string_view os;  // pretty name
  std::vector<ImageLayer> layers;
};

struct Counts {  // what was looked at, for the report's last lines
  uint64_t files = 0, bytes = 0, layers = 0;
  uint64_t skipped = 0;  // sockets, FIFOs, devices
  bool operator==(const Counts&) const = default;
};

// Move-only: strings belong to `parts` and `pool`, which it keeps alive.
struct ScanRecord {
  ScanRecord() = default;
  ScanRecord(ScanRecord&&) = default;
  ScanRecord& operator=(ScanRecord&&) = default;

  // Facts.
  std::string_view tool_version;
  Time started;
  int64_t elapsed_milliseconds = 0;
  Subject target;
  std::string_view target_path;  // as the user wrote it
  std::vector<Stack> stacks;     // one for each folder with compose files; most targets have one
  std::vector<ImageSummary> images;
  std::vector<Package> packages;
  std::vector<Finding> findings;     // sorted: see sort_findings
  std::vector<CheckSummary> checks;  // by id
  std::vector<Examined> examined;
  std::vector<Unknown> unknowns;
  std::vector<NotApplicable> not_applicable;
  AdvisoryDatabase advisories;
  Counts counts;

  // Computed from the facts.
  std::vector<Decision> decisions;      // decisions[i] is about findings[i]; empty before policy ran
  std::vector<ControlResult> controls;  // empty unless controls were asked for

  // Owners.
  StringPool pool;
  std::vector<std::shared_ptr<const void>> parts;
  template <class T>
  void keep(std::shared_ptr<const T> part) {
    parts.push_back(std::move(part));
  }
};

// By severity (worst first), path, line, check, item; then fills in fingerprints and numbers equal ones ("#2"). The
// order and the numbers do not depend on threads or on directory order.
void sort_findings(ScanRecord& record);

}  // namespace drydock
