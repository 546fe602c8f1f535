#include <algorithm>
#include <string>

#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/nginx_scope.h"

namespace drydock::checks::obsolete_tls_protocol {
namespace {

// RFC 8996 retires TLS 1.0 and 1.1, RFC 7568 SSL 3.0, RFC 6176 SSL 2.0.
bool is_obsolete(std::string_view protocol) {
  constexpr std::string_view kObsolete[] = {"SSLv2", "SSLv3", "TLSv1", "TLSv1.0", "TLSv1.1"};
  return std::ranges::find(kObsolete, protocol) != std::end(kObsolete);
}

void run(const NginxInput& input, Findings& out) {
  for (const nginx::Directive* directive : all_directives(input.file, {})) {
    if (directive->name != "ssl_protocols" && directive->name != "proxy_ssl_protocols") continue;
    std::string kept, obsolete;
    for (const nginx::Word& word : directive->arguments) {
      std::string& list = is_obsolete(word.text) ? obsolete : kept;
      if (!list.empty()) list += ' ';
      list += word.text;
    }
    if (obsolete.empty()) continue;
    if (kept.empty()) kept = "TLSv1.2 TLSv1.3";
    Span arguments{directive->arguments.front().span.begin, directive->arguments.back().span.end};
    out.add(directive->span, out.text({directive->name, " allows ", obsolete}), {Edit{arguments, kept, {}}});
  }
}

constexpr std::string_view kAliases[] = {"insecure-ssl-version", "weak_ssl_tls"};
constexpr std::string_view kReferences[] = {"https://www.rfc-editor.org/rfc/rfc8996",
                                            "https://nginx.org/en/docs/http/ngx_http_ssl_module.html#ssl_protocols"};
constexpr Example kExamples[] = {
    {.bad = "server {\n    listen 443 ssl;\n    ssl_protocols TLSv1 TLSv1.1 TLSv1.2;\n}\n",
     .good = "server {\n    listen 443 ssl;\n    ssl_protocols TLSv1.2;\n}\n"},
    {.bad = "server {\n    listen 80;\n    proxy_ssl_protocols SSLv3;\n}\n",
     .good = "server {\n    listen 80;\n    proxy_ssl_protocols TLSv1.2 TLSv1.3;\n}\n"},
    {.good = "server {\n    listen 443 ssl;\n    ssl_protocols TLSv1.2 TLSv1.3;  # not TLSv1.1\n}\n"},
};
constexpr Check kChecks[] = {{.id = "NX018",
                              .name = "obsolete-tls-protocol",
                              .title = "Obsolete TLS protocol",
                              .severity = Severity::high,
                              .fix = Fix::safe,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Allow TLSv1.2 and TLSv1.3 only.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::obsolete_tls_protocol
