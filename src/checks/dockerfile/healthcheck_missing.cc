#include <algorithm>

#include "base/text.h"
#include "checks/base_images.h"
#include "checks/check.h"
#include "checks/commands.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::healthcheck_missing {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// A tool or a job has an end, and its exit code says how it went: only what stays up needs to be asked. Evidence for a
// tool: nothing is exposed, and what it starts is a shell, its own help, or nothing of this file at all.
bool stays_up(const DockerfileInput& input, const dockerfile::Stage& stage) {
  const Instruction* entrypoint = in_effect(input.file, stage, Keyword::entrypoint);
  const Instruction* command = in_effect(input.file, stage, Keyword::cmd);
  if (in_effect(input.file, stage, Keyword::expose) != nullptr) return true;
  for (const Service* service : input.services)
    if (!service->container.ports.empty() || !service->container.expose.empty()) return true;
  if (entrypoint == nullptr && command == nullptr)
    return is_server_image(parse_image_reference(base_image(input.file, stage)));
  std::vector<std::string_view> words = started_words(entrypoint, command);
  if (is_server(words)) return true;
  if (words.empty()) return false;
  constexpr std::string_view kShells[] = {"sh", "bash", "ash", "zsh"};
  bool shell_alone = words.size() == 1 && std::ranges::find(kShells, base_name(words[0])) != std::end(kShells);
  constexpr std::string_view kHelp[] = {"--help", "-h", "help", "--version", "version"};
  bool help = std::ranges::find(kHelp, words.back()) != std::end(kHelp);
  bool tool = entrypoint != nullptr && entrypoint->form == dockerfile::Form::exec && command == nullptr &&
              input.services.empty();
  return !shell_alone && !help && !tool;
}

void run(const DockerfileInput& input, Findings& out) {
  for (const dockerfile::Stage* stage : shipped_stages(input)) {
    if (const Instruction* healthcheck = in_effect(input.file, *stage, Keyword::healthcheck)) {
      if (healthcheck->healthcheck_none)
        out.as(Severity::info).add(healthcheck->span, "HEALTHCHECK NONE switches the base image's check off");
      continue;
    }
    bool in_compose = !input.services.empty() && std::ranges::all_of(input.services, [](const Service* service) {
      return service->container.healthcheck.set();
    });
    if (in_compose) continue;
    if (is_function_image(parse_image_reference(base_image(input.file, *stage)))) {
      out.not_applicable("the function platform watches the container itself");
      continue;
    }
    if (!stays_up(input, *stage)) {
      out.not_applicable("a tool or job that ends by itself");
      continue;
    }
    out.add(stage->span, "no HEALTHCHECK: the engine cannot see that the service inside has stopped answering");
  }
}

constexpr std::string_view kAliases[] = {"DL3057",      "DS-0026", "CKV_DOCKER_2",
                                         "CIS-DI-0006", "CIS 4.6", "healthcheck_instruction_missing"};
constexpr std::string_view kReferences[] = {"CIS Docker 4.6",
                                            "https://docs.docker.com/reference/dockerfile/#healthcheck"};
constexpr Example kExamples[] = {
    {.bad = "FROM python:3.13-slim\nEXPOSE 8000\nCMD [\"gunicorn\", \"wsgi:app\"]\n"},
    {.bad = "FROM nginx:1.29\nCOPY site /usr/share/nginx/html\n"},
    {.good =
         "FROM python:3.13-slim\nHEALTHCHECK CMD [\"python\", \"/srv/health.py\"]\nCMD [\"gunicorn\", \"wsgi:app\"]\n"},
    {.good =
         "FROM python:3.13-slim AS base\nHEALTHCHECK CMD [\"/health\"]\nFROM base\nCMD [\"gunicorn\", \"wsgi:app\"]\n"},
    {.good = "FROM alpine:3.22\nRUN apk add --no-cache jq\nENTRYPOINT [\"jq\"]\nCMD [\"--help\"]\n"},
    {.good = "FROM public.ecr.aws/lambda/python:3.13\nCOPY app.py .\nCMD [\"app.handler\"]\n"},
    {.good = "-- Dockerfile --\nFROM python:3.13-slim\nEXPOSE 8000\nCMD [\"gunicorn\", \"wsgi:app\"]\n-- compose.yaml "
             "--\nservices:\n  web:\n    build: .\n    healthcheck:\n      test: [\"CMD\", \"/health\"]\n"},
};
constexpr Check kChecks[] = {{.id = "DF035",
                              .name = "healthcheck-missing",
                              .title = "No HEALTHCHECK in the final image",
                              .severity = Severity::low,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Add HEALTHCHECK with a command that is in the image and asks the service for "
                                        "an answer, or define one in compose.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::healthcheck_missing
