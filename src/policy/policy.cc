#include "policy/policy.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <span>

#include "base/arena.h"
#include "base/glob.h"
#include "base/text.h"
#include "formats/yaml.h"

namespace drydock::policy {
namespace {

class Reader {
 public:
  Reader(std::string_view bytes, std::string_view file) : lines_(bytes), file_(file) {}

  uint32_t line_of(const tree::Node& node) const { return lines_.at(node.span.begin).line; }

  std::unexpected<Error> error(uint32_t line, std::string_view what) const {
    return fail(Errc::malformed, std::string(file_) + ":" + std::to_string(line) + ": " + std::string(what));
  }
  std::unexpected<Error> error(const tree::Node& at, std::string_view what) const { return error(line_of(at), what); }
  std::unexpected<Error> error(const tree::Problem& problem) const {
    return error(lines_.at(problem.at.begin).line, problem.message);
  }

  Result<void> only_keys(const tree::Node& node, std::initializer_list<std::string_view> known) const {
    if (!node.is_mapping()) return error(node, "a mapping is expected here");
    for (const tree::Member& member : node.members) {
      if (std::ranges::find(known, member.key->text) != known.end()) continue;
      std::string list;
      for (std::string_view key : known) list += (list.empty() ? "" : ", ") + std::string(key);
      return error(*member.key, "unknown key '" + printable(member.key->text) + "'; known here: " + list);
    }
    return {};
  }

  // A scalar or a list of scalars.
  Result<std::vector<std::string>> strings(const tree::Node* node) const {
    std::vector<std::string> values;
    if (node == nullptr || node->is_null()) return values;
    if (node->is_mapping()) return error(*node, "a text or a list of texts is expected here");
    for (const tree::Node* item : node->is_sequence() ? node->items : std::span<const tree::Node* const>(&node, 1)) {
      if (!item->is_scalar() || trim(item->text).empty()) return error(*item, "a text is expected here");
      values.emplace_back(trim(item->text));
    }
    return values;
  }

  Result<bool> boolean(const tree::Node* node, bool fallback) const {
    if (node == nullptr) return fallback;
    if (node->is_true()) return true;
    if (node->is_false()) return false;
    return error(*node, "true or false is expected here");
  }

