#include "model/subject.h"

namespace drydock {
namespace {
constexpr std::string_view kNames[] = {"stack",      "service",  "image",     "layer", "file",
                                       "url",        "endpoint", "container", "host",  "database",
                                       "repository", "registry", "ledger"};
}

std::string_view name_of(SubjectKind kind) { return kNames[static_cast<size_t>(kind)]; }

std::optional<SubjectKind> parse_subject_kind(std::string_view text) {
  for (size_t i = 0; i < std::size(kNames); ++i)
    if (kNames[i] == text) return static_cast<SubjectKind>(i);
  return std::nullopt;
}

}  // namespace drydock
