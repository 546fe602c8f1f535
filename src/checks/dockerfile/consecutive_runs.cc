#include <algorithm>
#include <utility>

#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::consecutive_runs {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

bool same_flags(const Instruction& a, const Instruction& b) {
  auto key = [](const dockerfile::Flag& flag) { return std::pair(flag.name, flag.value); };
  return std::ranges::equal(a.flags, b.flags, {}, key, key);
}

// In a stage that is thrown away more layers cost nothing and cache better; long commands read better apart.
void run(const DockerfileInput& input, Findings& out) {
  constexpr size_t kShort = 2;
  const Instruction* before = nullptr;
  for (const Instruction* in : shipped_instructions(input, Keyword::run)) {
    bool follows = before != nullptr && before + 1 == in && before->stage == in->stage && same_flags(*before, *in);
    bool both_short = before != nullptr && before->commands.size() <= kShort && in->commands.size() <= kShort &&
                      before->heredocs.empty() && in->heredocs.empty();
    if (follows && both_short) out.add(in->span, "this RUN follows a RUN: one with && makes one layer");
    before = in;
  }
}

constexpr std::string_view kAliases[] = {"DL3059", "multiple_run_add_copy_instructions_listed"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/build/building/best-practices/#run"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nRUN mkdir /a\nRUN mkdir /b\n"},
    {.good = "FROM debian:12-slim\nRUN --mount=type=cache,target=/x mkdir /a\nRUN mkdir /b\nCOPY a /a\nRUN a && b && "
             "c\nRUN d\n"},
    {.good = "FROM debian:12-slim AS build\nRUN a\nRUN b\nFROM scratch\nCOPY --from=build /a /a\n"},
};
constexpr Check kChecks[] = {{.id = "DF063",
                              .name = "consecutive-runs",
                              .title = "Consecutive RUN instructions",
                              .severity = Severity::info,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Join short commands by && where they belong together.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::consecutive_runs
