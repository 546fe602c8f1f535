#include <algorithm>

#include "checks/check.h"
#include "checks/commands.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::sources_before_manifest {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// Installs what a manifest or lockfile lists, so that it need not run again when only the sources change.
bool installs_from_manifest(const shell::Command& command) {
  std::string_view program = command.program();
  std::span<const shell::Word> words = command.arguments();
  if (std::span<const shell::Word> pip = pip_arguments(command); !pip.empty()) {
    for (const shell::Word& word : pip)
      if (word.text == "-r" || word.text.starts_with("--requirement") || word.text.starts_with("-r")) return true;
    return false;
  }
  const shell::Word* verb = subcommand(words, "");
  std::string_view what = verb == nullptr ? std::string_view{} : verb->text;
  size_t operands = static_cast<size_t>(
      std::ranges::count_if(words, [](const shell::Word& word) { return !word.text.starts_with('-'); }));
  if (program == "npm" || program == "pnpm")
    return what == "ci" || ((what == "install" || what == "i") && operands == 1);
  if (program == "yarn") return what.empty() || (what == "install" && operands == 1);
  if (program == "poetry" || program == "pipenv" || program == "bundle" || program == "composer")
    return what == "install" && operands == 1;
  if (program == "uv") return what == "sync";
  return program == "go" && words.size() > 1 && words[0].text == "mod" && words[1].text == "download";
}

void run(const DockerfileInput& input, Findings& out) {
  for (const dockerfile::Stage& stage : input.file.stages) {
    const Instruction* sources = nullptr;
    bool done = false;
    for (const Instruction* in : instructions_of(input.file, stage)) {
      bool own = in->stage == stage.index;
      if (in->keyword == Keyword::copy && in->flag("from") == nullptr && sources == nullptr) {
        for (const dockerfile::Word& word : in->sources())
          if (word.text == "." || word.text == "./") sources = in;
      }
      if (in->keyword != Keyword::run) continue;
      for (const shell::Command& command : in->commands) {
        if (!installs_from_manifest(command)) continue;
        if (sources != nullptr && !done && own && sources->stage == stage.index)
          out.add(sources->span, out.text({"every change of the sources makes ", command.program(),
                                           " install all dependencies again"}));
        done = true;
      }
    }
  }
}

constexpr std::string_view kReferences[] = {"https://docs.docker.com/build/cache/optimize/#order-your-layers"};
constexpr Example kExamples[] = {
    {.bad = "FROM node:22-slim\nCOPY . .\nRUN npm ci\n"},
    {.bad = "FROM python:3.13-slim\nCOPY ./ /app/\nRUN pip install -r /app/requirements.txt\n"},
    {.good = "FROM node:22-slim\nCOPY package.json package-lock.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build && "
             "npm ci --omit=dev\n"},
    {.good = "FROM python:3.13-slim\nCOPY . .\nRUN pip install .\n"},
};
constexpr Check kChecks[] = {{.id = "DF093",
                              .name = "sources-before-manifest",
                              .title = "Sources copied before the manifest install",
                              .severity = Severity::info,
                              .references = kReferences,
                              .advice = "Copy the manifest and lockfile, install, and then copy the rest.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::sources_before_manifest
