#include <utility>

#include "checks/check.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::several_commands {
namespace {

using dockerfile::Instruction;
// Only the last CMD, ENTRYPOINT or HEALTHCHECK of a stage counts; the one before it says something that does not
// happen.
void run(const DockerfileInput& input, Findings& out) {
  for (const dockerfile::Stage& stage : input.file.stages) {
    const Instruction* before[2] = {};  // plain and ONBUILD ones do not replace each other
    for (const Instruction& in : stage.instructions) {
      if (name_of(in.keyword) != out.check().key) continue;
      const Instruction* replaced = std::exchange(before[in.onbuild], &in);
      if (replaced == nullptr) continue;
      Span line = replaced->span;
      std::string_view bytes = input.file.bytes;
      while (line.begin > 0 && (bytes[line.begin - 1] == ' ' || bytes[line.begin - 1] == '\t')) --line.begin;
      while (line.end < bytes.size() && bytes[line.end - 1] != '\n') ++line.end;
      out.add(in.span, out.text({"this ", out.check().key, " replaces the one before it in the same stage"}),
              {Edit{line, {}, {}}});
    }
  }
}

constexpr std::string_view kAliasesDF038[] = {"DL4003", "DS-0016", "multiple_cmd_instructions_listed",
                                              "MultipleInstructionsDisallowed"};
constexpr std::string_view kReferencesDF038[] = {
    "https://docs.docker.com/reference/build-checks/multiple-instructions-disallowed/"};
constexpr Example kExamplesDF038[] = {
    {.bad = "FROM debian:12-slim\nCMD [\"a\"]\nUSER 1001\nCMD [\"b\"]\n",
     .good = "FROM debian:12-slim\nUSER 1001\nCMD [\"b\"]\n"},
    {.bad = "FROM debian:12-slim\nCMD echo a \\\n  b\n\nCMD [\"c\"]\n", .good = "FROM debian:12-slim\n\nCMD [\"c\"]\n"},
    {.good = "FROM debian:12-slim AS a\nCMD [\"a\"]\nFROM a\nCMD [\"b\"]\nONBUILD CMD [\"c\"]\n"},
    {.good = "FROM debian:12-slim\nRUN <<EOF\nCMD a\nEOF\nCMD [\"b\"]\n"},
};
constexpr std::string_view kAliasesDF039[] = {"DL4004", "DS-0007", "multiple-entrypoint-instructions",
                                              "multiple_entrypoint_instructions_listed"};
constexpr std::string_view kReferencesDF039[] = {
    "https://docs.docker.com/reference/build-checks/multiple-instructions-disallowed/"};
constexpr Example kExamplesDF039[] = {
    {.bad = "FROM debian:12-slim\nENTRYPOINT [\"a\"]\nENTRYPOINT [\"b\"]\n",
     .good = "FROM debian:12-slim\nENTRYPOINT [\"b\"]\n"},
    {.good = "FROM debian:12-slim AS a\nENTRYPOINT [\"a\"]\nFROM debian:12-slim\nENTRYPOINT [\"b\"]\nCMD [\"c\"]\n"},
};
constexpr std::string_view kAliasesDF036[] = {"DL3012", "DS-0023"};
constexpr std::string_view kReferencesDF036[] = {
    "https://docs.docker.com/reference/build-checks/multiple-instructions-disallowed/"};
constexpr Example kExamplesDF036[] = {
    {.bad = "FROM debian:12-slim\nHEALTHCHECK CMD [\"a\"]\nHEALTHCHECK --interval=30s CMD [\"b\"]\n",
     .good = "FROM debian:12-slim\nHEALTHCHECK --interval=30s CMD [\"b\"]\n"},
    {.good = "FROM debian:12-slim AS a\nHEALTHCHECK CMD [\"a\"]\nFROM a\nHEALTHCHECK NONE\nONBUILD HEALTHCHECK CMD "
             "[\"b\"]\n"},
};
constexpr Check kChecks[] = {{.id = "DF038",
                              .name = "several-commands",
                              .title = "More than one CMD in a stage",
                              .severity = Severity::low,
                              .fix = Fix::safe,
                              .aliases = kAliasesDF038,
                              .references = kReferencesDF038,
                              .advice = "Keep the CMD that is meant.",
                              .run = run,
                              .examples = kExamplesDF038,
                              .key = "CMD"},
                             {.id = "DF039",
                              .name = "several-entrypoints",
                              .title = "More than one ENTRYPOINT in a stage",
                              .severity = Severity::medium,
                              .fix = Fix::safe,
                              .aliases = kAliasesDF039,
                              .references = kReferencesDF039,
                              .advice = "Keep the ENTRYPOINT that is meant.",
                              .run = run,
                              .examples = kExamplesDF039,
                              .key = "ENTRYPOINT"},
                             {.id = "DF036",
                              .name = "several-healthchecks",
                              .title = "More than one HEALTHCHECK in a stage",
                              .severity = Severity::low,
                              .fix = Fix::safe,
                              .aliases = kAliasesDF036,
                              .references = kReferencesDF036,
                              .advice = "Keep the HEALTHCHECK that is meant.",
                              .run = run,
                              .examples = kExamplesDF036,
                              .key = "HEALTHCHECK"}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::several_commands
