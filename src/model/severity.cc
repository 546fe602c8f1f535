#include "model/severity.h"

#include "base/text.h"

namespace drydock {

std::string_view name_of(Severity severity) {
  constexpr std::string_view kNames[] = {"unknown", "info", "low", "medium", "high", "critical"};
  return kNames[static_cast<size_t>(severity)];
}

std::optional<Severity> parse_severity(std::string_view text) {
  struct Word {
    std::string_view word;
    Severity severity;
  };
  constexpr Word kWords[] = {
      {"unknown", Severity::unknown}, {"info", Severity::info},          {"low", Severity::low},
      {"medium", Severity::medium},   {"high", Severity::high},          {"critical", Severity::critical},
      {"negligible", Severity::info}, {"moderate", Severity::medium},    {"important", Severity::high},
      {"note", Severity::info},       {"informational", Severity::info}, {"warning", Severity::medium},
      {"error", Severity::high},      {"none", Severity::info},          {"unimportant", Severity::info},
  };
  for (const Word& word : kWords)
    if (equal_ignoring_case(text, word.word)) return word.severity;
  return std::nullopt;
}

Severity severity_of_score(double score) {
  if (score >= 9.0) return Severity::critical;
  if (score >= 7.0) return Severity::high;
  if (score >= 4.0) return Severity::medium;
  if (score > 0.0) return Severity::low;
  return Severity::info;
}

}  // namespace drydock
