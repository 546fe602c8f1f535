#include "checks/check.h"
#include "checks/commands.h"
#include "checks/inputs.h"
#include "checks/packages.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::node_cache_left {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// "yarn" or "npm" if the command fills its cache; pnpm links from its store, so the store is no copy.
std::string_view installer(const shell::Command& command) {
  std::string_view program = command.program();
  if (program != "yarn" && program != "npm") return {};
  std::span<const shell::Word> words = command.arguments();
  const shell::Word* verb = subcommand(words, "");
  if (verb == nullptr) return program == "yarn" && words.empty() ? program : std::string_view{};
  for (std::string_view install : {"install", "add", "ci", "i"})
    if (verb->text == install) return program;
  return program == "yarn" && verb->text == "global" ? program : std::string_view{};
}

bool cleans(const shell::Command& command, std::string_view program) {
  if (command.program() != program) return false;
  bool cache = false, clean = false;
  for (const shell::Word& word : command.arguments()) {
    cache |= word.text == "cache";
    clean |= word.text == "clean" || word.text == "clear" || word.text == "rm";
  }
  return cache && clean;
}

void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction* in : shipped_instructions(input, Keyword::run)) {
    bool mounted = false;
    for (std::string_view target : scratch_mounts(*in))
      mounted |= target.find("cache") != std::string_view::npos || target.find(".npm") != std::string_view::npos ||
                 target.find(".yarn") != std::string_view::npos;
    if (mounted) continue;
    for (size_t i = 0; i < in->commands.size(); ++i) {
      const shell::Command& command = in->commands[i];
      std::string_view program = installer(command);
      if (program.empty()) continue;
      bool cleaned = deleted_later(in->commands, i, {".npm", "cache", ".yarn", "/tmp/*", "/root/*"});
      bool again = false;
      for (const shell::Command& later : in->commands.subspan(i + 1)) {
        cleaned |= cleans(later, program);
        again |= installer(later) == program;
      }
      for (const shell::Word& word : command.arguments()) cleaned |= word.text.starts_with("--cache");
      if (cleaned || again) continue;
      std::string_view message = out.text({program, " keeps a copy of every package in this layer"});
      bool listed = command.joint == shell::Joint::end || command.joint == shell::Joint::and_if;
      bool behind_or = i > 0 && in->commands[i - 1].joint == shell::Joint::or_if;
      std::string_view clean = program == "npm" ? " && npm cache clean --force" : " && yarn cache clean";
      bool plain = in->form == dockerfile::Form::shell && in->heredocs.empty() && command.depth == 0;
      if (listed && !behind_or && plain)
        out.add(command.span, message, {Edit{{command.span.end, command.span.end}, clean, {}}});
      else
        out.add(command.span, message);
    }
  }
}

constexpr std::string_view kAliases[] = {"DL3060"};
constexpr std::string_view kReferences[] = {"https://docs.npmjs.com/cli/commands/npm-cache",
                                            "https://classic.yarnpkg.com/lang/en/docs/cli/cache/"};
constexpr Example kExamples[] = {
    {.bad = "FROM node:22-slim\nRUN yarn install --frozen-lockfile && yarn build\n",
     .good = "FROM node:22-slim\nRUN yarn install --frozen-lockfile && yarn cache clean && yarn build\n"},
    {.bad = "FROM node:22-slim\nRUN npm ci --omit=dev\n",
     .good = "FROM node:22-slim\nRUN npm ci --omit=dev && npm cache clean --force\n"},
    {.good = "FROM node:22-slim\nRUN npm ci && npm cache clean --force\nRUN yarn --version && npm run build\n"},
    {.good = "FROM node:22-slim\nRUN --mount=type=cache,target=/root/.npm npm ci\n"},
    {.good = "FROM node:22-slim AS build\nRUN npm ci\nFROM node:22-slim\nCOPY --from=build /app /app\n"},
};
constexpr Check kChecks[] = {{.id = "DF054",
                              .name = "node-cache-left",
                              .title = "yarn/npm cache left",
                              .severity = Severity::info,
                              .fix = Fix::safe,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Clean the cache in the same RUN, or mount it by RUN --mount=type=cache.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::node_cache_left
