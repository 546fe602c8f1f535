#include <algorithm>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/production.h"
#include "checks/secret_names.h"
#include "formats/dotenv.h"

namespace drydock::checks::connection_without_tls {
namespace {

// The value of a query parameter: `sslmode` of "/app?sslmode=require&x=1".
std::string_view parameter(std::string_view path, std::string_view name) {
  std::string_view query = cut(path, "?").after;
  for (std::string_view pair : split(query, '&')) {
    Cut parts = cut(pair, "=");
    if (equal_ignoring_case(parts.before, name)) return parts.after;
  }
  return {};
}

enum class Tls { off, unverified, verified };

// libpq's sslmode (postgresql.org/docs/current/libpq-ssl.html): prefer, the default, gives way to a server that says
// no; require takes any certificate.
Tls postgres_tls(std::string_view path) {
  std::string_view mode = parameter(path, "sslmode");
  if (mode.empty()) mode = parameter(path, "ssl");  // asyncpg, node-postgres
  if (mode == "verify-full" || mode == "verify-ca") return Tls::verified;
  if (mode == "require" || mode == "no-verify" || equal_ignoring_case(mode, "true") || mode == "1")
    return Tls::unverified;
  return Tls::off;
}

Tls mysql_tls(std::string_view path) {
  for (std::string_view name : {"ssl_ca", "ssl-ca", "sslaccept"})
    if (!parameter(path, name).empty()) return Tls::verified;
  for (std::string_view name : {"ssl-mode", "sslmode", "ssl_mode"}) {
    std::string_view mode = parameter(path, name);
    if (mode.starts_with("VERIFY") || mode.starts_with("verify")) return Tls::verified;
    if (equal_ignoring_case(mode, "required") || equal_ignoring_case(mode, "require")) return Tls::unverified;
  }
  return is_truthy(parameter(path, "ssl")) || is_truthy(parameter(path, "useSSL")) ? Tls::unverified : Tls::off;
}

// The scheme in front of a driver's name: "postgresql+psycopg2".
bool tls_of(const UrlLogin& url, Tls& tls) {
  std::string_view scheme = cut(url.scheme, "+").before;
  if (scheme == "postgres" || scheme == "postgresql" || scheme == "postgis") {
    tls = postgres_tls(url.path);
  } else if (scheme == "mysql" || scheme == "mariadb") {
    tls = mysql_tls(url.path);
  } else if (scheme == "redis" || scheme == "amqp") {
    tls = Tls::off;  // rediss and amqps are the other ones
  } else if (scheme == "mongodb" && url.scheme.find('+') == std::string_view::npos) {  // +srv switches TLS on
    tls = is_truthy(parameter(url.path, "tls")) || is_truthy(parameter(url.path, "ssl")) ? Tls::verified : Tls::off;
  } else {
    return false;
  }
  return true;
}

void run(const EnvInput& input, Findings& out) {
  if (is_example_path(input.path)) return;
  for (const dotenv::Entry& entry : input.file.entries) {
    UrlLogin url = parse_url(trim(entry.value));
    Tls tls = Tls::off;
    if (!url.found || !tls_of(url, tls) || tls == Tls::verified) continue;
    // An empty host is a socket; a path as a parameter, too.
    if (url.host.empty() || url.host == "localhost" || url.host.starts_with("127.") || url.host == "::1" ||
        parameter(url.path, "host").starts_with('/'))
      continue;
    if (url.host.find('$') != std::string_view::npos) {
      out.unknown(entry.value_span, "the host of the connection is a variable");
      continue;
    }
    if (tls == Tls::unverified) {
      out.as(Severity::info)
          .add_item(entry.name, entry.value_span,
                    out.text({entry.name, " asks for TLS but takes any certificate: use verify-full"}));
      continue;
    }
    // A name without a dot is another container's, so the traffic stays on a network of this machine.
    if (url.host.find('.') == std::string_view::npos && url.host.find(':') == std::string_view::npos)
      out.as(Severity::low);
    out.add_item(entry.name, entry.value_span, out.text({entry.name, " connects to ", url.host, " without TLS"}));
  }
}

constexpr std::string_view kAliases[] = {"sequelize-enforce-tls"};
constexpr std::string_view kReferences[] = {
    "https://www.postgresql.org/docs/current/libpq-ssl.html",
    "https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/"};
constexpr Example kExamples[] = {
    {.bad = "DATABASE_URL=postgresql://app@db.corp.example:5432/app\n", .path = ".env"},
    {.bad = "DATABASE_URL=postgresql://app@db.corp.example/app?sslmode=prefer\n", .path = ".env"},
    {.bad = "DATABASE_URL=postgresql+psycopg2://app@db.corp.example/app?sslmode=require\n", .path = ".env"},
    {.bad = "REDIS_URL=redis://cache.corp.example:6379/0\n", .path = ".env"},
    {.good = "DATABASE_URL=postgresql://app@db.corp.example/app?sslmode=verify-full\nREDIS_URL=rediss://"
             "cache.corp.example:6380/0\n",
     .path = ".env"},
    {.good = "DATABASE_URL=postgresql://app@localhost/app\nLOCAL_URL=postgresql:///app\nSOCKET_URL=postgresql://app@/"
             "app?host=/run/postgresql\n",
     .path = ".env"},
    {.good = "SITE=http://www.example/\nDATABASE_URL=postgresql://app@$DB_HOST/app\n", .path = ".env"},
};
constexpr Check kChecks[] = {
    {.id = "EN005",
     .name = "connection-without-tls",
     .title = "Connection URL without TLS",
     .severity = Severity::medium,
     .aliases = kAliases,
     .references = kReferences,
     .advice = "Connect with sslmode=verify-full, rediss:// or amqps://, and give the server a certificate.",
     .run = run,
     .examples = kExamples,
     .masked = true}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::connection_without_tls
