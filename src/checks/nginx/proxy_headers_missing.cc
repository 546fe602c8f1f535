#include <algorithm>
#include <map>
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

// What a block sets itself: nginx inherits proxy_set_header only where a block has none of its own.
struct Block {
  const Directive* last = nullptr;  // proxy_set_header
  std::vector<std::string> names;   // lower case
  bool includes = false;            // a file that may set some
  bool sets(std::string_view name) const { return std::ranges::find(names, to_lower(name)) != names.end(); }
};

// Blocks are looked at once each, however many locations ask.
class Blocks {
 public:
  const Block& of(const Directive& block) {
    auto [known, is_new] = blocks_.try_emplace(&block);
    if (!is_new) return known->second;
    for (const Directive& child : block.children) {
      // What an http block includes is servers and types, no headers.
      if (child.name == "include" && block.name != "http") known->second.includes = true;
      if (child.name != "proxy_set_header") continue;
      known->second.last = &child;
      if (!child.argument(1).empty()) known->second.names.push_back(to_lower(child.argument(0)));
    }
    return known->second;
  }

 private:
  std::map<const Directive*, Block> blocks_;
};

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
  Blocks blocks;
  for (const Directive* proxy : all_directives(input.file, "proxy_pass")) {
    if (proxy->parent == nullptr || proxy->argument(0).find("://") == std::string_view::npos ||
        is_public_site(proxy->argument(0)))
      continue;
    bool includes = false, stream = false;
    const Directive* scope = nullptr;
    for (const Directive* at = proxy->parent; at != nullptr; at = at->parent) {
      stream |= at->name == "stream";  // no headers there
      if (scope != nullptr) continue;
      includes |= blocks.of(*at).includes;
      if (blocks.of(*at).last != nullptr) scope = at;
    }
    if (stream) continue;
    if (includes) {
      out.unknown(proxy->span, "an included file may set the headers");
      continue;
    }
    static const Block kNone;
    const Block& block = scope == nullptr ? kNone : blocks.of(*scope);
    if (block.sets("Forwarded")) continue;  // RFC 7239 says all of it in one
    // A header more in an inherited block would serve others as well; the edit is offered where it concerns this one.
    LinePlace place;
    if (scope == nullptr) place = line_behind(input.file, *proxy);
    if (scope == proxy->parent) place = line_behind(input.file, *block.last);
    std::string names, lines;
    for (const Header& header : kHeaders) {
      if (block.sets(header.name)) continue;
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
