// One advisory record of the OSV schema (ossf.github.io/osv-schema), decoded and brought into our form: events become
// intervals, names are normalised, what we cannot match is counted instead of guessed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "advisory/version.h"
#include "base/result.h"
#include "model/severity.h"
#include "model/time.h"

namespace drydock::advisory {

// Versions from `introduced` (empty: from the first) up to `end`.
struct Interval {
  enum class End : uint8_t {
    open,           // every later version
    fixed,          // below `end`, which is the fix
    last_affected,  // up to and including `end`
    limit,          // below `end`, which is not known to be a fix
    unreadable,     // an event of the source is not a version in its scheme: nobody can say
  };
  std::string introduced;
  std::string end;
  End kind = End::open;

  bool operator==(const Interval&) const = default;
};

// The same as views: what the index gives.
struct IntervalView {
  std::string_view introduced, end;
  Interval::End kind = Interval::End::open;

  IntervalView() = default;
  IntervalView(const Interval& interval)  // NOLINT: a view of it, as string_view is of a string
      : introduced(interval.introduced), end(interval.end), kind(interval.kind) {}
};

struct OsvAffected {
  std::string ecosystem;  // with the release: "Debian:11", "PyPI"
  std::string name;       // normalised
  std::vector<Interval> intervals;
  std::vector<std::string> versions;      // listed one by one and not already inside an interval
  Severity severity = Severity::unknown;  // of this package alone; unknown: the record's
};

struct OsvRecord {
  std::string id;
  std::vector<std::string> aliases;   // the same vulnerability by other ids
  std::vector<std::string> upstream;  // vulnerabilities of its sources, which it may bundle (DSA: CVEs)
  std::vector<OsvAffected> affected;
  Severity severity = Severity::unknown;
  double score = 0;
  std::string vector;
  std::string summary;
  std::string reference;
  Time modified, published;
  bool withdrawn = false;
  uint32_t unreadable_ranges = 0;  // see Interval::End::unreadable
};

struct Event {
  enum class Kind : uint8_t { introduced, fixed, last_affected, limit };
  Kind kind;
  std::string version;
};

// OSV's evaluation as intervals: events sorted by version, "0" first, toggling. Pure; the test holds it against the
// schema's own pseudo-code.
std::vector<Interval> intervals_of(VersionScheme scheme, std::vector<Event> events);

// Whether `version` (valid in its scheme) lies inside. An unreadable interval contains nothing. For PEP 440 the local
// part of `version` is left out against a bound that has none: 1.0+cu118 is a build of 1.0.
bool contains(VersionScheme scheme, const IntervalView& interval, std::string_view version);

// "Flask_Login" -> "flask-login" for PyPI (PEP 503); other ecosystems compare names as written.
std::string normalised_name(std::string_view ecosystem, std::string_view name);

// `ecosystem` is the bucket folder: "PyPI", "Debian" (all releases) or "Debian:11". Affected entries of other
// ecosystems are left out, since a record stands in the folder of each of its ecosystems.
Result<OsvRecord> parse_osv(std::string_view ecosystem, std::string_view json);

}  // namespace drydock::advisory
