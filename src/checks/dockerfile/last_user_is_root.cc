#include <algorithm>
#include <string>

#include "base/text.h"
#include "checks/base_images.h"
#include "checks/check.h"
#include "checks/commands.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::last_user_is_root {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

bool is_root(std::string_view user) {
  user = trim(cut(user, ":").before);
  if (equal_ignoring_case(user, "root")) return true;
  return !user.empty() && std::ranges::all_of(user, [](char c) { return c == '0'; });
}

bool drops(std::string_view program) {
  program = base_name(program);
  for (std::string_view tool : {"gosu", "su-exec", "setpriv", "setuidgid", "chpst", "runuser", "s6-setuidgid"})
    if (program == tool) return true;
  return false;
}

// The entrypoint itself drops, or the stage installs a tool that entrypoint scripts drop with.
bool entrypoint_drops(const DockerfileInput& input, const dockerfile::Stage& stage) {
  const Instruction* entrypoint = in_effect(input.file, stage, Keyword::entrypoint);
  const Instruction* command = in_effect(input.file, stage, Keyword::cmd);
  std::vector<std::string_view> words = started_words(entrypoint, command);
  if (std::ranges::any_of(words, drops)) return true;
  const std::vector<const dockerfile::Stage*> chain = chain_of(input.file, stage);
  if (entrypoint == nullptr) return drops_privileges(parse_image_reference(base_image(input.file, stage)));
  for (const dockerfile::Stage* at : chain) {
    for (const Instruction& in : at->instructions) {
      if (in.keyword == Keyword::run)
        for (const shell::Command& call : in.commands)
          for (const shell::Word& word : call.words)
            if (drops(word.text)) return true;
      if (in.keyword == Keyword::copy && drops(in.destination())) return true;
    }
  }
  return false;
}

void run(const DockerfileInput& input, Findings& out) {
  for (const dockerfile::Stage* stage : shipped_stages(input)) {
    const Instruction* user = in_effect(input.file, *stage, Keyword::user);
    if (user == nullptr || user->words.empty()) continue;
    ExpandedText value = expand_at(input.file, *user, user->words[0].text);
    if (!value.complete) {
      out.unknown(user->span, "USER is a variable without a value in this file");
      continue;
    }
    if (!is_root(value.text)) continue;
    if (entrypoint_drops(input, *stage))
      out.as(Severity::info).add(user->span, "the image starts as root; its entrypoint drops to another user");
    else
      out.add(user->span, "the last USER of the image is root");
  }
}

constexpr std::string_view kAliases[] = {"DL3002", "DS-0002", "CKV_DOCKER_8", "last-user-is-root", "last_user_is_root"};
constexpr std::string_view kReferences[] = {"CIS Docker 4.1",
                                            "https://docs.docker.com/build/building/best-practices/#user"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nUSER root\nCMD [\"/srv/app\"]\n"},
    {.bad = "FROM debian:12-slim\nUSER app\nUSER 0:0\n"},
    {.bad = "ARG UID=0\nFROM debian:12-slim\nARG UID\nUSER $UID\n"},
    {.good = "FROM debian:12-slim\nUSER root\nRUN make-ready\nUSER app\n"},
    {.good =
         "FROM debian:12-slim AS build\nUSER root\nFROM debian:12-slim\nUSER app\n"},  // root stays in the build stage
    {.good = "FROM debian:12-slim\nARG UID=1000\nUSER ${UID}:${UID}\n"},
    {.good = "FROM debian:12-slim\nARG UID\nUSER $UID\n"},  // unknown
    {.good = "FROM debian:12-slim\nUSER rooted\n"},
};
constexpr Check kChecks[] = {
    {.id = "DF002",
     .name = "last-user-is-root",
     .title = "Last USER of a stage is root",
     .severity = Severity::high,
     .aliases = kAliases,
     .references = kReferences,
     .advice = "End the stage with USER and an unprivileged account; switch back to it after steps that need root.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::last_user_is_root
