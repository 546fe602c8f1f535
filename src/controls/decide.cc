#include "controls/decide.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/stable_order.h"

namespace drydock::controls {
namespace {

constexpr Severity kGate = Severity::low;  // info findings are remarks, they refute nothing
// A finding whose severity nobody knows (an advisory without a score) neither refutes nor may be passed over in
// silence.
constexpr Severity kUndecided = Severity::unknown;

// What the record says by check id, gathered once for all controls.
struct Index {
  std::map<std::string_view, std::vector<uint32_t>> findings;
  std::map<std::string_view, size_t> examined;  // subjects
  std::map<std::string_view, std::vector<const Unknown*>> unknowns;
  std::vector<const Unknown*> unknowns_of_all;  // about a subject whatever the check
  std::map<std::string_view, std::set<std::pair<SubjectKind, std::string_view>>> not_applicable;  // subjects

  explicit Index(const ScanRecord& record) {
    for (uint32_t i = 0; i < record.findings.size(); ++i) findings[record.findings[i].check].push_back(i);
    for (const Examined& row : record.examined) {
      if (row.subjects.empty()) continue;  // looked, but at nothing: no proof
      for (std::string_view check : row.checks) examined[check] += row.subjects.size();
    }
    for (const Unknown& unknown : record.unknowns) {
      if (unknown.check.empty()) {
        unknowns_of_all.push_back(&unknown);
      } else {
        unknowns[unknown.check].push_back(&unknown);
      }
    }
    for (const NotApplicable& row : record.not_applicable)
      not_applicable[row.check].emplace(row.subject.kind, row.subject.id);
  }

  // An Unknown without a check counts for the checks that would have read its subject: those of the same input.
  static bool reads(EvidenceInput input, SubjectKind kind) {
    switch (kind) {
      case SubjectKind::image:
      case SubjectKind::layer: return input == EvidenceInput::image;
      case SubjectKind::file:
      case SubjectKind::service:
      case SubjectKind::stack: return input == EvidenceInput::files;
      case SubjectKind::repository: return input == EvidenceInput::files || input == EvidenceInput::git;
      case SubjectKind::container: return input == EvidenceInput::engine;
      case SubjectKind::url: return input == EvidenceInput::http;
      case SubjectKind::endpoint: return input == EvidenceInput::tls;
      case SubjectKind::registry: return input == EvidenceInput::registry;
      case SubjectKind::host: return input == EvidenceInput::host;
      case SubjectKind::database: return input == EvidenceInput::database;
      case SubjectKind::ledger: return input == EvidenceInput::ledger;
    }
    return false;
  }
};

class Decider {
 public:
  Decider(ScanRecord& record, const Index& index) : record_(record), index_(index) {}

  ControlResult decide(const Control& control) {
    ControlResult result{.control = control.id,
                         .title = control.title,
                         .section = control.section,
                         .severity = control.severity,
                         .evidence = {}};
    std::vector<Verdict> verdicts;
    for (const ControlEntry& entry : control.entries) verdicts.push_back(decide_entry(entry, result.evidence));
    result.verdict = combine(verdicts);
    sort_stably(result.evidence, [](const Evidence& a, const Evidence& b) { return a.says < b.says; });
    return result;
  }

 private:
  static Verdict combine(const std::vector<Verdict>& verdicts) {
    if (verdicts.empty()) return Verdict::not_assessed;
    Verdict worst = *std::min_element(verdicts.begin(), verdicts.end());
    if (worst < Verdict::partial) return worst;
    auto is = [&](Verdict v) { return std::ranges::find(verdicts, v) != verdicts.end(); };
    if (is(Verdict::not_assessed))
      return is(Verdict::pass) || is(Verdict::attested) ? Verdict::partial : Verdict::not_assessed;
    return worst;  // attested, pass or not_applicable
  }

  static bool speaks_of(const ControlEntry& entry, const Finding& finding) {
    return (finding.severity >= kGate || finding.severity == kUndecided) &&
           (entry.items.empty() || std::ranges::find(entry.items, finding.item) != entry.items.end());
  }

