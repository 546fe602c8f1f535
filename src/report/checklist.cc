// The checklist: every control with its verdict, and under each what decided it.
#include <algorithm>
#include <string>

#include "base/text.h"
#include "report/report.h"
#include "report/text_layout.h"

namespace drydock::report {
namespace {

struct Mark {
  Verdict verdict;
  std::string_view word;
  Style style;
};
constexpr Mark kMarks[] = {
    {Verdict::fail, "FAIL", Style::high},         {Verdict::expired, "EXPIRED", Style::high},
    {Verdict::unknown, "unknown", Style::medium}, {Verdict::excepted, "excepted", Style::medium},
    {Verdict::partial, "partial", Style::medium}, {Verdict::not_assessed, "not assessed", Style::dim},
    {Verdict::attested, "attested", Style::good}, {Verdict::pass, "pass", Style::good},
    {Verdict::not_applicable, "n/a", Style::dim},
};
const Mark& mark_of(Verdict verdict) { return kMarks[static_cast<size_t>(verdict)]; }

std::string evidence_text(const Evidence& evidence) {
  std::string text = std::string(name_of(evidence.input)) + ": ";
  if (!evidence.check.empty()) text += std::string(evidence.check) + " ";
  if (!evidence.at.path.empty()) {
    text += printable(evidence.at.path);
    if (evidence.at.line != 0) text += ":" + std::to_string(evidence.at.line);
    text += " ";
  }
  return text + printable(evidence.text);
}

}  // namespace

std::string render_checklist(const ScanRecord& record, const RenderOptions& options) {
  constexpr size_t kWordColumns = 12, kMostEvidence = 4;
  std::string out;
  std::string_view section;
  size_t counts[std::size(kMarks)] = {};
  for (const ControlResult& control : record.controls) {
    if (control.section != section) {
      section = control.section;
      out += (out.empty() ? "" : "\n") + styled(Style::bold, section, options.colour) + "\n";
    }
    const Mark& mark = mark_of(control.verdict);
    ++counts[static_cast<size_t>(control.verdict)];
    out += "  " + styled(mark.style, pad(mark.word, kWordColumns), options.colour) + "  " + std::string(control.title) +
           styled(Style::dim, "  " + std::string(control.control), options.colour) + "\n";
    // What decided comes first; the rest (other entries of the control) is shown with --all.
    size_t shown = 0, left = 0;
    for (const Evidence& evidence : control.evidence) {
      bool decided = evidence.says == control.verdict || control.verdict == Verdict::partial;
      if (!options.all && (!decided || shown == kMostEvidence)) {
        left += decided ? 1 : 0;
        continue;
      }
      ++shown;
      std::string line = evidence_text(evidence);
      for (const std::string& part : wrap(line, std::max<size_t>(options.width, 60) - kWordColumns - 6))
        out += std::string(kWordColumns + 4, ' ') + part + "\n";
    }
    if (left != 0) out += std::string(kWordColumns + 4, ' ') + "and " + std::to_string(left) + " more (--all)\n";
  }
  out += "\n";
  std::string summary;
  for (const Mark& mark : kMarks) {
    size_t count = counts[static_cast<size_t>(mark.verdict)];
    if (count == 0) continue;
    summary += (summary.empty() ? "" : "  ") +
               styled(mark.style, std::to_string(count) + " " + std::string(mark.word), options.colour);
  }
  out += summary + "\n";
  for (const std::string& note : options.notes) out += "note: " + note + "\n";
  return out;
}

}  // namespace drydock::report
