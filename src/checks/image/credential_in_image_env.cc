#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/secret_names.h"

namespace drydock::checks::credential_in_image_env {
namespace {

// "|2 NPM_TOKEN=abc VERSION=1 /bin/sh -c npm ci": build arguments as builders record them with each RUN. Values may
// hold blanks, so a name is taken from each word that looks like one.
void check_history(std::string_view created_by, Findings& out) {
  size_t bar = created_by.find('|');
  bool arguments = bar != std::string_view::npos && (bar == 0 || trim(created_by.substr(0, bar)) == "RUN") &&
                   bar + 1 < created_by.size() && is_digit(created_by[bar + 1]);
  if (!arguments) return;
  std::string_view rest = created_by.substr(bar);
  size_t shell = rest.find(" /bin/");
  for (std::string_view word : split(rest.substr(0, shell), ' ')) {
    Cut pair = cut(word, "=");
    if (!pair.found || !is_secret_name(pair.before) || !is_literal_secret(pair.after)) continue;
    out.add_item(pair.before, Location{},
                 out.text({"the image's history holds the value of build argument ", pair.before}));
  }
}

void run(const ImageInput& input, Findings& out) {
  for (const EnvironmentVariable& variable : input.image.config.container.environment) {
    std::string_view value = variable.value.value;
    if (literal_url_password(value).empty() && !(is_secret_name(variable.name) && is_literal_secret(value))) continue;
    out.add_item(variable.name, variable.value.at, out.text({"the image's config holds the value of ", variable.name}));
  }
  for (const HistoryEntry& entry : input.image.config.history) check_history(entry.created_by, out);
}

constexpr std::string_view kAliases[] = {"CIS-DI-0010"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/build/building/secrets/", "CIS Docker 4.10"};
constexpr Example kExamples[] = {
    {.bad = "{\"architecture\": \"amd64\", \"os\": \"linux\", \"config\": {\"User\": \"app\", \"Env\": "
            "[\"DB_PASSWORD=hunter2\"]}}\n"},
    {.bad = "{\"architecture\": \"amd64\", \"os\": \"linux\", \"config\": {}, \"history\": [{\"created_by\": \"RUN |1 "
            "NPM_TOKEN=hunter2 /bin/sh -c npm ci # buildkit\"}]}\n"},
    {.good = "{\"architecture\": \"amd64\", \"os\": \"linux\", \"config\": {\"Env\": [\"PATH=/usr/bin:/bin\", "
             "\"GPG_KEY=A035C8C1\", \"DB_PASSWORD_FILE=/run/secrets/db\"]}}\n"},
};
constexpr Check kChecks[] = {{.id = "IM002",
                              .name = "credential-in-image-env",
                              .title = "Credential in ENV or history",
                              .severity = Severity::critical,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Change the credential, and build again with RUN --mount=type=secret.",
                              .run = run,
                              .examples = kExamples,
                              .masked = true}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::credential_in_image_env
