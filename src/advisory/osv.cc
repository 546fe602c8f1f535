// Budgets: documents up to 64 MiB, nested as deep as formats/json.h allows; ids, names and versions up to 500 bytes, so
// that the index can store lengths in 16 bits.
#include "advisory/osv.h"

#include <algorithm>

#include "advisory/cvss.h"
#include "base/arena.h"
#include "base/text.h"
#include "formats/json.h"

namespace drydock::advisory {
namespace {

constexpr uint32_t kMaxDocument = 64 << 20;
constexpr size_t kMaxName = 500;     // ids, versions, package names
constexpr size_t kMaxSummary = 200;  // what a report line can show
constexpr size_t kMaxReference = 1000;

// What is absent or of another type reads as empty.
std::string_view text_at(const tree::Node& object, std::string_view key) {
  const tree::Node* node = object.find(key);
  return node != nullptr && node->is_string() ? node->text : std::string_view{};
}
std::span<const tree::Node* const> items_at(const tree::Node& object, std::string_view key) {
  const tree::Node* node = object.find(key);
  return node != nullptr && node->is_sequence() ? node->items : std::span<const tree::Node* const>{};
}

std::vector<std::string> texts_at(const tree::Node& object, std::string_view key) {
  std::vector<std::string> texts;
  for (const tree::Node* item : items_at(object, key))
    if (item->is_string() && !item->text.empty() && item->text.size() <= kMaxName) texts.emplace_back(item->text);
  return texts;
}

// The first sentence or line, clipped where a word ends.
std::string summary_of(std::string_view text) {
  text = trim(text);
  text = trim(text.substr(0, text.find('\n')));
  if (text.size() > kMaxSummary) {
    text = text.substr(0, kMaxSummary);
    if (size_t space = text.rfind(' '); space != text.npos && space > kMaxSummary / 2) text = text.substr(0, space);
    return printable(text) + " ...";
  }
  return printable(text);
}

// CVSS v3 decides where it is given, since it alone yields a score on today's scale; then the source's own word; then
// v2.
void read_severity(const tree::Node& record, OsvRecord& out) {
  std::span<const tree::Node* const> vectors = items_at(record, "severity");
  // Some sources (Bitnami) put the severity below `affected`.
  if (std::span<const tree::Node* const> affected = items_at(record, "affected"); vectors.empty() && !affected.empty())
    vectors = items_at(*affected[0], "severity");
  std::string_view v2, v3, v4;
  for (const tree::Node* object : vectors) {
    std::string_view type = text_at(*object, "type");
    std::string_view score = text_at(*object, "score");
    if (type == "CVSS_V3") v3 = score;
    if (type == "CVSS_V4") v4 = score;
    if (type == "CVSS_V2") v2 = score;
    if (type == "Ubuntu" && out.severity == Severity::unknown)
      out.severity = parse_severity(score).value_or(Severity::unknown);
  }
  if (const tree::Node* specific = record.find("database_specific"))
    out.severity = parse_severity(text_at(*specific, "severity")).value_or(out.severity);
  for (std::string_view vector : {v3, v2}) {
    Result<double> score = vector.empty() ? fail(Errc::not_found, "") : cvss_score(vector);
    if (!score) continue;
    out.score = *score;
    out.vector = vector;
    if (vector == v3) out.severity = severity_of_score(*score);
    // The v2 scale as NVD used it: it has no critical.
    if (vector == v2 && out.severity == Severity::unknown)
      out.severity = *score < 4 ? Severity::low : *score < 7 ? Severity::medium : Severity::high;
    return;
  }
  if (!v4.empty() && v4.size() <= kMaxName) out.vector = v4;
}

// The fix says more than the announcement; any link is better than none.
std::string reference_of(const tree::Node& record) {
  std::string best;
  int best_rank = 99;
  for (const tree::Node* object : items_at(record, "references")) {
    std::string_view type = text_at(*object, "type");
    std::string_view url = text_at(*object, "url");
    int rank = type == "ADVISORY" ? 0 : type == "FIX" ? 1 : type == "REPORT" ? 2 : 3;
    bool safe = url.starts_with("https://") || url.starts_with("http://");
    if (!safe || url.size() > kMaxReference || rank >= best_rank) continue;
    best = printable(url);
    best_rank = rank;
  }
  return best;
}

struct RangeEvents {
  std::vector<Event> events;
  bool usable = true;
};

RangeEvents read_events(const tree::Node& range) {
  struct Key {
    std::string_view name;
    Event::Kind kind;
  };
  constexpr Key kKeys[] = {{"introduced", Event::Kind::introduced},
                           {"fixed", Event::Kind::fixed},
                           {"last_affected", Event::Kind::last_affected},
                           {"limit", Event::Kind::limit}};
  RangeEvents out;
  const tree::Node* events = range.find("events");
  if (events == nullptr || !events->is_sequence()) return {{}, false};
  for (const tree::Node* object : events->items) {
    if (!object->is_mapping()) return {{}, false};
    for (const Key& key : kKeys) {
      const tree::Node* version = object->find(key.name);
      if (version == nullptr || !version->is_string()) continue;
      if (version->text.size() > kMaxName) return {{}, false};
      out.events.push_back({key.kind, std::string(version->text)});
    }
  }
  return out;
}

void read_ranges(const tree::Node& affected, VersionScheme scheme, OsvAffected& out, OsvRecord& record) {
  for (const tree::Node* range : items_at(affected, "ranges")) {
    std::string_view type = text_at(*range, "type");
    if (type != "ECOSYSTEM" && type != "SEMVER") continue;  // GIT says nothing about released versions
    RangeEvents read = read_events(*range);
    std::vector<Interval> intervals;
    if (read.usable) {
      intervals = intervals_of(scheme, std::move(read.events));
    } else {
      intervals.push_back({.kind = Interval::End::unreadable});
    }
    for (Interval& interval : intervals) {
      if (interval.kind == Interval::End::unreadable) ++record.unreadable_ranges;
      if (std::ranges::find(out.intervals, interval) == out.intervals.end())
        out.intervals.push_back(std::move(interval));
    }
  }
}

// Only those that no interval holds: PyPI lists every affected release beside the range, 53 a record.
void read_versions(const tree::Node& affected, VersionScheme scheme, OsvAffected& out) {
  for (const tree::Node* item : items_at(affected, "versions")) {
    std::string_view version = item->is_string() ? item->text : std::string_view{};
    if (version.empty() || version.size() > kMaxName) continue;
    bool inside = check_version(scheme, version) && std::ranges::any_of(out.intervals, [&](const Interval& interval) {
                    return contains(scheme, interval, version);
                  });
    if (!inside) out.versions.emplace_back(version);
  }
}

std::string_view base_of(std::string_view ecosystem) { return cut(ecosystem, ":").before; }

void read_affected(const tree::Node& entry, std::string_view wanted, VersionScheme scheme, OsvRecord& record) {
  const tree::Node* package = entry.find("package");
  if (package == nullptr) return;
  std::string_view ecosystem = text_at(*package, "ecosystem");
  std::string_view name = text_at(*package, "name");
  if (name.empty() || name.size() > kMaxName || ecosystem.size() > kMaxName) return;
  if (ecosystem != wanted && base_of(ecosystem) != wanted) return;

  OsvAffected out{.ecosystem = std::string(ecosystem), .name = normalised_name(wanted, name)};
  read_ranges(entry, scheme, out, record);
  read_versions(entry, scheme, out);
  if (const tree::Node* specific = entry.find("ecosystem_specific"))
    out.severity = parse_severity(text_at(*specific, "urgency")).value_or(Severity::unknown);
  if (out.intervals.empty() && out.versions.empty()) return;  // GIT alone: nothing to match by

  // A record may name a package several times, once per branch.
  for (OsvAffected& earlier : record.affected) {
    if (earlier.ecosystem != out.ecosystem || earlier.name != out.name) continue;
    for (Interval& interval : out.intervals) earlier.intervals.push_back(std::move(interval));
    for (std::string& version : out.versions) earlier.versions.push_back(std::move(version));
    earlier.severity = std::max(earlier.severity, out.severity);
    return;
  }
  record.affected.push_back(std::move(out));
}

Time time_at(const tree::Node& object, std::string_view key) {
  Result<Time> time = parse_time(text_at(object, key));
  return time ? *time : Time{};
}

// Equal bounds compare as OSV's algorithm meets them: "0" is before every version.
std::strong_ordering compare_bounds(VersionScheme scheme, const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return !a.empty() <=> !b.empty();
  Result<std::strong_ordering> order = compare_versions(scheme, a, b);
  return order ? *order : std::strong_ordering::equal;  // callers have checked both
}

}  // namespace

std::string normalised_name(std::string_view ecosystem, std::string_view name) {
  if (base_of(ecosystem) != "PyPI") return std::string(name);
  std::string out;
  for (char c : name) {
    bool separator = c == '-' || c == '_' || c == '.';
    if (!separator) out += lower(c);
    if (separator && (out.empty() || out.back() != '-')) out += '-';
  }
  return out;
}

std::vector<Interval> intervals_of(VersionScheme scheme, std::vector<Event> events) {
  auto is_limit = [](const Event& event) { return event.kind == Event::Kind::limit; };
  bool unlimited =
      std::ranges::any_of(events, [&](const Event& each) { return is_limit(each) && each.version == "*"; });
  if (unlimited) std::erase_if(events, is_limit);
  std::string limit;  // the highest: OSV asks for a version below any one of them
  bool limited = false;
  for (Event& event : events) {
    if (event.kind == Event::Kind::introduced && event.version == "0") event.version.clear();
    bool from_the_first = event.kind == Event::Kind::introduced && event.version.empty();
    if (!from_the_first && !check_version(scheme, event.version)) return {{.kind = Interval::End::unreadable}};
    if (!is_limit(event)) continue;
    if (!limited || compare_bounds(scheme, limit, event.version) < 0) limit = event.version;
    limited = true;
  }
  std::erase_if(events, is_limit);
  std::ranges::sort(events, [&](const Event& a, const Event& b) {
    std::strong_ordering order = compare_bounds(scheme, a.version, b.version);
    return order != 0 ? order < 0 : a.version < b.version;  // equal ones in two spellings: any fixed order will do
  });

  std::vector<Interval> intervals;
  bool open = false;
  for (size_t at = 0; at < events.size();) {
    size_t next = at;
    while (next < events.size() && compare_bounds(scheme, events[at].version, events[next].version) == 0) ++next;
    // At one version an open interval is closed before the next begins (1.5 fixes the one branch and begins the other);
    // otherwise it is opened first and closed at once, and nothing below `end` is left of it.
    for (bool opening : {!open, open}) {
      for (size_t i = at; i < next; ++i) {
        const Event& event = events[i];
        if ((event.kind == Event::Kind::introduced) != opening) continue;
        if (opening && !open) intervals.push_back({.introduced = event.version});
        if (!opening && open) {
          intervals.back().end = event.version;
          intervals.back().kind =
              event.kind == Event::Kind::fixed ? Interval::End::fixed : Interval::End::last_affected;
        }
        open = opening;
      }
    }
    at = next;
  }
  std::erase_if(intervals, [&](const Interval& interval) {
    return interval.kind == Interval::End::fixed && compare_bounds(scheme, interval.introduced, interval.end) == 0;
  });
  if (limited) {
    for (Interval& interval : intervals) {
      if (interval.kind != Interval::End::open && compare_bounds(scheme, interval.end, limit) < 0) continue;
      interval.end = limit;
      interval.kind = Interval::End::limit;
    }
  }
  return intervals;
}

bool contains(VersionScheme scheme, const IntervalView& interval, std::string_view version) {
  auto compare = [&](std::string_view bound) {
    std::string_view seen = version;
    if (scheme == VersionScheme::pep440 && bound.find('+') == bound.npos) seen = cut(version, "+").before;
    return compare_versions(scheme, seen, bound);
  };
  if (interval.kind == Interval::End::unreadable) return false;
  if (!interval.introduced.empty()) {
    Result<std::strong_ordering> order = compare(interval.introduced);
    if (!order || *order < 0) return false;
  }
  if (interval.kind == Interval::End::open) return true;
  Result<std::strong_ordering> order = compare(interval.end);
  if (!order) return false;
  return interval.kind == Interval::End::last_affected ? *order <= 0 : *order < 0;
}

Result<OsvRecord> parse_osv(std::string_view ecosystem, std::string_view json) {
  std::optional<VersionScheme> scheme = scheme_of(ecosystem);
  if (!scheme) return fail(Errc::unsupported, "the version order of " + std::string(ecosystem) + " is not known");
  Arena arena;
  TRY(const tree::Node* root, json::parse(json, arena, {.bytes = kMaxDocument}));
  const tree::Node& record = *root;
  if (!record.is_mapping()) return fail(Errc::malformed, "not a JSON object");

  OsvRecord out;
  std::string_view id = text_at(record, "id");
  if (id.empty() || id.size() > kMaxName) return fail(Errc::malformed, "the record has no usable id");
  out.id = printable(id);
  out.withdrawn = record.find("withdrawn") != nullptr;
  out.aliases = texts_at(record, "aliases");
  out.upstream = texts_at(record, "upstream");
  out.modified = time_at(record, "modified");
  out.published = time_at(record, "published");
  std::string_view summary = text_at(record, "summary");
  out.summary = summary_of(summary.empty() ? text_at(record, "details") : summary);
  out.reference = reference_of(record);
  read_severity(record, out);
  for (const tree::Node* entry : items_at(record, "affected"))
    if (entry->is_mapping()) read_affected(*entry, ecosystem, *scheme, out);
  return out;
}

}  // namespace drydock::advisory
