// No crash; every ignore says what it rests on, and notes stay within their budget.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "policy/gitleaksignore.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace policy = drydock::policy;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  policy::PeerRules rules = policy::parse_gitleaksignore(bytes, {.file = "app/peer", .folder = "app"});
  if (rules.notes.size() > policy::kPeerNotes + 1 || rules.ignores.size() > policy::kPeerEntries) std::abort();
  for (const policy::Ignore& ignore : rules.ignores)
    if (ignore.line == 0 || ignore.file.empty() || ignore.reason.empty()) std::abort();
  return 0;
}
