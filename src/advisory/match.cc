#include "advisory/match.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "advisory/version.h"
#include "base/text.h"

namespace drydock::advisory {
namespace {

// One advisory that affects the installed version.
struct Hit {
  const StoredAffected* entry;
  Advisory advisory;
  std::string_view fixed;
};

const IntervalView* interval_around(VersionScheme scheme, const StoredAffected& entry, std::string_view version) {
  for (const IntervalView& interval : entry.intervals)
    if (contains(scheme, interval, version)) return &interval;
  return nullptr;
}

// "1.0-rc1" is listed as "1.0rc1"; what does not parse is compared as text.
bool is_listed(VersionScheme scheme, const StoredAffected& entry, std::string_view version) {
  return std::ranges::any_of(entry.versions, [&](std::string_view listed) {
    if (listed == version) return true;
    std::string_view seen = version;
    if (scheme == VersionScheme::pep440 && listed.find('+') == listed.npos) seen = cut(version, "+").before;
    Result<std::strong_ordering> order = compare_versions(scheme, seen, listed);
    return order && *order == 0;
  });
}

// The end of the interval around `version`, and again if the fix lies inside another one: ranges may overlap.
std::string_view fix_above(VersionScheme scheme, const StoredAffected& entry, std::string_view version) {
  const IntervalView* around = interval_around(scheme, entry, version);
  for (size_t steps = 0; around != nullptr && steps <= entry.intervals.size(); ++steps) {
    if (around->kind != Interval::End::fixed) return {};
    version = around->end;
    around = interval_around(scheme, entry, version);
    if (around == nullptr) return version;
  }
  return {};
}

// Vulnerabilities that an advisory stands for. One, by its own name, unless a distribution bundles several.
std::vector<std::string_view> identities_of(const Advisory& advisory, bool of_distribution) {
  auto is_cve = [](std::string_view id) { return id.starts_with("CVE-"); };
  std::vector<std::string_view> ids;
  std::ranges::copy_if(advisory.upstream, std::back_inserter(ids), is_cve);
  // Older exports of distribution advisories carried the bundled CVEs as aliases.
  if (of_distribution && std::ranges::count_if(advisory.aliases, is_cve) > 1)
    std::ranges::copy_if(advisory.aliases, std::back_inserter(ids), is_cve);
  if (ids.empty()) ids.assign(advisory.upstream.begin(), advisory.upstream.end());
  if (ids.empty()) ids.push_back(advisory.id);
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  return ids;
}

// Union-find over ids.
class Groups {
 public:
  size_t node_of(std::string_view id) {
    auto [at, added] = nodes_.try_emplace(id, parents_.size());
    if (added) {
      parents_.push_back(parents_.size());
      ids_.push_back(id);
    }
    return at->second;
  }
  size_t root_of(size_t node) {
    while (parents_[node] != node) node = parents_[node] = parents_[parents_[node]];
    return node;
  }
  void join(size_t a, size_t b) { parents_[root_of(a)] = root_of(b); }
  size_t size() const { return ids_.size(); }
  std::string_view id(size_t node) const { return ids_[node]; }