 private:
  LineTable lines_;
  std::string_view file_;
};

// "line 3, column 5: what" -> "3: what", so that all errors have one form.
std::string with_line_in_front(std::string_view message) {
  Cut place = cut(message, ": ");
  if (!place.found || !place.before.starts_with("line ")) return " " + std::string(message);
  return std::string(cut(place.before.substr(5), ",").before) + ": " + std::string(place.after);
}

Result<void> read_policy(const Reader& in, const tree::Node& node, Policy& policy) {
  TRY_VOID(in.only_keys(node, {"fail-on", "ignore-unfixed", "inline-ignores"}));
  if (const tree::Node* fail_on = node.find("fail-on")) {
    policy.never_fail = fail_on->text == "never";
    std::optional<Severity> severity = parse_severity(fail_on->text);
    if (severity == Severity::unknown) severity.reset();
    if (!policy.never_fail && !severity)
      return in.error(*fail_on, "fail-on takes info, low, medium, high, critical or never");
    if (severity) policy.fail_on = *severity;
  }
  TRY(policy.ignore_unfixed, in.boolean(node.find("ignore-unfixed"), false));
  TRY(policy.inline_ignores, in.boolean(node.find("inline-ignores"), true));
  return {};
}

Result<Ignore> read_ignore(const Reader& in, const tree::Node& node) {
  TRY_VOID(in.only_keys(node, {"id", "paths", "services", "reason", "owner", "expires"}));
  Ignore ignore{.line = in.line_of(node)};
  TRY(ignore.ids, in.strings(node.find("id")));
  TRY(ignore.paths, in.strings(node.find("paths")));
  TRY(ignore.services, in.strings(node.find("services")));
  ignore.reason = node.string_at("reason");
  ignore.owner = node.string_at("owner");
  if (ignore.ids.empty())
    return in.error(node, "an ignore needs an id: a check, a CVE, a secret rule, a fingerprint or \"*\"");
  if (trim(ignore.reason).empty()) return in.error(node, "an ignore needs a reason");
  if (const tree::Node* expires = node.find("expires")) {
    Result<Time> time = parse_time(expires->text);
    if (!time) return in.error(*expires, "expires: " + time.error().message);
    ignore.expires = *time;
  }
  return ignore;
}

Result<void> read_settings(const Reader& in, const tree::Node& node, Policy& policy) {
  TRY_VOID(in.only_keys(node, {"allowed-registries", "allowed-ports", "expected-uid"}));
  TRY(policy.allowed_registries, in.strings(node.find("allowed-registries")));
  TRY(policy.allowed_ports, in.strings(node.find("allowed-ports")));
  if (const tree::Node* uid = node.find("expected-uid")) {
    auto [end, failed] = std::from_chars(uid->text.data(), uid->text.data() + uid->text.size(), policy.expected_uid);
    if (failed != std::errc{} || end != uid->text.data() + uid->text.size())
      return in.error(*uid, "expected-uid takes a number");
  }
  return {};
}

// Every name by which an ignore may mean this finding.
bool names_finding(std::string_view id, const Finding& finding, SameCheck same_check) {
  if (id == "*" || id == finding.fingerprint) return true;
  if (const auto* vulnerability = std::get_if<VulnerabilityDetail>(&finding.detail)) {
    if (equal_ignoring_case(id, vulnerability->id) || equal_ignoring_case(id, vulnerability->advisory) ||
        std::ranges::any_of(vulnerability->aliases,
                            [&](std::string_view alias) { return equal_ignoring_case(id, alias); }))
      return true;
  }
  if (const auto* secret = std::get_if<SecretDetail>(&finding.detail); secret != nullptr && id == secret->rule)
    return true;
  if (const auto* licence = std::get_if<LicenceDetail>(&finding.detail);
      licence != nullptr && equal_ignoring_case(id, licence->expression))
    return true;
  return same_check(id, finding.check);
}

// "pkg:npm/%40scope/name@1.0?arch=x" -> the parts that say which package; percent-encoding undone, since "@scope" and
// "%40scope" are both written.
struct PurlParts {
  std::string package, version;
  std::vector<std::string> qualifiers;
};

PurlParts parts_of(std::string_view purl) {
  auto decoded = [](std::string_view text) {
    std::string out;
    auto digit = [](char c) {
      return is_digit(c) ? c - '0' : lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : -1;
    };
    for (size_t i = 0; i < text.size(); ++i) {
      bool escape = text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
      out += escape ? static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])) : text[i];
      if (escape) i += 2;
    }
    return out;
  };
  PurlParts parts;
  Cut qualifiers = cut(cut(purl, "#").before, "?");
  for (std::string_view one : split(qualifiers.after, '&'))
    if (!one.empty()) parts.qualifiers.push_back(decoded(one));
  size_t at = qualifiers.before.rfind('@'), slash = qualifiers.before.rfind('/');
  bool has_version = at != std::string_view::npos && slash != std::string_view::npos && at > slash + 1;
  parts.package = decoded(qualifiers.before.substr(0, has_version ? at : std::string_view::npos));
  if (has_version) parts.version = decoded(qualifiers.before.substr(at + 1));
  return parts;
}

// What the entry does not say (version, qualifiers) does not count. "distro=debian-12.5" is our release "12".
bool same_package(std::string_view wanted, const Package& package) {
  PurlParts entry = parts_of(wanted), ours = parts_of(to_string(purl_of(package)));
  if (!equal_ignoring_case(entry.package, ours.package)) return false;
  if (!entry.version.empty() && entry.version != ours.version) return false;
  return std::ranges::all_of(entry.qualifiers, [&](std::string_view qualifier) {
    Cut pair = cut(qualifier, "=");
    if (pair.before == "distro") {
      std::string_view release = cut_last(pair.after, "-").after;
      return release == package.release || (!package.release.empty() && release.starts_with(package.release) &&
                                            release.substr(package.release.size()).starts_with('.'));
    }
    return std::ranges::find(ours.qualifiers, qualifier) != ours.qualifiers.end();
  });
}

bool covers_package(const Ignore& ignore, const Finding& finding, const ScanRecord& record) {
  if (ignore.purls.empty()) return true;
  uint32_t index = UINT32_MAX;
  if (const auto* vulnerability = std::get_if<VulnerabilityDetail>(&finding.detail)) index = vulnerability->package;
  if (const auto* licence = std::get_if<LicenceDetail>(&finding.detail)) index = licence->package;
  if (index >= record.packages.size()) return false;
  return std::ranges::any_of(ignore.purls,
                             [&](const std::string& purl) { return same_package(purl, record.packages[index]); });
}

