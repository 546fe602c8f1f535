// Which advisories affect a package: OSV's evaluation over the index, then one result per vulnerability.
//
// One vulnerability, one match: records that are aliases of one another (PYSEC, GHSA, CVE) are joined. A distribution's
// advisory that bundles several vulnerabilities (DSA, DLA: `upstream`) gives one match per CVE, and never joins those
// CVEs with each other. `related` is not identity and plays no part.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "advisory/index.h"
#include "base/arena.h"
#include "base/result.h"
#include "model/package.h"
#include "model/severity.h"

namespace drydock::advisory {

struct Match {
  std::string_view id;                        // a CVE (the newest), else a GHSA, else the advisory's own
  std::span<const std::string_view> aliases;  // every other id, sorted; the deciding advisory's among them
  std::string_view advisory;                  // the record that decided: one that names a fix where there is one
  std::string_view fixed_version;  // lowest version above the installed one that no record affects; empty: none
  Severity severity = Severity::unknown;
  double score = 0;  // CVSS base score, 0 if none
  std::string_view vector;
  std::string_view summary;
  std::string_view reference;
  Time modified;
};

// Advisories name the package, but whether they affect this version cannot be said: the caller reports an Unknown.
struct Undecided {
  std::string_view advisory;  // empty: all of them
  std::string_view reason;    // a sentence
};

struct Matches {
  std::vector<Match> matches;  // by id
  std::vector<Undecided> undecided;
};

// Ask index.has_data() first: without data for the package's ecosystem or release the result is empty and means
// nothing. Views point into the index and `arena`. Errors: a damaged index, an ecosystem without a known version order.
Result<Matches> match(const Index& index, const Package& package, Arena& arena);

}  // namespace drydock::advisory
