#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/secret_names.h"

namespace drydock::checks::secret_literal_in_environment {
namespace {

// Env files are another matter (EN001, EN002): here is what stands in the compose file itself, for everybody who can
// read the repository.
void run(const ContainerInput& input, Findings& out) {
  if (input.service == nullptr) return;
  for (const EnvironmentVariable& variable : input.spec.environment) {
    if (variable.from_file || !variable.value.set() || variable.literal.empty()) continue;
    // `- NAME` alone takes its value from .env or the shell: nothing of it stands here.
    if (variable.value.origin == Origin::environment && !variable.interpolated) continue;
    std::string_view written = variable.literal;
    bool in_url = !literal_url_password(written).empty();
    bool by_name = is_secret_name(variable.name) && is_literal_secret(written) && !parse_url(written).found;
    if (in_url || by_name) {
      out.add_item(variable.name, variable.value.at,
                   out.text({variable.name, " has its secret written into the compose file"}));
      continue;
    }
    // ${NAME:-fallback}: what counts when nobody sets NAME is known to everybody.
    size_t fallback = written.find(":-");
    if (fallback == std::string_view::npos || !written.starts_with("${") || !written.ends_with('}')) continue;
    std::string_view value = written.substr(fallback + 2, written.size() - fallback - 3);
    if (is_secret_name(variable.name) ? is_literal_secret(value) && !parse_url(value).found
                                      : !literal_url_password(value).empty())
      out.as(Severity::high)
          .add_item(variable.name, variable.value.at,
                    out.text({"where nobody sets ", variable.name, ", the secret in the compose file counts"}));
  }
}

constexpr std::string_view kAliases[] = {"CIS 4.10", "CL0020", "CL0021"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/compose/how-tos/use-secrets/", "CIS Docker 4.10"};
constexpr Example kExamples[] = {
    {.bad = "services:\n  db:\n    image: app:1\n    environment:\n      DB_PASSWORD: hunter2hunter2\n"},
    {.bad = "services:\n  db:\n    image: app:1\n    environment:\n      - "
            "DATABASE_URL=postgres://app:hunter2@${HOST}/app\n      - REDIS_URL=redis://:hunter2@cache:6379\n"},
    {.bad = "services:\n  db:\n    image: app:1\n    environment:\n      ADMIN_PASSWORD: ${ADMIN_PASSWORD:-hunter2}\n"},
    {.good = "services:\n  db:\n    image: app:1\n    environment:\n      DB_PASSWORD: ${DB_PASSWORD:?set it}\n      "
             "DATABASE_URL: postgres://app:${DB_PASSWORD}@db/app\n"},
    {.good = "services:\n  db:\n    image: app:1\n    environment:\n      DB_PASSWORD_FILE: /run/secrets/db\n      "
             "TOKEN_TTL: 900s\n      USE_PASSWORD: \"true\"\n      API_KEY:\n"},
    {.good = "services:\n  db:\n    image: app:1\n    environment:\n      - POSTGRES_PASSWORD\n      - API_TOKEN=\n    "
             "  - PUBLIC_KEY=abc\n"},
    {.good = "-- compose.yaml --\nservices:\n  db:\n    image: app:1\n    environment:\n      - DB_PASSWORD\n-- .env "
             "--\nDB_PASSWORD=hunter2hunter2\n"},
};
constexpr Check kChecks[] = {
    {.id = "DC029",
     .name = "secret-literal-in-environment",
     .title = "Secret literal in environment",
     .severity = Severity::critical,
     .aliases = kAliases,
     .references = kReferences,
     .advice =
         "Use secrets: with a file or the environment, or ${NAME:?} from outside the repository, and change the value.",
     .run = run,
     .examples = kExamples,
     .masked = true}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::secret_literal_in_environment
