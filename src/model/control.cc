#include "model/control.h"

#include "model/decision.h"

namespace drydock {

std::string_view name_of(Verdict verdict) {
  constexpr std::string_view kNames[] = {"fail",         "expired",  "unknown", "excepted",      "partial",
                                         "not_assessed", "attested", "pass",    "not_applicable"};
  return kNames[static_cast<size_t>(verdict)];
}

std::string_view name_of(EvidenceInput input) {
  constexpr std::string_view kNames[] = {"files",    "image",    "git",    "engine",   "host",   "http",  "tls",
                                         "database", "registry", "ledger", "document", "import", "person"};
  return kNames[static_cast<size_t>(input)];
}

std::string_view name_of(Outcome outcome) {
  constexpr std::string_view kNames[] = {"counts", "below_threshold", "ignored", "not_affected", "known"};
  return kNames[static_cast<size_t>(outcome)];
}

}  // namespace drydock
