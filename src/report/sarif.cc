// SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0) within GitHub's limits for code scanning (docs.github.com,
// "SARIF support for code scanning"): at most 25,000 results and rules, 20 tags a rule, a location for every result,
// security-severity as a number. Rules are unique; results carry our fingerprint, which holds no line.
#include <algorithm>
#include <charconv>
#include <map>
#include <string>
#include <vector>

#include "base/text.h"
#include "formats/json.h"
#include "report/report.h"
#include "report/text_layout.h"

namespace drydock::report {
namespace {

constexpr size_t kMostResults = 25'000, kMostCharacters = 1000;

std::string_view level_of(Severity severity) {
  switch (severity) {
    case Severity::critical:
    case Severity::high: return "error";
    case Severity::medium: return "warning";
    default: return "note";
  }
}

// GitHub reads bands from a number: over 9.0 critical, 7.0 high, 4.0 medium.
std::string security_severity(const Finding& finding) {
  if (const auto* v = std::get_if<VulnerabilityDetail>(&finding.detail); v != nullptr && v->score > 0) {
    char text[16];
    auto [end, failed] = std::to_chars(text, text + sizeof text, v->score, std::chars_format::fixed, 1);
    if (failed == std::errc{}) return {text, end};
  }
  constexpr std::string_view kScores[] = {"0.0", "0.0", "3.0", "5.5", "8.0", "9.5"};
  return std::string(kScores[static_cast<size_t>(finding.severity)]);
}

// RFC 3986 relative reference.
std::string uri_of(std::string_view path) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string uri;
  for (char c : path) {
    if (is_letter(c) || is_digit(c) || std::string_view("-._~/@+,=").find(c) != std::string_view::npos) {
      uri += c;
    } else {
      uri += '%';
      uri += kDigits[static_cast<uint8_t>(c) >> 4];
      uri += kDigits[static_cast<uint8_t>(c) & 15];
    }
  }
  return uri;
}

// What a reader knows the finding by: the CVE, the secret rule, the check.
std::string_view rule_of(const Finding& finding) {
  if (const auto* v = std::get_if<VulnerabilityDetail>(&finding.detail)) return v->id;
  if (const auto* s = std::get_if<SecretDetail>(&finding.detail)) return s->rule;
  return finding.check;
}

struct Rule {
  std::string_view id;
  const Finding* example = nullptr;
  size_t index = 0;
};

class Sarif {
 public:
  explicit Sarif(const ScanRecord& record) : record_(record), out_(true) {}

  std::string render() {
    collect_rules();
    out_.begin_object();
    out_.key("$schema").string("https://json.schemastore.org/sarif-2.1.0.json");
    out_.key("version").string("2.1.0");
    out_.key("runs").begin_array().begin_object();
    tool();
    invocation();
    out_.key("columnKind").string("utf16CodeUnits");
    results();
    out_.end_object().end_array();
    out_.end_object();
    return out_.take();
  }

 private:
  void collect_rules() {
    size_t count = std::min(record_.findings.size(), kMostResults);
    for (size_t i = 0; i < count; ++i) {
      const Finding& finding = record_.findings[i];
      auto [known, fresh] = rules_.try_emplace(rule_of(finding), Rule{rule_of(finding), &finding, 0});
      if (fresh) {
        known->second.index = order_.size();
        order_.push_back(known->first);
      }
    }
  }

  const CheckSummary* summary_of(std::string_view check) const {
    auto found = std::ranges::find(record_.checks, check, &CheckSummary::id);
    return found == record_.checks.end() ? nullptr : &*found;
  }

  // GitHub takes 1024 characters of a description or message.
  void text_object(std::string_view key, std::string_view text) {
    out_.key(key).begin_object().key("text").string(clip(printable(text), kMostCharacters)).end_object();
  }

  void tool() {
    out_.key("tool").begin_object().key("driver").begin_object();
    out_.key("name").string("drydock");
    out_.key("semanticVersion").string(record_.tool_version);
    out_.key("rules").begin_array();
    for (std::string_view id : order_) rule(rules_.at(id));
    out_.end_array();
    out_.end_object().end_object();
  }

  void rule(const Rule& rule) {
    const Finding& example = *rule.example;
    const CheckSummary* check = example.kind() == FindingKind::misconfiguration ? summary_of(example.check) : nullptr;
    std::string title = check ? std::string(check->title) : std::string(example.message);
    std::string help = check ? std::string(check->advice) : std::string();
    if (const auto* v = std::get_if<VulnerabilityDetail>(&example.detail)) {
      title = std::string(v->id) + " in " + std::string(record_.packages[v->package].name);
      help = v->fixed_version.empty() ? "No fixed version is known." : "Upgrade to a fixed version.";
    } else if (example.kind() == FindingKind::secret) {
      help = "Revoke it first: whoever could read the file has it. Then remove it and load it at run time.";
    }
    out_.begin_object();
    out_.key("id").string(rule.id);
    if (check != nullptr) out_.key("name").string(pascal_case(check->name));
    text_object("shortDescription", title);
    text_object("fullDescription", title);
    text_object("help", help.empty() ? title : help);
    if (check != nullptr && !check->references.empty() && check->references[0].starts_with("https://"))
      out_.key("helpUri").string(check->references[0]);
    out_.key("defaultConfiguration").begin_object().key("level").string(level_of(example.severity)).end_object();
    out_.key("properties").begin_object();
    out_.key("security-severity").string(security_severity(example));
    out_.key("tags").begin_array().string("security").string(name_of(example.kind())).end_array();
    out_.end_object();
    out_.end_object();
  }

