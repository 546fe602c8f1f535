#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/nginx_scope.h"
#include "checks/secret_names.h"

namespace drydock::checks::proxy_headers_missing {
namespace {

using nginx::Directive;

struct Header {
  std::string_view name, value;
};
// Without them the application sees the proxy as its client, http as the scheme and the upstream's name as the host:
// rate limits, redirects, secure cookies and links go wrong.
constexpr Header kHeaders[] = {
    {"Host", "$host"},
    {"X-Forwarded-For", "$proxy_add_x_forwarded_for"},
    {"X-Forwarded-Proto", "$scheme"},
};

// The nearest block that sets any: nginx inherits proxy_set_header only where a block has none of its own.
const Directive* setting_scope(const Directive& proxy_pass) {
  for (const Directive* scope = proxy_pass.parent; scope != nullptr; scope = scope->parent)
    if (scope->child("proxy_set_header") != nullptr) return scope;
  return nullptr;
}

bool includes_something(const Directive& proxy_pass) {
  for (const Directive* scope = proxy_pass.parent; scope != nullptr; scope = scope->parent) {
    const Directive* include = scope->child("include");
    // What nginx brings along itself sets no proxy headers.
    if (include != nullptr && base_name(include->argument(0)) != "mime.types" && scope->name != "http") return true;
    if (scope->child("proxy_set_header") != nullptr) return false;
  }
  return false;
}

bool sets(const Directive& scope, std::string_view name) {
  return std::ranges::any_of(scope.children, [&](const Directive& child) {
    return child.name == "proxy_set_header" && equal_ignoring_case(child.argument(0), name) &&
           !child.argument(1).empty();
  });
}

// Somebody else's site is no application of ours: it wants its own Host, and no addresses of visitors.
bool is_public_site(std::string_view target) {
  UrlLogin url = parse_url(target);
  if (!url.found || url.host.find('.') == std::string_view::npos || url.host.find('$') != std::string_view::npos)
    return false;
  std::string_view last = cut_last(url.host, ".").after;
  constexpr std::string_view kPrivate[] = {"local", "internal", "lan",    "localdomain", "home",
                                           "svc",   "cluster",  "docker", "intranet"};
  return !last.empty() && !is_digit(last[0]) && std::ranges::find(kPrivate, last) == std::end(kPrivate);
}

void run(const NginxInput& input, Findings& out) {
  for (const Directive* proxy : all_directives(input.file, "proxy_pass")) {
    // In a stream block there are no headers.
    bool stream = false;
    for (const Directive* scope = proxy->parent; scope != nullptr; scope = scope->parent)
      stream |= scope->name == "stream";
    if (stream || proxy->parent == nullptr || proxy->arguments.empty() || is_public_site(proxy->argument(0))) continue;
    if (proxy->argument(0).find("://") == std::string_view::npos) continue;
    const Directive* scope = setting_scope(*proxy);
    if (includes_something(*proxy)) {
      out.unknown(proxy->span, "an included file may set the headers");
      continue;
    }
    if (scope != nullptr && sets(*scope, "Forwarded")) continue;  // RFC 7239 says all of it in one
    const Directive* last = nullptr;
    if (scope != nullptr)
      for (const Directive& child : scope->children)
        if (child.name == "proxy_set_header") last = &child;
    std::string names, lines;
    // A header more in an inherited block would serve others as well; the edit is offered where it concerns this one.
    LinePlace place = last == nullptr          ? line_behind(input.file, *proxy)
                      : scope == proxy->parent ? line_behind(input.file, *last)
                                               : LinePlace{};
    for (const Header& header : kHeaders) {
      if (scope != nullptr && sets(*scope, header.name)) continue;
      if (!names.empty()) names += ", ";
      names += header.name;
      lines +=
          place.indentation + "proxy_set_header " + std::string(header.name) + " " + std::string(header.value) + ";\n";
    }
    if (names.empty()) continue;
    std::string_view message = out.text({"the application does not get ", names, " from this proxy"});
    if (place.found)
      out.add_item(names, proxy->span, message, {Edit{{place.offset, place.offset}, lines, {}}});
    else
      out.add_item(names, proxy->span, message);
  }
}

constexpr std::string_view kAliases[] = {"proxy_set_header_redefinition"};
constexpr std::string_view kReferences[] = {
    "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header",
    "https://flask.palletsprojects.com/en/stable/deploying/proxy_fix/"};
constexpr Example kExamples[] = {
    {.bad = "server {\n    location / {\n        proxy_pass http://app:8000;\n        proxy_set_header Host $host;\n   "
            "     proxy_set_header X-Real-IP $remote_addr;\n    }\n}\n",
     .good = "server {\n    location / {\n        proxy_pass http://app:8000;\n        proxy_set_header Host $host;\n  "
             "      proxy_set_header X-Real-IP $remote_addr;\n        proxy_set_header X-Forwarded-For "
             "$proxy_add_x_forwarded_for;\n        proxy_set_header X-Forwarded-Proto $scheme;\n    }\n}\n"},
    {.bad = "server {\n    location / {\n        proxy_pass http://app:8000;\n    }\n}\n",
     .good = "server {\n    location / {\n        proxy_pass http://app:8000;\n        proxy_set_header Host $host;\n  "
             "      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n        proxy_set_header "
             "X-Forwarded-Proto $scheme;\n    }\n}\n"},
    // The location's own header drops the three of the server.
    {.bad = "server {\n    proxy_set_header Host $host;\n    proxy_set_header X-Forwarded-For $remote_addr;\n    "
            "proxy_set_header X-Forwarded-Proto $scheme;\n    location / {\n        proxy_pass http://app:8000;\n      "
            "  proxy_set_header Connection \"\";\n    }\n}\n"},
    {.good = "server {\n    proxy_set_header Host $host;\n    proxy_set_header X-Forwarded-For $remote_addr;\n    "
             "proxy_set_header X-Forwarded-Proto $scheme;\n    location / {\n        proxy_pass http://app:8000;\n    "
             "}\n}\n"},
    {.good = "server {\n    location /fonts/ {\n        proxy_pass https://fonts.vendor.example/;\n    }\n}\n"},
    {.good =
         "server {\n    location / {\n        include proxy_params;\n        proxy_pass http://app:8000;\n    }\n}\n"},
    {.good = "stream {\n    server {\n        listen 5432;\n        proxy_pass db:5432;\n    }\n}\n"},
};
constexpr Check kChecks[] = {
    {.id = "NX032",
     .name = "proxy-headers-missing",
     .title = "Proxy headers missing",
     .severity = Severity::low,
     .fix = Fix::safe,
     .aliases = kAliases,
     .references = kReferences,
     .advice = "Set Host, X-Forwarded-For and X-Forwarded-Proto beside each proxy_pass, or once in the server block.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::proxy_headers_missing
