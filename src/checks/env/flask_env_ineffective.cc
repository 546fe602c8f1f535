#include <string_view>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/production.h"
#include "formats/dotenv.h"

namespace drydock::checks::flask_env_ineffective {
namespace {

// "Flask==2.3.1", "flask[async] == 3.0": the pinned version, empty for any other line.
std::string_view pinned_flask(std::string_view line) {
  line = trim(cut(line, "#").before);
  line = trim(cut(line, ";").before);
  Cut pin = cut(line, "==");
  std::string_view name = trim(cut(pin.before, "[").before);
  if (!pin.found || !equal_ignoring_case(name, "flask")) return {};
  return trim(cut(pin.after, " ").before);
}

// Flask 2.3 removed FLASK_ENV (flask.palletsprojects.com/en/stable/changes, "Version 2.3.0").
bool ignores_flask_env(std::string_view version) {
  Cut major = cut(version, ".");
  if (major.before == "0" || major.before == "1") return false;
  if (major.before != "2") return !major.before.empty() && is_digit(major.before[0]);
  std::string_view minor = cut(major.after, ".").before;
  return minor.size() > 1 || minor >= "3";
}

// The project's Flask, if all requirements that pin it agree.
std::string_view project_flask(const Sources& sources) {
  std::string_view version;
  for (const Source& source : sources.all()) {
    if (source.kind != SourceKind::requirements) continue;
    std::string_view rest = source.bytes;
    while (!rest.empty()) {
      std::string_view pinned = pinned_flask(take_line(rest));
      if (pinned.empty()) continue;
      if (!ignores_flask_env(pinned)) return {};
      version = pinned;
    }
  }
  return version;
}

void run(const EnvInput& input, Findings& out) {
  const dotenv::Entry* entry = input.file.find("FLASK_ENV");
  if (entry == nullptr || is_example_path(input.path)) return;
  std::string_view version = project_flask(input.sources);
  if (version.empty()) return;
  // Since 2.3 debugging is off unless it is switched on: only a file that does so goes against what FLASK_ENV promises.
  const dotenv::Entry* debug = input.file.find("FLASK_DEBUG");
  bool debug_on = debug != nullptr && is_truthy(debug->value) && equal_ignoring_case(entry->value, "production");
  if (debug_on) out.as(Severity::medium);
  std::string_view message =
      debug_on ? out.text({"Flask ", version, " ignores FLASK_ENV, and FLASK_DEBUG turns debugging on"})
               : out.text({"Flask ", version, " ignores FLASK_ENV"});
  out.add(entry->span, message);
}

constexpr std::string_view kReferences[] = {"https://flask.palletsprojects.com/en/stable/changes/#version-2-3-0"};
constexpr Example kExamples[] = {
    {.bad = "-- .env --\nFLASK_ENV=production\n-- requirements.txt --\nFlask==2.3.1\n"},
    {.good = "-- .env --\nFLASK_ENV=production\n-- requirements.txt --\nFlask==2.2.5\n"},
    {.good = "-- .env --\nFLASK_ENV=production\n-- requirements.txt --\nflask-cors==4.0.0\n"},
    {.good = "-- .env --\nFLASK_DEBUG=0\n-- requirements.txt --\nFlask==3.1.0\n"},
};
constexpr Check kChecks[] = {{.id = "EN019",
                              .name = "flask-env-ineffective",
                              .title = "FLASK_ENV has no effect",
                              .severity = Severity::info,
                              .references = kReferences,
                              .advice = "Remove it, and set FLASK_DEBUG=0 where debugging must stay off.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::flask_env_ineffective
