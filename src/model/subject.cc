#include "model/subject.h"

namespace drydock {
namespace {
constexpr std::string_view kNames[] = {"stack",      "service",  "image",     "layer", "file",
                                       "url",        "endpoint", "container", "host",  "database",
                                       "repository", "registry", "ledger"};
}

std::string_view name_of(SubjectKind kind) { return kNames[static_cast<size_t>(kind)]; }

}  // namespace drydock
