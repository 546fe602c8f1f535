#include <algorithm>

#include "checks/check.h"
#include "checks/commands.h"
#include "checks/inputs.h"
#include "checks/packages.h"
#include "checks/production.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::single_stage_build {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// The program that a build step runs, when it makes something that could be copied to a smaller image.
std::string_view builds(const shell::Command& command) {
  std::string_view program = command.program();
  std::span<const shell::Word> words = command.arguments();
  const shell::Word* verb = subcommand(words, "");
  std::string_view what = verb == nullptr ? std::string_view{} : verb->text;
  if (program == "npm" || program == "yarn" || program == "pnpm" || program == "bun") {
    if (program != "npm" && what == "build") return "a front-end build";
    for (const shell::Word& word : words)
      if ((what == "run" || what == "run-script") && (word.text == "build" || word.text.starts_with("build:")))
        return "a front-end build";
    return {};
  }
  if (program == "gcc" || program == "g++" || program == "cc" || program == "clang") return "a compiler";
  if (program == "make" || program == "cmake") return "make";
  if ((program == "go" || program == "cargo") && (what == "build" || what == "install")) return "a compiler";
  if ((program == "mvn" || program == "mvnw") && (what == "package" || what == "install" || what == "clean"))
    return "a Maven build";
  if ((program == "gradle" || program == "gradlew") && !what.empty()) return "a Gradle build";
  if (program == "dotnet" && (what == "publish" || what == "build")) return "a .NET build";
  std::span<const shell::Word> pip = pip_arguments(command);
  return !pip.empty() && pip[0].text == "wheel" ? "pip wheel" : std::string_view{};
}

bool is_compiler(std::string_view name) {
  constexpr std::string_view kCompilers[] = {"gcc",   "g++",   "gcc-c++", "build-essential", "build-base", "alpine-sdk",
                                             "clang", "cargo", "rustc",   "golang",          "golang-go"};
  return std::ranges::find(kCompilers, name) != std::end(kCompilers);
}

void run(const DockerfileInput& input, Findings& out) {
  if (is_development_path(input.path) || input.file.stages.size() != 1) return;
  for (const Instruction* in : shipped_instructions(input, Keyword::run)) {
    for (size_t i = 0; i < in->commands.size(); ++i) {
      const shell::Command& command = in->commands[i];
      std::string_view what = builds(command);
      PackageCall call = package_call(command);
      if (call.task == PackageTask::install && !removed_later(in->commands, i))
        for (const shell::Word* package : call.packages)
          if (is_compiler(package_name(package->text))) what = "a compiler";
      if (what.empty()) continue;
      out.add(command.span, out.text({"one stage does it all: ", what, " and what it needs end up in the image"}));
      return;
    }
  }
}

constexpr std::string_view kReferences[] = {"https://docs.docker.com/build/building/multi-stage/"};
constexpr Example kExamples[] = {
    {.bad = "FROM node:22-slim\nCOPY . .\nRUN npm ci && npm run build\n"},
    {.bad = "FROM python:3.13-slim\nRUN apt-get update && apt-get install -y gcc libpq-dev\nRUN pip install -r "
            "requirements.txt\n"},
    {.bad = "FROM golang:1.25\nRUN go build -o /app .\n"},
    {.good = "FROM golang:1.25 AS build\nRUN go build -o /app .\nFROM scratch\nCOPY --from=build /app /app\n"},
    {.good = "FROM python:3.13-slim\nRUN apt-get install -y gcc && pip install x && apt-get purge -y gcc\n"},
    {.good = "FROM node:22-slim\nRUN npm ci --omit=dev && echo npm run build\n"},
};
constexpr Check kChecks[] = {{.id = "DF046",
                              .name = "single-stage-build",
                              .title = "No multi-stage build though sources are compiled",
                              .severity = Severity::low,
                              .references = kReferences,
                              .advice = "Build in a first stage and COPY --from the result into a slim one.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::single_stage_build
