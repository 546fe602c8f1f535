#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/nginx_scope.h"

namespace drydock::checks::xss_protection_header {
namespace {

// Browsers have removed the filter; where it lives on, it opens side channels. Content-Security-Policy does the work.
void run(const NginxInput& input, Findings& out) {
  for (const nginx::Directive* header : all_directives(input.file, "add_header")) {
    if (!equal_ignoring_case(header->argument(0), "X-XSS-Protection") || !trim(header->argument(1)).starts_with('1'))
      continue;
    out.add(header->span, "X-XSS-Protection switches on a filter that browsers have dropped and that could be abused",
            {Edit{header->arguments[1].span, "\"0\"", {}}});
  }
}

constexpr std::string_view kReferences[] = {
    "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/X-XSS-Protection",
    "https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html#x-xss-protection"};
constexpr Example kExamples[] = {
    {.bad = "server {\n    listen 80;\n    add_header X-XSS-Protection \"1; mode=block\" always;\n}\n",
     .good = "server {\n    listen 80;\n    add_header X-XSS-Protection \"0\" always;\n}\n"},
    {.good = "server {\n    listen 80;\n    # add_header X-XSS-Protection \"1; mode=block\";\n    add_header "
             "X-Frame-Options DENY;\n}\n"},
};
constexpr Check kChecks[] = {{.id = "NX017",
                              .name = "xss-protection-header",
                              .title = "X-XSS-Protection enabled",
                              .severity = Severity::info,
                              .fix = Fix::behaviour_changing,
                              .references = kReferences,
                              .advice = "Send 0 or nothing, and a Content-Security-Policy.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::xss_protection_header