  // SARIF wants rule names as identifiers (2.1.0, 3.49.7: "SHALL be ... human-readable"; viewers expect PascalCase).
  static std::string pascal_case(std::string_view name) {
    std::string text;
    bool upper = true;
    for (char c : name) {
      if (c == '-') {
        upper = true;
        continue;
      }
      text += upper && is_letter(c) ? static_cast<char>(lower(c) - 32) : c;
      upper = false;
    }
    return text;
  }

  // What could not be examined is a notification: the run did not see everything.
  void invocation() {
    out_.key("invocations").begin_array().begin_object();
    out_.key("executionSuccessful").boolean(true);
    if (record_.started.known()) out_.key("startTimeUtc").string(format_time(record_.started));
    size_t left_out = record_.findings.size() - std::min(record_.findings.size(), kMostResults);
    if (left_out != 0 || !record_.unknowns.empty()) {
      out_.key("toolExecutionNotifications").begin_array();
      if (left_out != 0) {
        out_.begin_object().key("level").string("warning");
        text_object("message", std::to_string(left_out) +
                                   " findings, the least severe, are left out: code scanning takes " +
                                   std::to_string(kMostResults) + ". Other report formats hold all.");
        out_.end_object();
      }
      for (const Unknown& unknown : record_.unknowns) {
        out_.begin_object();
        out_.key("level").string("warning");
        std::string_view at = unknown.at.path.empty() ? unknown.subject.id : unknown.at.path;
        text_object("message", "Not examined: " + std::string(at) + ": " + std::string(unknown.reason));
        out_.end_object();
      }
      out_.end_array();
    }
    out_.end_object().end_array();
  }

  void results() {
    out_.key("results").begin_array();
    size_t count = std::min(record_.findings.size(), kMostResults);
    for (size_t i = 0; i < count; ++i) {
      const Finding& finding = record_.findings[i];
      out_.begin_object();
      out_.key("ruleId").string(rule_of(finding));
      out_.key("ruleIndex").unsigned_integer(rules_.at(rule_of(finding)).index);
      out_.key("level").string(level_of(finding.severity));
      text_object("message", finding.message);
      locations(finding);
      // GitHub tells results apart by primaryLocationLineHash alone; without it, it would hash the line.
      out_.key("partialFingerprints").begin_object();
      out_.key("primaryLocationLineHash").string(finding.fingerprint);
      out_.key("drydock/v1").string(finding.fingerprint);
      out_.end_object();
      if (i < record_.decisions.size()) decision(record_.decisions[i]);
      out_.end_object();
    }
    out_.end_array();
  }

  void locations(const Finding& finding) {
    out_.key("locations").begin_array();
    size_t shown = 0;
    for (const Location& at : finding.locations) {
      if (shown == 10) break;  // GitHub shows one, SARIF viewers a few
      location(at.path.empty() ? finding.subject.id : at.path, at);
      ++shown;
    }
    if (shown == 0) location(finding.subject.id, Location{});
    out_.end_array();
  }

  void location(std::string_view path, const Location& at) {
    out_.begin_object().key("physicalLocation").begin_object();
    out_.key("artifactLocation").begin_object().key("uri").string(uri_of(path)).end_object();
    out_.key("region").begin_object().key("startLine").unsigned_integer(std::max(at.line, 1u)).end_object();
    out_.end_object().end_object();
  }

  void decision(const Decision& decision) {
    if (decision.outcome == Outcome::known) out_.key("baselineState").string("unchanged");
    if (decision.outcome != Outcome::ignored && decision.outcome != Outcome::not_affected) return;
    out_.key("suppressions").begin_array().begin_object();
    out_.key("kind").string(decision.source.starts_with("inline ") ? "inSource" : "external");
    out_.key("status").string("accepted");
    out_.key("justification").string(printable(decision.reason));
    out_.end_object().end_array();
  }

  const ScanRecord& record_;
  json::Writer out_;
  std::map<std::string_view, Rule> rules_;
  std::vector<std::string_view> order_;
};

}  // namespace

std::string render_sarif(const ScanRecord& record, const RenderOptions&) { return Sarif(record).render(); }

}  // namespace drydock::report
