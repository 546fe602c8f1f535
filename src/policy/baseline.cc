#include "policy/baseline.h"

#include <algorithm>

#include "base/text.h"
#include "model/record_json.h"

namespace drydock::policy {
Result<Baseline> parse_baseline(std::string_view json, std::string_view file) {
  Result<ScanRecord> record = decode_record(json);
  if (!record)
    return fail(record.error().code, std::string(file) + ": no baseline: " + record.error().message +
                                         "; write one with drydock scan -o json=FILE");
  Baseline baseline{.file = std::string(file),
                    .target_kind = std::string(name_of(record->target.kind)),
                    .target = std::string(record->target.id),
                    .started = record->started};
  for (const Finding& finding : record->findings) baseline.fingerprints.emplace(finding.fingerprint);
  return baseline;
}

size_t mark_known(const IsKnown& is_known, std::string_view reason, std::string_view source, ScanRecord& record,
                  Summary& summary) {
  size_t known = 0;
  for (size_t i = 0; i < record.decisions.size(); ++i) {
    Decision& decision = record.decisions[i];
    bool open = decision.outcome == Outcome::counts || decision.outcome == Outcome::below_threshold;
    if (!open || !is_known(i)) continue;
    ++known;
    decision = {.outcome = Outcome::known, .reason = record.pool.copy(reason), .source = record.pool.copy(source)};
  }
  summary.counting = static_cast<size_t>(std::ranges::count(record.decisions, Outcome::counts, &Decision::outcome));
  return known;
}

void apply_baseline(const Baseline& baseline, ScanRecord& record, Summary& summary) {
  std::set<std::string_view> present;
  for (const Finding& finding : record.findings) present.insert(finding.fingerprint);
  auto is_known = [&](size_t i) { return baseline.fingerprints.contains(record.findings[i].fingerprint); };
  std::string reason = "in the baseline";
  if (baseline.started.known()) reason += " of " + format_date(baseline.started);
  mark_known(is_known, reason, baseline.file, record, summary);
  size_t in_baseline = 0;
  for (size_t i = 0; i < record.findings.size(); ++i) in_baseline += is_known(i);
  size_t gone = static_cast<size_t>(std::ranges::count_if(
      baseline.fingerprints, [&](const std::string& fingerprint) { return !present.contains(fingerprint); }));
  summary.notes.push_back(baseline.file + ": " + std::to_string(record.findings.size() - in_baseline) + " new, " +
                          std::to_string(in_baseline) + " known, " + std::to_string(gone) + " gone since the baseline");
  if (baseline.fingerprints.empty())
    summary.notes.push_back(baseline.file + ": this baseline holds no finding, so everything is new");
  if (baseline.target_kind != name_of(record.target.kind) || baseline.target != record.target.id)
    summary.notes.push_back(baseline.file + ": this baseline is of " + baseline.target_kind + " " +
                            printable(baseline.target) + ", not of this target");
}

}  // namespace drydock::policy
