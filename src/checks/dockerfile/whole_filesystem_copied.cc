#include "checks/check.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::whole_filesystem_copied {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// All layers of the other stage come along as one, with what its steps left behind.
void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::copy || in.flag("from") == nullptr || in.words.size() != 2) continue;
    bool from_root = in.words[0].text == "/" || in.words[0].text == "/*" || in.words[0].text == "/.";
    if (from_root && in.destination() == "/") out.add(in.span, "the whole file system of another stage is copied");
  }
}

constexpr std::string_view kAliases[] = {"DL3067"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/build/building/multi-stage/"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim AS build\nFROM scratch\nCOPY --from=build / /\n"},
    {.good = "FROM debian:12-slim AS build\nFROM scratch\nCOPY --from=build / /rootfs/\nCOPY --from=build /app /\nCOPY "
             "/ /\n"},
};
constexpr Check kChecks[] = {{.id = "DF074",
                              .name = "whole-filesystem-copied",
                              .title = "Whole filesystem copied from another stage",
                              .severity = Severity::low,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Copy the files that the program needs.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::whole_filesystem_copied
