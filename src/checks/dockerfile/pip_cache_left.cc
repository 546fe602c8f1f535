#include "base/text.h"
#include "checks/check.h"
#include "checks/commands.h"
#include "checks/inputs.h"
#include "checks/production.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::pip_cache_left {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

constexpr std::string_view kVariable = "PIP_NO_CACHE_DIR";

bool sets_variable(std::span<const shell::Word> words) {
  for (const shell::Word& word : words) {
    Cut pair = cut(word.text, "=");
    if (pair.found && pair.before == kVariable && is_truthy(pair.after)) return true;
  }
  return false;
}

bool removes_cache(const shell::Command& command) {
  if (command.program() != "rm") return false;
  for (const shell::Word& word : command.arguments())
    if (word.text.find("/.cache") != std::string_view::npos) return true;
  return false;
}

void run(const DockerfileInput& input, Findings& out) {
  const std::vector<bool> shipped = shipped_layers(input);
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::run || in.onbuild || in.stage < 0 || !shipped[in.stage]) continue;
    const dockerfile::Pair* variable = variable_at(input.file, in, kVariable);
    bool off =
        variable != nullptr && (is_truthy(variable->value) || variable->value.find('$') != std::string_view::npos);
    for (std::string_view target : scratch_mounts(in)) off |= target.find("/.cache") != std::string_view::npos;
    for (const shell::Command& command : in.commands) off |= removes_cache(command);
    for (const shell::Command& command : in.commands) {
      std::string_view program = command.words.empty() ? std::string_view{} : command.words[0].text;
      if (program == "export" || program.empty())
        off |= sets_variable(program.empty() ? command.assignments : command.words);
      std::span<const shell::Word> arguments = pip_arguments(command);
      const shell::Word* install = subcommand(arguments, "");
      if (install != nullptr && install->text == "config")
        for (const shell::Word& word : arguments) off |= word.text == "global.no-cache-dir";
      if (install == nullptr || install->text != "install" || off) continue;
      // `env NAME=value pip install` has its assignment among the words in front of the program.
      if (command.has_flag("--no-cache-dir") || sets_variable(command.assignments) || sets_variable(command.words))
        continue;
      out.add(command.span, "pip keeps a copy of every package in the layer",
              {Edit{{install->span.end, install->span.end}, " --no-cache-dir", {}}});
    }
  }
}

constexpr std::string_view kAliases[] = {"DL3042", "missing-pip-no-cache-dir", "pip_install_keeping_cached_packages"};
constexpr std::string_view kReferences[] = {"https://pip.pypa.io/en/stable/topics/caching/"};
constexpr Example kExamples[] = {
    {.bad = "FROM python:3.13-slim\nRUN pip install -r requirements.txt\n",
     .good = "FROM python:3.13-slim\nRUN pip install --no-cache-dir -r requirements.txt\n"},
    {.bad = "FROM python:3.13-slim\nRUN python3 -m pip install --upgrade pip && \\\n    /venv/bin/pip3 install "
            "flask==3.1.2\n",
     .good = "FROM python:3.13-slim\nRUN python3 -m pip install --no-cache-dir --upgrade pip && \\\n    /venv/bin/pip3 "
             "install --no-cache-dir flask==3.1.2\n"},
    {.bad = "FROM python:3.13-slim\nENV PIP_NO_CACHE_DIR=0\nRUN pip install flask==3.1.2\n"},
    {.good = "FROM python:3.13-slim AS base\nENV PIP_NO_CACHE_DIR=On\nFROM base\nRUN pip install flask==3.1.2\n"},
    {.good = "FROM python:3.13-slim\nRUN export PIP_NO_CACHE_DIR=1 && pip install flask==3.1.2\n"},
    {.good = "FROM python:3.13-slim\nRUN PIP_NO_CACHE_DIR=true pip install flask==3.1.2\n"},
    {.good = "FROM python:3.13-slim\nRUN --mount=type=cache,target=/root/.cache/pip pip install flask==3.1.2\n"},
    {.good = "FROM python:3.13-slim\nRUN pipx install uv && uv pip install flask && pipenv install\n"},
    {.good = "FROM python:3.13-slim AS build\nRUN pip install flask==3.1.2\nFROM python:3.13-slim\nCOPY --from=build "
             "/venv /venv\n"},
};
constexpr Check kChecks[] = {
    {.id = "DF055",
     .name = "pip-cache-left",
     .title = "pip install without --no-cache-dir",
     .severity = Severity::low,
     .fix = Fix::safe,
     .aliases = kAliases,
     .references = kReferences,
     .advice = "Add --no-cache-dir, set PIP_NO_CACHE_DIR=1, or mount the cache by RUN --mount=type=cache.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::pip_cache_left
