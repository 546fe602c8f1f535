#include "checks/check.h"
#include "checks/commands.h"
#include "checks/inputs.h"
#include "checks/production.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::development_server {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// Development servers show source and debuggers, reload what is written to disk, and serve one request at a time.
// `python app.py` may start one or not: only its source says, so it is no finding here.
void run(const DockerfileInput& input, Findings& out) {
  if (is_development_path(input.path)) return;
  for (const dockerfile::Stage* stage : shipped_stages(input)) {
    if (stage != input.file.final_stage() && is_development_name(stage->name)) continue;
    const Instruction* entrypoint = in_effect(input.file, *stage, Keyword::entrypoint);
    const Instruction* command = in_effect(input.file, *stage, Keyword::cmd);
    std::vector<std::string_view> words = started_words(entrypoint, command);
    std::string_view server = find_development_server(words);
    if (server.empty()) continue;
    out.add((command != nullptr ? command : entrypoint)->span, out.text({server, " is a development server"}));
  }
}

constexpr std::string_view kReferences[] = {"https://flask.palletsprojects.com/en/stable/server/",
                                            "https://docs.djangoproject.com/en/stable/ref/django-admin/#runserver",
                                            "https://nextjs.org/docs/app/api-reference/cli/next"};
constexpr Example kExamples[] = {
    {.bad = "FROM python:3.13-slim\nCMD [\"flask\", \"run\", \"--host=0.0.0.0\"]\n"},
    {.bad = "FROM python:3.13-slim\nENTRYPOINT [\"python\", \"-m\", \"flask\"]\nCMD [\"run\"]\n"},
    {.bad = "FROM python:3.13-slim\nCMD python manage.py migrate && python manage.py runserver 0.0.0.0:8000\n"},
    {.bad = "FROM python:3.13-slim\nCMD [\"uvicorn\", \"main:app\", \"--reload\"]\n"},
    {.bad = "FROM node:22\nCMD [\"npm\", \"run\", \"dev\"]\n"},
    {.good = "FROM node:22 AS dev\nCMD [\"npm\", \"run\", \"dev\"]\nFROM node:22\nCMD [\"node\", \"server.js\"]\n"},
    {.good = "FROM python:3.13-slim\nCMD [\"gunicorn\", \"wsgi:app\"]\n"},
    {.good = "FROM python:3.13-slim\nCMD [\"uvicorn\", \"main:app\"]\n"},
    {.good = "FROM python:3.13-slim\nCMD [\"flask\", \"db\", \"upgrade\"]\n"},
    {.good = "FROM node:22\nCMD [\"npm\", \"start\"]\n"},
    {.good = "FROM node:22\nCMD [\"npx\", \"next\", \"start\"]\n"},
    {.good = "FROM node:22\nCMD [\"npm\", \"run\", \"dev\"]\n", .path = "Dockerfile.dev"},
};
constexpr Check kChecks[] = {
    {.id = "DF041",
     .name = "development-server",
     .title = "Development server is the container command",
     .severity = Severity::high,
     .references = kReferences,
     .advice = "Start a production server: gunicorn, uvicorn without --reload, next start, node server.js.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::development_server
