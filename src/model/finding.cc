#include "model/finding.h"

#include "base/digest.h"

namespace drydock {

std::string_view name_of(FindingKind kind) {
  constexpr std::string_view kNames[] = {"misconfiguration", "vulnerability", "secret", "licence"};
  return kNames[static_cast<size_t>(kind)];
}

std::string fingerprint_of(const Finding& finding) {
  Sha256 hash;
  auto add = [&](std::string_view part) {  // length first: "ab"+"c" and "a"+"bc" differ
    hash.update(std::to_string(part.size()));
    hash.update(":");
    hash.update(part);
  };
  add(name_of(finding.kind()));
  if (const auto* secret = std::get_if<SecretDetail>(&finding.detail)) {
    add(secret->rule);
    add(secret->hash);
  } else {
    add(finding.check);
    add(name_of(finding.subject.kind));
    add(finding.subject.id);
    add(finding.place);
    add(finding.item);
  }
  Sha256Digest digest = hash.finish();
  return hex(std::span<const uint8_t>(digest).first(16));
}

}  // namespace drydock
