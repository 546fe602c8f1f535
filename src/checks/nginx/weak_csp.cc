#include <algorithm>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/nginx_scope.h"

namespace drydock::checks::weak_csp {
namespace {

// A serialized policy (w3.org/TR/CSP3, 2.2): directives by ';', each a name and sources by blanks. A repeated
// directive is ignored by browsers.
struct Policy {
  std::string_view text;
  bool has(std::string_view name) const { return found(name); }
  std::vector<std::string_view> sources(std::string_view name) const {
    std::vector<std::string_view> list;
    found(name, &list);
    return list;
  }

 private:
  bool found(std::string_view name, std::vector<std::string_view>* list = nullptr) const {
    for (std::string_view directive : split(text, ';')) {
      bool first = true, mine = false;
      for (std::string_view word : split(trim(directive), ' ')) {
        if (word.empty()) continue;
        if (first)
          mine = equal_ignoring_case(word, name);
        else if (mine && list != nullptr)
          list->push_back(word);
        first = false;
      }
      if (mine) return true;
    }
    return false;
  }
};

void judge(const nginx::Directive& header, Findings& out) {
  Policy policy{header.argument(1)};
  if (policy.text.find('$') != std::string_view::npos && policy.text.find("nonce-$") == std::string_view::npos) {
    out.unknown(header.span, "the policy holds a variable");
    return;
  }
  bool own_scripts = policy.has("script-src");
  std::vector<std::string_view> scripts = policy.sources(own_scripts ? "script-src" : "default-src");
  bool strict = false, inline_scripts = false;
  for (std::string_view source : scripts) {
    strict |= source.starts_with("'nonce-") || source.starts_with("'sha256-") || source.starts_with("'sha384-") ||
              source.starts_with("'sha512-") || source == "'strict-dynamic'";
    inline_scripts |= equal_ignoring_case(source, "'unsafe-inline'");
  }
  // A nonce, a hash or strict-dynamic makes browsers ignore 'unsafe-inline' (CSP3, 6.7.3.2).
  if (inline_scripts && !strict)
    out.add_item("unsafe-inline", header.span, "the policy lets inline scripts run, which is what it is there to stop");
  for (std::string_view source : scripts) {
    if (equal_ignoring_case(source, "'unsafe-eval'"))
      out.add_item("unsafe-eval", header.span, "the policy lets text be run as a script");
    if (source == "*" || equal_ignoring_case(source, "http:") || equal_ignoring_case(source, "data:")) {
      if (strict && source != "data:") continue;
      out.add_item(source, header.span, out.text({"the policy takes scripts from ", source, ", that is from anybody"}));
    }
  }
  if (!own_scripts && !policy.has("default-src")) return;  // frame-ancestors alone and the like: no policy for content
  if (!policy.has("object-src") && !policy.has("default-src"))
    out.as(Severity::low)
        .add_item("object-src", header.span, "the policy says nothing about plug-ins: add object-src 'none'");
  if (!policy.has("base-uri"))
    out.as(Severity::low)
        .add_item("base-uri", header.span,
                  "the policy lets a <base> element redirect relative scripts: add base-uri 'self'");
}

void run(const NginxInput& input, Findings& out) {
  for (const nginx::Directive* header : all_directives(input.file, "add_header"))
    if (equal_ignoring_case(header->argument(0), "Content-Security-Policy")) judge(*header, out);
}

constexpr std::string_view kReferences[] = {
    "https://www.w3.org/TR/CSP3/",
    "https://cheatsheetseries.owasp.org/cheatsheets/Content_Security_Policy_Cheat_Sheet.html"};
constexpr Example kExamples[] = {
    {.bad = "server {\n    add_header Content-Security-Policy \"default-src 'self'; script-src 'self' 'unsafe-inline'; "
            "base-uri 'self'\" always;\n}\n"},
    {.bad = "server {\n    add_header Content-Security-Policy \"default-src *; base-uri 'self'\";\n}\n"},
    {.good = "server {\n    add_header Content-Security-Policy \"default-src 'self'; base-uri 'self'\" always;\n}\n"},
    {.good = "server {\n    add_header Content-Security-Policy \"script-src 'nonce-$request_id' 'unsafe-inline' "
             "https:; object-src 'none'; base-uri 'none'\";\n}\n"},
    {.good = "server {\n    add_header Content-Security-Policy \"frame-ancestors 'none'\";\n}\n"},
    {.good = "server {\n    add_header Content-Security-Policy \"default-src 'self'; style-src 'unsafe-inline'; "
             "img-src *; base-uri 'self'\";\n}\n"},
};
constexpr Check kChecks[] = {{.id = "NX014",
                              .name = "weak-csp",
                              .title = "CSP weak",
                              .severity = Severity::medium,
                              .references = kReferences,
                              .advice = "Allow scripts by nonce or hash, and close object-src and base-uri.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::weak_csp
