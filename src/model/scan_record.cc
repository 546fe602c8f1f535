#include "model/scan_record.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <unordered_map>

namespace drydock {

void sort_findings(ScanRecord& record) {
  static constexpr Location kNowhere;
  auto key = [](const Finding& f) {
    const Location& at = f.location() ? *f.location() : kNowhere;
    return std::tuple(-static_cast<int>(f.severity), at.path, at.line, at.span.begin, f.check, f.item, f.subject.id,
                      f.place, f.message);
  };
  std::sort(record.findings.begin(), record.findings.end(),
            [&](const Finding& a, const Finding& b) { return key(a) < key(b); });
  std::unordered_map<std::string, int> seen;
  for (Finding& finding : record.findings) {
    std::string print = fingerprint_of(finding);
    int times = ++seen[print];
    finding.fingerprint = times == 1 ? record.pool.copy(print) : record.pool.join(print, "#", std::to_string(times));
  }
}

}  // namespace drydock
