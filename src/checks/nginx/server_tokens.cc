#include <algorithm>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/nginx_scope.h"

namespace drydock::checks::server_tokens {
namespace {

using nginx::Directive;

// "build" and "on" print the version; a string is a feature of the commercial edition and as good as off.
bool shows_version(const Directive& directive) {
  return directive.argument(0) == "on" || directive.argument(0) == "build";
}

// A file of server blocks is included by one with an http block, which may speak for it. Which one, only the running
// nginx knows; if any of the scan's does, the doubt counts for the file.
bool set_elsewhere(const NginxInput& input) {
  return std::ranges::any_of(input.sources.all(), [&](const Source& source) {
    const auto* other = source.as<nginx::File>();
    if (other == nullptr || other == &input.file) return false;
    return std::ranges::any_of(all_directives(*other, "server_tokens"), [](const Directive* directive) {
      return !shows_version(*directive) && (directive->parent == nullptr || directive->parent->name == "http");
    });
  });
}

void run(const NginxInput& input, Findings& out) {
  bool explicit_on = false;
  for (const Directive* directive : all_directives(input.file, "server_tokens")) {
    if (!shows_version(*directive)) continue;
    explicit_on = true;
    out.add(directive->span, "nginx tells its version in every answer and error page",
            {Edit{directive->arguments[0].span, "off", {}}});
  }
  if (explicit_on) return;
  // Once per file: at the http block, else at the first server that lacks it.
  const Directive* lacking = nullptr;
  for (const Directive* server : all_directives(input.file, "server")) {
    if (!server->block || (server->parent != nullptr && server->parent->name != "http") ||
        in_force(input.file, *server, "server_tokens") != nullptr)
      continue;
    lacking = server->parent != nullptr ? server->parent : server;
    break;
  }
  if (lacking == nullptr || (lacking->name == "server" && set_elsewhere(input))) return;
  constexpr std::string_view kMessage = "server_tokens is not off, so nginx tells its version in every answer";
  LinePlace place = first_line_in(input.file, *lacking);
  if (place.found)
    out.add(lacking->name_span, kMessage,
            {Edit{{place.offset, place.offset}, out.text({place.indentation, "server_tokens off;\n"}), {}}});
  else
    out.add(lacking->name_span, kMessage);
}

constexpr std::string_view kAliases[] = {"version_disclosure"};
constexpr std::string_view kReferences[] = {"https://nginx.org/en/docs/http/ngx_http_core_module.html#server_tokens"};
constexpr Example kExamples[] = {
    {.bad = "http {\n    server_tokens on;\n    server {\n        listen 80;\n    }\n}\n",
     .good = "http {\n    server_tokens off;\n    server {\n        listen 80;\n    }\n}\n"},
    {.bad = "server {\n    listen 80;\n    server_name www.example;\n}\n",
     .good = "server {\n    server_tokens off;\n    listen 80;\n    server_name www.example;\n}\n"},
    {.bad = "http {\n    include mime.types;\n    server { listen 80; }\n}\n",
     .good = "http {\n    server_tokens off;\n    include mime.types;\n    server { listen 80; }\n}\n"},
    {.good = "upstream app {\n    server app:8000;\n}\n"},  // nothing answers here
    {.good = "stream {\n    server {\n        listen 5432;\n    }\n}\n"},
};
constexpr Check kChecks[] = {{.id = "NX027",
                              .name = "server-tokens",
                              .title = "server_tokens not off",
                              .severity = Severity::low,
                              .fix = Fix::safe,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Set server_tokens off; in the http block.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::server_tokens
