#include <string>

#include "checks/check.h"
#include "checks/commands.h"
#include "checks/inputs.h"
#include "checks/production.h"

namespace drydock::checks::debug_in_production {
namespace {

std::string quoted_as(std::string_view written, std::string_view value) {
  bool quoted =
      written.size() >= 2 && (written.front() == '"' || written.front() == '\'') && written.back() == written.front();
  if (quoted) return written.front() + std::string(value) + written.front();
  // Plain 0 and false are no strings in YAML, which is fine behind an environment key.
  return std::string(value);
}

// Each value counts by the file that sets it: docker-compose.override.yml and *.dev.yml are for development.
void run(const ServiceInput& input, Findings& out) {
  const ContainerSpec& spec = input.service.container;
  for (const EnvironmentVariable& variable : spec.environment) {
    const Text& value = variable.value;
    if (variable.from_file || !value.known() || is_development_path(value.at.path)) continue;
    DevelopmentSetting setting = development_setting(variable.name, value.value);
    if (setting.what.empty()) continue;
    std::string_view message = out.text({variable.name, " turns on ", setting.what});
    const Source* source = input.sources.find(value.at.path);
    if (variable.interpolated || source == nullptr || setting.replacement.empty() || value.at.span.empty())
      out.add_item(variable.name, value.at, message);
    else
      out.add_item(variable.name, value.at, message,
                   {Edit{value.at.span, quoted_as(value.at.span.of(source->bytes), setting.replacement), {}}});
  }
  for (std::span<const Text> list : {spec.entrypoint, spec.command}) {
    std::vector<std::string_view> words;
    bool known = true;
    for (const Text& word : list) {
      words.push_back(word.value);
      known &= word.known();
    }
    if (words.empty() || !known || is_development_path(list[0].at.path)) continue;
    std::string_view server = find_development_server(words);
    if (!server.empty()) out.add_item("command", list[0].at, out.text({server, " is a development server"}));
  }
}

constexpr std::string_view kReferences[] = {"https://flask.palletsprojects.com/en/stable/debugging/",
                                            "https://cwe.mitre.org/data/definitions/489.html"};
constexpr Example kExamples[] = {
    {.bad = "services:\n  web:\n    image: app:1\n    environment:\n      FLASK_DEBUG: \"1\" # for now\n      "
            "NODE_ENV: development\n",
     .good = "services:\n  web:\n    image: app:1\n    environment:\n      FLASK_DEBUG: \"0\" # for now\n      "
             "NODE_ENV: production\n"},
    {.bad = "services:\n  web:\n    image: app:1\n    environment:\n      - FLASK_ENV=development\n",
     .good = "services:\n  web:\n    image: app:1\n    environment:\n      - FLASK_ENV=production\n"},
    {.bad = "services:\n  web:\n    image: app:1\n    command: flask run --host=0.0.0.0\n"},
    {.bad = "services:\n  web:\n    image: app:1\n    command: [\"npm\", \"run\", \"dev\"]\n"},
    {.good = "services:\n  web:\n    image: app:1\n    command: gunicorn wsgi:app\n    environment:\n      "
             "FLASK_DEBUG: \"0\"\n      NODE_ENV: ${NODE_ENV}\n"},
    {.good = "services:\n  web:\n    image: app:1\n    command: npm run dev\n    environment:\n      DEBUG: \"1\"\n",
     .path = "docker-compose.dev.yml"},
};
constexpr Check kChecks[] = {
    {.id = "DC033",
     .name = "debug-in-production",
     .title = "Debug/development setting in a production file",
     .severity = Severity::high,
     .fix = Fix::safe,
     .references = kReferences,
     .advice = "Keep development settings in docker-compose.override.yml, and start a production server.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::debug_in_production
