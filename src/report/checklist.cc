// The checklist: every control with its verdict, and under each what decided it.
#include <algorithm>
#include <string>
#include <vector>

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
  if (!evidence.check.empty()) text += one_line(evidence.check) + " ";
  if (!evidence.at.path.empty()) {
    text += one_line(evidence.at.path);
    if (evidence.at.line != 0) text += ":" + std::to_string(evidence.at.line);
    text += " ";
  }
  return text + one_line(evidence.text);
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
      out += (out.empty() ? "" : "\n") + styled(Style::bold, one_line(section), options.colour) + "\n";
    }
    const Mark& mark = mark_of(control.verdict);
    ++counts[static_cast<size_t>(control.verdict)];
    constexpr size_t kIndent = kWordColumns + 4;
    size_t columns = std::max<size_t>(options.width, 60) - kIndent;
    std::string title = one_line(control.title), id = one_line(control.control);
    bool fits = columns_of(title) + 2 + columns_of(id) <= columns;
    std::vector<std::string> lines = wrap(title, columns);
    std::string id_line = styled(Style::dim, clip(id, columns), options.colour);
    if (fits && !lines.empty()) {
      lines[0] += "  " + id_line;
    } else {
      lines.push_back(id_line);
    }
    std::string indent = "  " + styled(mark.style, pad(mark.word, kWordColumns), options.colour) + "  ";
    for (const std::string& line : lines) {
      out += indent + line + "\n";
      indent = std::string(kIndent, ' ');
    }
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
      for (const std::string& part : wrap(line, columns)) out += indent + part + "\n";
    }
    if (left != 0) out += indent + "and " + std::to_string(left) + " more (--all)\n";
  }
  out += "\n";
  std::string summary;
  size_t summary_columns = 0;
  for (const Mark& mark : kMarks) {
    size_t count = counts[static_cast<size_t>(mark.verdict)];
    if (count == 0) continue;
    std::string part = std::to_string(count) + " " + std::string(mark.word);
    bool breaks = summary_columns + 2 + part.size() > std::max<size_t>(options.width, 60);
    summary_columns = breaks ? part.size() : summary_columns + 2 + part.size();
    summary += (summary.empty() ? "" : breaks ? "\n" : "  ") + styled(mark.style, part, options.colour);
  }
  out += summary + "\n";
  for (const std::string& note : options.notes)
    for (const std::string& part : wrap("note: " + one_line(note), std::max<size_t>(options.width, 60)))
      out += part + "\n";
  return out;
}

}  // namespace drydock::report
