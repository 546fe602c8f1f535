#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/secret_names.h"
#include "formats/dockerfile.h"

namespace drydock::checks::secret_in_env_or_arg {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// ENV values are in the image's config, ARG values in its history: everybody who can pull the image reads both.
void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::env && in.keyword != Keyword::arg) continue;
    for (const dockerfile::Pair& pair : in.pairs) {
      bool by_name = is_secret_name(pair.name);
      bool in_url = pair.has_value && !literal_url_password(pair.value).empty();
      if (pair.has_value && !pair.value.empty()) {
        if (!in_url && !(by_name && is_literal_secret(pair.value))) continue;
        if (in.keyword == Keyword::env)
          out.add_item(pair.name, pair.value_span,
                       out.text({"ENV ", pair.name, " puts its value into the image for everybody who can pull it"}));
        else
          out.as(Severity::high)
              .add_item(pair.name, pair.value_span,
                        out.text({"the default of ARG ", pair.name, " stands in the file and in the image's history"}));
      } else if (in.keyword == Keyword::arg && by_name && !pair.has_value) {
        out.as(Severity::medium)
            .add_item(pair.name, pair.name_span,
                      out.text({"what is given for ARG ", pair.name, " stays in the image's history"}));
      }
    }
  }
}

constexpr std::string_view kAliases[] = {"DL3064",
                                         "DS-0031",
                                         "CIS-DI-0010",
                                         "CIS 4.10",
                                         "secret-in-build-arg",
                                         "SecretsUsedInArgOrEnv",
                                         "passwords_and_secrets"};
constexpr std::string_view kReferences[] = {
    "CIS Docker 4.10", "https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/",
    "https://docs.docker.com/build/building/secrets/"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nENV DB_PASSWORD=hunter2\n"},
    {.bad = "FROM debian:12-slim\nARG NPM_TOKEN\n"},
    {.bad = "FROM debian:12-slim\nENV VITE_API_KEY=\"not-a-real-one\"\n"},
    {.bad = "FROM debian:12-slim\nENV DATABASE_URL=postgres://app:hunter2@db/app\n"},
    {.good = "FROM debian:12-slim\nRUN --mount=type=secret,id=npm_token npm ci\n"},
    {.good = "FROM debian:12-slim\nENV GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D\n"},
    {.good = "FROM debian:12-slim\nENV PUBLIC_KEY=abc DB_PASSWORD_FILE=/run/secrets/db PASSWORD_MIN_LENGTH=16\n"},
    {.good = "FROM debian:12-slim\nENV MONKEY=bananas KEYCLOAK_URL=https://id.example AUTH_URL=https://id.example\n"},
    {.good = "FROM debian:12-slim\nENV DB_PASSWORD= SESSION_TOKEN=$TOKEN GREETING=secret\n"},
    {.good = "FROM debian:12-slim\nENV DATABASE_URL=postgres://app@db/app MAX_TOKENS=4096\n"},
};
constexpr Check kChecks[] = {{.id = "DF012",
                              .name = "secret-in-env-or-arg",
                              .title = "Secret in ENV or ARG",
                              .severity = Severity::critical,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Give secrets to the build by RUN --mount=type=secret, and to the container "
                                        "when it starts. Change the ones that were built in.",
                              .run = run,
                              .examples = kExamples,
                              .masked = true}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::secret_in_env_or_arg
