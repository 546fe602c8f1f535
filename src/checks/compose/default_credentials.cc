#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/production.h"
#include "checks/secret_names.h"

namespace drydock::checks::default_credentials {
namespace {

bool open_door(std::string_view name, std::string_view value) {
  if (name == "POSTGRES_HOST_AUTH_METHOD") return trim(value) == "trust";
  for (std::string_view flag : {"MYSQL_ALLOW_EMPTY_PASSWORD", "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD",
                                "MARIADB_ALLOW_EMPTY_PASSWORD", "ALLOW_EMPTY_PASSWORD"})
    if (name == flag) return !is_falsy(value);  // any text but "no" switches it on
  return false;
}

// What comes from .env by interpolation or env_file is EN002's, where it stands.
void run(const ContainerInput& input, Findings& out) {
  if (input.service == nullptr) return;
  for (const EnvironmentVariable& variable : input.spec.environment) {
    const Text& value = variable.value;
    if (variable.from_file || !value.known() || value.origin == Origin::environment) continue;
    if (open_door(variable.name, value.value)) {
      out.add_item(variable.name, value.at, out.text({variable.name, " lets everybody in without a password"}));
    } else if (is_secret_name(variable.name) && is_default_password(value.value)) {
      out.add_item(variable.name, value.at,
                   out.text({"the value of ", variable.name, " is a default that everybody knows"}));
    } else if (std::string_view password = literal_url_password(value.value);
               !password.empty() && is_default_password(password)) {
      out.add_item(variable.name, value.at, out.text({variable.name, " logs in with a password that everybody knows"}));
    }
  }
}

constexpr std::string_view kReferences[] = {"https://cwe.mitre.org/data/definitions/1392.html",
                                            "https://hub.docker.com/_/postgres"};
constexpr Example kExamples[] = {
    {.bad = "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: postgres\n"},
    {.bad = "services:\n  db:\n    image: postgres:17\n    environment:\n      - POSTGRES_HOST_AUTH_METHOD=trust\n"},
    {.bad = "services:\n  web:\n    image: app:1\n    environment:\n      DATABASE_URL: "
            "postgres://postgres:postgres@db/app\n"},
    {.bad =
         "services:\n  web:\n    image: app:1\n    environment:\n      ADMIN_PASSWORD: ${ADMIN_PASSWORD:-admin123}\n"},
    {.good = "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: "
             "${POSTGRES_PASSWORD}\n      POSTGRES_USER: postgres\n      POSTGRES_HOST_AUTH_METHOD: scram-sha-256\n"},
    {.good = "services:\n  db:\n    image: mysql:8.4\n    environment:\n      MYSQL_ALLOW_EMPTY_PASSWORD: \"no\"\n"},
};
constexpr Check kChecks[] = {{.id = "DC031",
                              .name = "default-credentials",
                              .title = "Known default credentials",
                              .severity = Severity::critical,
                              .references = kReferences,
                              .advice = "Generate a password for each installation and give it by secrets.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::default_credentials