  Verdict decide_entry(const ControlEntry& entry, std::vector<Evidence>& evidence) {
    bool refuted = false, excused = false, unknown = false;
    size_t subjects = 0, applicable = 0;
    std::vector<std::string_view> missing;
    for (std::string_view check : entry.checks) {
      if (auto found = index_.findings.find(check); found != index_.findings.end()) {
        for (uint32_t i : found->second) {
          const Finding& finding = record_.findings[i];
          if (!speaks_of(entry, finding)) continue;
          const Decision* decision = i < record_.decisions.size() ? &record_.decisions[i] : nullptr;
          bool not_affected = decision != nullptr && decision->outcome == Outcome::not_affected;
          bool ignored = decision != nullptr && decision->outcome == Outcome::ignored;
          bool undecided = !not_affected && !ignored && finding.severity == kUndecided;
          refuted |= !not_affected && !ignored && !undecided;
          excused |= ignored;
          unknown |= undecided;
          evidence.push_back({.input = entry.input,
                              .says = not_affected ? Verdict::pass
                                      : ignored    ? Verdict::excepted
                                      : undecided  ? Verdict::unknown
                                                   : Verdict::fail,
                              .check = check,
                              .subject = finding.subject,
                              .at = finding.location() ? *finding.location() : Location{},
                              .text = finding.message,
                              .finding = i});
        }
      }
      if (auto found = index_.unknowns.find(check); found != index_.unknowns.end()) {
        for (const Unknown* row : found->second) add_unknown(entry, *row, evidence);
        unknown = true;
      }
      auto examined = index_.examined.find(check);
      if (examined == index_.examined.end()) {
        missing.push_back(check);
        continue;
      }
      subjects = std::max(subjects, examined->second);
      auto excluded = index_.not_applicable.find(check);
      if (excluded == index_.not_applicable.end() || excluded->second.size() < examined->second) ++applicable;
    }
    bool looked = missing.size() < entry.checks.size();
    if (looked) {
      for (const Unknown* row : index_.unknowns_of_all) {
        if (!Index::reads(entry.input, row->subject.kind)) continue;
        add_unknown(entry, *row, evidence);
        unknown = true;
      }
    }
    if (refuted) return Verdict::fail;
    if (unknown) return Verdict::unknown;
    if (excused) return Verdict::excepted;
    if (!missing.empty()) {
      std::string text = looked ? "not examined by " : "nothing of this kind was examined; needs ";
      for (size_t i = 0; i < missing.size() && i < 6; ++i) text += (i ? ", " : "") + std::string(missing[i]);
      if (missing.size() > 6) text += " and " + std::to_string(missing.size() - 6) + " more";
      evidence.push_back({.input = entry.input, .says = Verdict::not_assessed, .text = keep(text)});
      return Verdict::not_assessed;
    }
    if (applicable == 0) {
      evidence.push_back(
          {.input = entry.input, .says = Verdict::not_applicable, .text = "does not apply to any subject"});
      return Verdict::not_applicable;
    }
    std::string text = std::to_string(entry.checks.size()) + (entry.checks.size() == 1 ? " check" : " checks") +
                       " on " + std::to_string(subjects) + (subjects == 1 ? " subject" : " subjects") +
                       " found nothing against it";
    evidence.push_back({.input = entry.input, .says = Verdict::pass, .text = keep(text)});
    return Verdict::pass;
  }

  void add_unknown(const ControlEntry& entry, const Unknown& row, std::vector<Evidence>& evidence) {
    evidence.push_back({.input = entry.input,
                        .says = Verdict::unknown,
                        .check = row.check,
                        .subject = row.subject,
                        .at = row.at,
                        .text = row.reason});
  }

  std::string_view keep(const std::string& text) { return record_.pool.copy(text); }

  ScanRecord& record_;
  const Index& index_;
};

}  // namespace

void decide(std::span<const Control> controls, ScanRecord& record) {
  Index index(record);
  Decider decider(record, index);
  record.controls.clear();
  for (const Control& control : controls) record.controls.push_back(decider.decide(control));
}

}  // namespace drydock::controls
