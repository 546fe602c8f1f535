// Advisories in the shape of the OSV schema (ossf.github.io/osv-schema, 1.6), reduced to what matching and reports
// need.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "model/purl.h"
#include "model/severity.h"
#include "model/time.h"

namespace drydock {

// A half-open interval of versions in the ecosystem's order. An OSV range with several introduced/fixed pairs becomes
// several.
struct AffectedRange {
  std::string_view introduced;     // "0" or empty: from the first version
  std::string_view fixed;          // first version that is not affected; empty: none known
  std::string_view last_affected;  // last version that is; only where `fixed` is empty
};

struct Advisory {
  std::string_view id;                         // "GHSA-...", "PYSEC-...", "DSA-..."
  std::span<const std::string_view> aliases;   // same vulnerability by other ids
  std::span<const std::string_view> upstream;  // vulnerabilities that a distribution's advisory bundles (DSA -> CVEs)
  Ecosystem ecosystem = Ecosystem::unknown;
  std::string_view release;  // "12" of "Debian:12"
  std::string_view package;
  std::span<const AffectedRange> ranges;
  std::span<const std::string_view> versions;  // listed one by one
  Severity severity = Severity::unknown;
  double score = 0;         // CVSS base score, 0 if none
  std::string_view vector;  // "CVSS:3.1/AV:N/..."
  std::string_view summary;
  std::string_view reference;  // one URL
  Time modified;
};

// What a report says about the advisory data it rests on.
struct AdvisoryDatabase {
  std::string_view kind;    // "full", "starter", or "" when there is none
  std::string_view source;  // the mirror or bucket it was made from
  Time built;
  Time newest;  // newest `modified` among its advisories
  uint64_t advisories = 0;
  bool operator==(const AdvisoryDatabase&) const = default;
};

}  // namespace drydock
