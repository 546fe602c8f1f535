#include "base/text.h"
#include "checks/check.h"
#include "checks/image_reference.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::pipe_without_pipefail {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

bool is_pipefail(const Instruction& shell) {
  for (const dockerfile::Word& word : shell.words)
    if (word.text.find("pipefail") != std::string_view::npos) return true;
  return false;
}
bool is_posix(const Instruction& shell) {
  std::string_view program = shell.words.empty() ? std::string_view{} : base_name(shell.words[0].text);
  return program.ends_with("sh") && program != "pwsh" && program != "fish" && program != "csh" && program != "tcsh";
}

// The exit status of a pipe is that of its last command. What only prints cannot fail (and `yes` always does, of
// SIGPIPE).
bool cannot_fail(const shell::Command& command) {
  std::string_view program = command.program();
  return program == "echo" || program == "printf" || program == "yes" || program == "true" || program == ":";
}

// The line that makes it so in official images of Debian and Alpine; empty elsewhere.
std::string_view shell_line(const dockerfile::File& file, const dockerfile::Stage& stage) {
  ImageReference base = parse_image_reference(base_image(file, stage));
  if (!base.official()) return {};
  if (base.repository == "alpine" || base.tag.find("alpine") != std::string_view::npos)
    return "SHELL [\"/bin/ash\", \"-eo\", \"pipefail\", \"-c\"]\n";
  for (std::string_view debian : {"debian", "ubuntu", "python", "node", "ruby", "golang", "rust", "php"})
    if (base.repository == debian) return "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\n";
  return {};
}

void run(const DockerfileInput& input, Findings& out) {
  int mended = -1;  // the stage that got its SHELL
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::run || in.form != dockerfile::Form::shell || in.stage < 0) continue;
    const Instruction* shell = in_effect_at(input.file, in, Keyword::shell);
    if (shell != nullptr && (is_pipefail(*shell) || !is_posix(*shell))) continue;
    if (in.span.of(input.file.bytes).find("pipefail") != std::string_view::npos) continue;
    const shell::Command* piped = nullptr;
    for (const shell::Command& command : in.commands)
      if (command.joint == shell::Joint::pipe && !cannot_fail(command) && piped == nullptr) piped = &command;
    if (piped == nullptr) continue;
    std::string_view message = out.text({"if ", piped->program(), " fails, the pipe and the build go on"});
    std::string_view line = shell_line(input.file, input.file.stages[in.stage]);
    if (mended != in.stage && !line.empty() && shell == nullptr && !in.onbuild)
      out.add(piped->span, message, {Edit{{in.span.begin, in.span.begin}, line, {}}});
    else
      out.add(piped->span, message);
    mended = in.stage;
  }
}

constexpr std::string_view kAliases[] = {"DL4006", "set-pipefail", "shell_running_a_pipe_without_pipefail_flag"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/build/building/best-practices/#using-pipes"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nRUN curl -fsS https://files.example/a.tar | tar x\nRUN cat a | sort > b\n",
     .good = "FROM debian:12-slim\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN curl -fsS "
             "https://files.example/a.tar | tar x\nRUN cat a | sort > b\n"},
    {.bad = "FROM alpine:3.22\nRUN wget -O - https://files.example/a | wc -l\n",
     .good = "FROM alpine:3.22\nSHELL [\"/bin/ash\", \"-eo\", \"pipefail\", \"-c\"]\nRUN wget -O - "
             "https://files.example/a | wc -l\n"},
    {.bad = "FROM registry.example/app:1\nSHELL [\"/bin/sh\", \"-c\"]\nRUN cat a | sort\n"},
    {.good = "FROM debian:12-slim\nRUN set -o pipefail && cat a | sort\nRUN bash -o pipefail -c 'cat a | sort'\nRUN "
             "[\"sh\", \"-c\", \"echo a\"]\n"},
    {.good = "FROM debian:12-slim AS base\nSHELL [\"/bin/bash\", \"-euo\", \"pipefail\", \"-c\"]\nFROM base\nRUN cat a "
             "| sort\n"},
    {.good = "FROM mcr.microsoft.com/powershell:7.5\nSHELL [\"pwsh\", \"-c\"]\nRUN Get-Process | Sort-Object\n"},
    {.good = "FROM debian:12-slim\nRUN cat a || true\nRUN echo \"abc  a\" | sha256sum -c -\n"},
};
constexpr Check kChecks[] = {{.id = "DF064",
                              .name = "pipe-without-pipefail",
                              .title = "Pipe in RUN without pipefail",
                              .severity = Severity::low,
                              .fix = Fix::behaviour_changing,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Set SHELL with -o pipefail before the first pipe.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::pipe_without_pipefail