bool covers_place(const Ignore& ignore, const Finding& finding, const Location* at) {
  if (ignore.kind && *ignore.kind != finding.kind()) return false;
  if (!ignore.paths.empty()) {
    if (at == nullptr) return false;
    if (std::ranges::none_of(ignore.paths, [&](const std::string& glob) { return glob_match(glob, at->path); }))
      return false;
  }
  if (ignore.at_line != 0 && (at == nullptr || at->line != ignore.at_line)) return false;
  if (!ignore.services.empty()) {
    auto wanted = [&](std::string_view name) {
      return std::ranges::find(ignore.services, name) != ignore.services.end();
    };
    if (std::ranges::none_of(finding.services, wanted)) return false;
  }
  return true;
}

// One secret in several places is one finding: it is ignored only where each place is. Other findings have one place;
// further locations explain it.
std::span<const Location> places_of(const Finding& finding) {
  static constexpr Location kNowhere[1];
  if (finding.locations.empty()) return kNowhere;
  return finding.kind() == FindingKind::secret ? finding.locations : finding.locations.first(1);
}

// How the ignores fared, for the notes.
struct Uses {
  size_t findings = 0;
  const Finding* other_rule = nullptr;  // a secret on the line of .gitleaksignore, found by another rule
};

struct UnusedOfFile {
  size_t entries = 0;
  std::vector<uint32_t> lines;
};

std::string note_of(std::string_view file, const UnusedOfFile& rows) {
  constexpr size_t kShown = 8;
  std::string lines;
  for (size_t i = 0; i < rows.lines.size() && i < kShown; ++i)
    lines += (i == 0 ? "" : ", ") + std::to_string(rows.lines[i]);
  if (rows.lines.size() > kShown) lines += ", ...";
  return std::string(file) + ": " + std::to_string(rows.lines.size()) + " of " + std::to_string(rows.entries) +
         (rows.entries == 1 ? " entry matches" : " entries match") + " no finding (line " + lines + ")";
}

// The ignore that excuses the finding, null if none does.
const Ignore* excuse_of(const Policy& policy, Time now, SameCheck same_check, const ScanRecord& record,
                        const Finding& finding, std::vector<Uses>& uses) {
  std::span<const Location> places = places_of(finding);
  std::vector<const Ignore*> excuses(places.size());
  for (size_t i = 0; i < policy.ignores.size(); ++i) {
    const Ignore& ignore = policy.ignores[i];
    bool used = false;
    for (size_t place = 0; place < places.size(); ++place) {
      const Location* at = finding.locations.empty() ? nullptr : &places[place];
      if (!covers_place(ignore, finding, at)) continue;
      if (!covers_package(ignore, finding, record)) continue;
      if (std::ranges::none_of(ignore.ids,
                               [&](const std::string& id) { return names_finding(id, finding, same_check); })) {
        if (ignore.at_line != 0) uses[i].other_rule = &finding;
        continue;
      }
      used = true;
      bool expired = ignore.expires.known() && ignore.expires <= now;
      bool better = excuses[place] == nullptr ||
                    (excuses[place]->outcome == Outcome::known && ignore.outcome == Outcome::ignored);
      if (!expired && better) excuses[place] = &ignore;
    }
    uses[i].findings += used;
  }
  const Ignore* weakest = excuses[0];
  for (const Ignore* excuse : excuses) {
    if (excuse == nullptr) return nullptr;
    if (excuse->outcome == Outcome::known) weakest = excuse;
  }
  return weakest;
}

}  // namespace

Result<Policy> parse_policy(std::string_view bytes, std::string_view file) {
  Policy policy{.file = std::string(file)};
  Arena arena;
  Result<const yaml::File*> parsed = yaml::parse(bytes, arena);
  if (!parsed) return fail(parsed.error().code, std::string(file) + ":" + with_line_in_front(parsed.error().message));
  Reader in(bytes, file);
  // What most readers let pass would make an ignore say something else than it seems to.
  if (!(*parsed)->problems.empty()) return in.error((*parsed)->problems[0]);
  if ((*parsed)->documents.size() > 1) return in.error(*(*parsed)->documents[1].root, "one document is expected");
  const tree::Node& root = (*parsed)->root();
  if (root.is_null()) return policy;
  TRY_VOID(in.only_keys(root, {"policy", "ignore", "settings"}));
  if (const tree::Node* node = root.find("policy")) TRY_VOID(read_policy(in, *node, policy));
  if (const tree::Node* node = root.find("settings")) TRY_VOID(read_settings(in, *node, policy));
  if (const tree::Node* node = root.find("ignore")) {
    if (!node->is_sequence()) return in.error(*node, "ignore takes a list");
    for (const tree::Node* item : node->items) {
      TRY(Ignore ignore, read_ignore(in, *item));
      policy.ignores.push_back(std::move(ignore));
    }
  }
  return policy;
}