 private:
  std::unordered_map<std::string_view, size_t> nodes_;
  std::vector<size_t> parents_;
  std::vector<std::string_view> ids_;
};

struct Group {
  std::set<std::string_view> ids;
  std::vector<const Hit*> hits;
};

std::string to_upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return out;
}

int rank_of(std::string_view id) { return id.starts_with("CVE-") ? 0 : id.starts_with("GHSA-") ? 1 : 2; }

// A CVE before a GHSA before the rest. Of several CVEs the newest: sources list an old one beside the flaw that its
// incomplete fix left, and a version behind the old fix has only the new one.
bool preferred_before(std::string_view a, std::string_view b) {
  if (rank_of(a) != rank_of(b)) return rank_of(a) < rank_of(b);
  if (rank_of(a) != 0) return a < b;
  std::string_view year_a = a.substr(4, 4);
  std::string_view year_b = b.substr(4, 4);
  if (year_a != year_b) return year_a > year_b;
  return a.size() != b.size() ? a.size() > b.size() : a > b;
}

// `cleared`: vulnerabilities that a record of their own says this version does not have; no bundle overrules it.
std::map<size_t, Group> group(const std::vector<Hit>& hits, bool of_distribution,
                              const std::set<std::string_view>& cleared) {
  Groups nodes;
  std::vector<std::vector<size_t>> identities;
  for (const Hit& hit : hits) {
    std::vector<size_t>& mine = identities.emplace_back();
    std::vector<std::string_view> ids = identities_of(hit.advisory, of_distribution);
    for (std::string_view id : ids)
      if (!cleared.contains(id)) mine.push_back(nodes.node_of(id));
    if (ids.size() != 1 || mine.empty()) continue;  // a bundle joins nothing
    nodes.join(nodes.node_of(hit.advisory.id), mine[0]);
    for (std::span<const std::string_view> others : {hit.advisory.aliases, hit.advisory.upstream})
      for (std::string_view other : others) nodes.join(nodes.node_of(other), mine[0]);
  }
  std::map<size_t, Group> groups;
  for (size_t i = 0; i < hits.size(); ++i) {
    for (size_t node : identities[i]) {
      Group& into = groups[nodes.root_of(node)];
      into.hits.push_back(&hits[i]);
      into.ids.insert(hits[i].advisory.id);
    }
  }
  // Every id of a group, also those that only an alias list names; a bundle's own id belongs to no group of nodes.
  for (size_t node = 0; node < nodes.size(); ++node)
    if (auto at = groups.find(nodes.root_of(node)); at != groups.end()) at->second.ids.insert(nodes.id(node));
  return groups;
}

Match match_of(VersionScheme scheme, const Group& group, Arena& arena) {
  // Where several records name a fix, only the highest is outside all of them.
  const Hit* decisive = group.hits.front();
  for (const Hit* hit : group.hits) {
    if (hit->fixed.empty()) continue;
    Result<std::strong_ordering> order = compare_versions(scheme, hit->fixed, decisive->fixed);
    if (decisive->fixed.empty() || (order && *order > 0)) decisive = hit;
  }
  const Hit* rated = decisive;
  for (const Hit* hit : group.hits) {
    bool better = hit->advisory.score > rated->advisory.score ||
                  (rated->advisory.score == 0 && hit->advisory.severity > rated->advisory.severity);
    if (better) rated = hit;
  }
  Match out{.advisory = decisive->advisory.id,
            .fixed_version = decisive->fixed,
            .severity = rated->advisory.severity,
            .score = rated->advisory.score,
            .vector = rated->advisory.vector,
            .summary = decisive->advisory.summary,
            .reference = decisive->advisory.reference};
  // A distribution's urgency is about its own build of the package, so it goes before the general severity.
  if (decisive->entry->severity != Severity::unknown) out.severity = decisive->entry->severity;
  for (const Hit* hit : group.hits) {
    if (out.summary.empty()) out.summary = hit->advisory.summary;
    if (out.reference.empty()) out.reference = hit->advisory.reference;
    out.modified = std::max(out.modified, hit->advisory.modified);
  }
  auto preferred = std::ranges::min_element(group.ids, preferred_before);
  out.id = *preferred;
  ArenaList<std::string_view> aliases(arena);
  for (std::string_view id : group.ids)
    if (id != out.id) aliases.push(id);
  out.aliases = aliases.span();
  return out;
}

}  // namespace

Result<Matches> match(const Index& index, const Package& package, Arena& arena) {
  const EcosystemRow& row = row_of(package.ecosystem);
  std::optional<VersionScheme> scheme = scheme_of(row.purl_type);
  if (!scheme) {
    return fail(Errc::unsupported,
                "the version order of " + std::string(row.osv_name) + " packages is not known to this drydock");
  }
  TRY(std::span<const StoredAffected> entries,
      index.affected(package.ecosystem, package.release, package.advisory_name(), arena));
  Matches out;
  if (entries.empty()) return out;

  std::string_view version = package.advisory_version();
  if (version.empty()) {
    out.undecided.push_back({{}, "no exact version is known, so affected ranges cannot be compared"});
    return out;
  }
  Result<void> valid = check_version(*scheme, version);
  if (!valid) out.undecided.push_back({{}, arena.copy(valid.error().message)});

  // Debian's own record of one CVE ("DEBIAN-CVE-...") knows more than the announcement that bundles it: a follow-up
  // announcement (DSA-1234-2) repeats CVEs that the first one has fixed.
  std::string own_prefix = to_upper(row.osv_name) + "-";
  std::set<std::string_view> cleared;

  std::vector<Hit> hits;
  for (const StoredAffected& entry : entries) {
    bool ranged = valid && interval_around(*scheme, entry, version) != nullptr;
    if (!ranged && !is_listed(*scheme, entry, version)) {
      bool unreadable = std::ranges::any_of(
          entry.intervals, [](const IntervalView& each) { return each.kind == Interval::End::unreadable; });
      if (valid && unreadable)
        out.undecided.push_back({entry.advisory, "its affected range is not written in versions of the ecosystem"});
      if (valid && !unreadable && row.has_releases && entry.advisory.starts_with(own_prefix))
        cleared.insert(entry.advisory.substr(own_prefix.size()));
      continue;
    }
    TRY(StoredAdvisory stored, index.advisory(entry.advisory, arena));
    hits.push_back({&entry, stored.advisory, ranged ? fix_above(*scheme, entry, version) : std::string_view()});
  }
  for (const auto& [root, members] : group(hits, row.has_releases, cleared))
    out.matches.push_back(match_of(*scheme, members, arena));
  std::ranges::sort(out.matches, {}, &Match::id);
  return out;
}

}  // namespace drydock::advisory
