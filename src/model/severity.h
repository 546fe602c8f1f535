// How bad a finding is. The severity is the source's (advisory, check row, secret rule); what it matters here is
// Priority.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace drydock {

enum class Severity : uint8_t { unknown, info, low, medium, high, critical };

std::string_view name_of(Severity severity);  // "high"
// Any case, also the peers' words: NEGLIGIBLE, MODERATE, IMPORTANT, WARNING, ERROR, NOTE.
std::optional<Severity> parse_severity(std::string_view text);
// CVSS v3 and v4 qualitative scale (FIRST, CVSS v3.1 specification, section 5): 0 is info.
Severity severity_of_score(double score);

}  // namespace drydock
