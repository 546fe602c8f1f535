#include "checks/check.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::copy_from_unknown_stage {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// The stages that a COPY sees are those above it. A word with : / or @ is an image; any other that names no stage is
// taken for an image or a build context of that name.
void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction& in : input.file.instructions) {
    const dockerfile::Flag* from = in.keyword == Keyword::copy && !in.onbuild ? in.flag("from") : nullptr;
    if (from == nullptr || from->value.empty() || from->value.find_first_of(":/@$") != std::string_view::npos) continue;
    const dockerfile::Stage* stage = input.file.find_stage(from->value);
    bool own = stage != nullptr && stage->index == in.stage;
    if (out.check().key == "own") {
      if (own) out.add(from->span, "COPY --from names the stage that it stands in, which has not been built yet");
    } else if (stage == nullptr) {
      out.add(from->span,
              out.text({"no stage is called ", from->value, ": an image or build context of that name is taken"}));
    } else if (stage->index > in.stage) {
      out.add(from->span, out.text({"stage ", from->value, " comes later, so it cannot be copied from here"}));
    }
  }
}

constexpr std::string_view kAliasesDF071[] = {"DL3022", "copy_from_without_from_alias_defined_previously"};
constexpr std::string_view kReferencesDF071[] = {"https://docs.docker.com/reference/dockerfile/#copy---from"};
constexpr Example kExamplesDF071[] = {
    {.bad = "FROM debian:12-slim AS build\nFROM scratch\nCOPY --from=biuld /app /app\n"},
    {.bad = "FROM debian:12-slim\nCOPY --from=2 /app /app\n"},
    {.bad = "FROM debian:12-slim\nCOPY --from=late /app /app\nFROM debian:12-slim AS late\n"},
    {.good = "FROM debian:12-slim AS Build\nFROM scratch\nCOPY --from=build /a /a\nCOPY --from=0 /a /b\nCOPY "
             "--from=nginx:1.29 /a /c\nCOPY --from=$STAGE /a /d\n"},
};
constexpr std::string_view kAliasesDF072[] = {"DL3023", "DS-0006", "copy_from_references_current_from_alias"};
constexpr std::string_view kReferencesDF072[] = {"https://docs.docker.com/reference/dockerfile/#copy---from"};
constexpr Example kExamplesDF072[] = {
    {.bad = "FROM debian:12-slim AS build\nCOPY --from=build /a /b\n"},
    {.bad = "FROM debian:12-slim\nCOPY --from=0 /a /b\n"},
    {.good = "FROM debian:12-slim AS build\nFROM scratch\nCOPY --from=build /a /b\n"},
};
constexpr Check kChecks[] = {{.id = "DF071",
                              .name = "copy-from-unknown-stage",
                              .title = "COPY --from names no earlier stage",
                              .severity = Severity::low,
                              .aliases = kAliasesDF071,
                              .references = kReferencesDF071,
                              .advice = "Name a stage above, or write the image with its tag.",
                              .run = run,
                              .examples = kExamplesDF071,
                              .key = "other"},
                             {.id = "DF072",
                              .name = "copy-from-own-stage",
                              .title = "COPY --from its own stage",
                              .severity = Severity::medium,
                              .aliases = kAliasesDF072,
                              .references = kReferencesDF072,
                              .advice = "Name the stage that holds the file, or use RUN cp.",
                              .run = run,
                              .examples = kExamplesDF072,
                              .key = "own"}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::copy_from_unknown_stage