Settings settings_of(const Policy& policy, StringPool& pool) {
  auto views = [&](const std::vector<std::string>& texts) {
    std::vector<std::string_view> all(texts.begin(), texts.end());
    return pool.copy_span<std::string_view>(all);
  };
  return {.allowed_registries = views(policy.allowed_registries),
          .allowed_ports = views(policy.allowed_ports),
          .expected_uid = policy.expected_uid};
}

Summary decide(const Policy& policy, Time now, SameCheck same_check, ScanRecord& record) {
  Summary summary;
  summary.notes = policy.notes;
  std::vector<Uses> uses(policy.ignores.size());
  std::vector<std::string_view> sources;  // "drydock.yaml:12", by ignore
  for (const Ignore& ignore : policy.ignores)
    sources.push_back(
        record.pool.join(ignore.file.empty() ? policy.file : ignore.file, ":", std::to_string(ignore.line)));

  record.decisions.clear();
  for (const Finding& finding : record.findings) {
    Decision decision;
    if (const Ignore* excuse = excuse_of(policy, now, same_check, record, finding, uses)) {
      decision = {.outcome = excuse->outcome,
                  .reason = record.pool.copy(excuse->reason),
                  .source = sources[static_cast<size_t>(excuse - policy.ignores.data())],
                  .owner = record.pool.copy(excuse->owner),
                  .expires = excuse->expires};
    }
    if (decision.outcome != Outcome::ignored && policy.inline_ignores) {
      auto counts = [&](const InlineIgnore& mark) {
        return std::ranges::find(policy.void_inline_tools, mark.tool) == policy.void_inline_tools.end();
      };
      auto mark = std::ranges::find_if(finding.ignores, counts);
      if (mark != finding.ignores.end()) {
        const Location* at = finding.location();
        std::string source =
            "inline " + std::string(at ? at->path : std::string_view{}) + ":" + std::to_string(mark->line);
        decision = {
            .outcome = Outcome::ignored,
            .reason = mark->reason.empty() ? record.pool.join(mark->tool, " comment without a reason") : mark->reason,
            .source = record.pool.copy(source)};
      }
    }
    if (decision.outcome == Outcome::counts) {
      const auto* vulnerability = std::get_if<VulnerabilityDetail>(&finding.detail);
      if (policy.never_fail || finding.severity < policy.fail_on) {
        decision.outcome = Outcome::below_threshold;
        decision.reason =
            policy.never_fail ? "fail-on never" : record.pool.join("below fail-on ", name_of(policy.fail_on));
      } else if (policy.ignore_unfixed && vulnerability != nullptr && vulnerability->fixed_version.empty()) {
        decision.outcome = Outcome::below_threshold;
        decision.reason = "no fix is known (ignore-unfixed)";
      } else {
        ++summary.counting;
      }
    }
    record.decisions.push_back(decision);
  }

  std::map<std::string_view, UnusedOfFile> unused;  // peers' files; a project's list for another tool may be long
  for (size_t i = 0; i < policy.ignores.size(); ++i) {
    const Ignore& ignore = policy.ignores[i];
    bool expired = ignore.expires.known() && ignore.expires <= now;
    std::string name = ignore.ids.empty() ? "a secret by its hash" : ignore.ids[0];
    if (!ignore.file.empty()) ++unused[ignore.file].entries;
    if (uses[i].findings == 0 && uses[i].other_rule != nullptr) {
      summary.notes.push_back(std::string(sources[i]) + ": names rule " + name +
                              ", but the secret there was found by " + std::string(uses[i].other_rule->item) +
                              " and counts; if it is accepted, ignore " + std::string(uses[i].other_rule->fingerprint) +
                              " in drydock.yaml");
    } else if (uses[i].findings == 0 && !ignore.file.empty()) {
      unused[ignore.file].lines.push_back(ignore.line);
    } else if (uses[i].findings == 0) {
      summary.unused.push_back(std::string(sources[i]) + ": the ignore of " + name +
                               " matches no finding; remove it or correct its id and paths");
    } else if (expired) {
      summary.notes.push_back(std::string(sources[i]) + ": the ignore of " + name + " expired on " +
                              format_date(ignore.expires) + "; " + std::to_string(uses[i].findings) +
                              (uses[i].findings == 1 ? " finding counts" : " findings count") + " again");
    }
  }
  for (const auto& [file, rows] : unused)
    if (!rows.lines.empty()) summary.unused.push_back(note_of(file, rows));
  return summary;
}

}  // namespace drydock::policy
