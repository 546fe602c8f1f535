#include "policy/policy.h"

#include <algorithm>
#include <charconv>
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
  if (id == "*" || id == finding.fingerprint || same_check(id, finding.check)) return true;
  if (const auto* vulnerability = std::get_if<VulnerabilityDetail>(&finding.detail)) {
    return equal_ignoring_case(id, vulnerability->id) || equal_ignoring_case(id, vulnerability->advisory) ||
           std::ranges::any_of(vulnerability->aliases,
                               [&](std::string_view alias) { return equal_ignoring_case(id, alias); });
  }
  if (const auto* secret = std::get_if<SecretDetail>(&finding.detail)) return id == secret->rule;
  return false;
}

bool covers(const Ignore& ignore, const Finding& finding, SameCheck same_check) {
  auto names = [&](const std::string& id) { return names_finding(id, finding, same_check); };
  if (std::ranges::none_of(ignore.ids, names)) return false;
  if (!ignore.paths.empty()) {
    const Location* at = finding.location();
    if (at == nullptr) return false;
    if (std::ranges::none_of(ignore.paths, [&](const std::string& glob) { return glob_match(glob, at->path); }))
      return false;
  }
  if (!ignore.services.empty()) {
    auto wanted = [&](std::string_view name) {
      return std::ranges::find(ignore.services, name) != ignore.services.end();
    };
    if (std::ranges::none_of(finding.services, wanted)) return false;
  }
  return true;
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
  std::vector<size_t> uses(policy.ignores.size());
  std::vector<std::string_view> sources;  // "drydock.yaml:12", by ignore
  for (const Ignore& ignore : policy.ignores)
    sources.push_back(record.pool.join(policy.file, ":", std::to_string(ignore.line)));

  record.decisions.clear();
  for (const Finding& finding : record.findings) {
    Decision decision;
    for (size_t i = 0; i < policy.ignores.size(); ++i) {
      const Ignore& ignore = policy.ignores[i];
      if (!covers(ignore, finding, same_check)) continue;
      ++uses[i];
      if (ignore.expires.known() && ignore.expires <= now) continue;
      if (decision.outcome == Outcome::ignored) continue;
      decision = {.outcome = Outcome::ignored,
                  .reason = record.pool.copy(ignore.reason),
                  .source = sources[i],
                  .owner = record.pool.copy(ignore.owner),
                  .expires = ignore.expires};
    }
    if (decision.outcome != Outcome::ignored && policy.inline_ignores && !finding.ignores.empty()) {
      const InlineIgnore& mark = finding.ignores[0];
      const Location* at = finding.location();
      std::string source =
          "inline " + std::string(at ? at->path : std::string_view{}) + ":" + std::to_string(mark.line);
      decision = {
          .outcome = Outcome::ignored,
          .reason = mark.reason.empty() ? record.pool.join(mark.tool, " comment without a reason") : mark.reason,
          .source = record.pool.copy(source)};
    }
    if (decision.outcome != Outcome::ignored) {
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

  for (size_t i = 0; i < policy.ignores.size(); ++i) {
    const Ignore& ignore = policy.ignores[i];
    bool expired = ignore.expires.known() && ignore.expires <= now;
    if (uses[i] == 0) {
      summary.unused.push_back(std::string(sources[i]) + ": the ignore of " + ignore.ids[0] +
                               " matches no finding; remove it or correct its id and paths");
    } else if (expired) {
      summary.notes.push_back(std::string(sources[i]) + ": the ignore of " + ignore.ids[0] + " expired on " +
                              format_date(ignore.expires) + "; " + std::to_string(uses[i]) +
                              (uses[i] == 1 ? " finding counts" : " findings count") + " again");
    }
  }
  return summary;
}

}  // namespace drydock::policy
