// .hadolint.yaml (github.com/hadolint/hadolint, "Configure").
//   ignored: [DL3008, SC2086]   ignores in every Dockerfile
//   trustedRegistries: [...]    allowed-registries, where drydock.yaml has none
//   disable-ignore-pragma       `# hadolint ignore=` comments do not excuse
// What concerns only hadolint's exit code, severities or output (override, failure-threshold, no-fail, label-schema,
// strict-labels) is a note; format, no-color, verbose and inline-ignore options change no finding and are passed over.
#pragma once

#include "policy/peer_rules.h"

namespace drydock::policy {

PeerRules parse_hadolint_yaml(std::string_view bytes, const PeerPlace& place);

}  // namespace drydock::policy
