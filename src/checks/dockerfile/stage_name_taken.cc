#include <algorithm>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::stage_name_taken {
namespace {

void run(const DockerfileInput& input, Findings& out) {
  for (const dockerfile::Stage& stage : input.file.stages) {
    if (stage.name.empty()) continue;
    if (equal_ignoring_case(stage.name, "scratch") || equal_ignoring_case(stage.name, "context")) {
      out.add(stage.name_span, out.text({"the name ", stage.name, " is reserved"}));
      continue;
    }
    // A Dockerfile has few stages, and the parser bounds them.
    auto same = [&](const dockerfile::Stage& other) {
      return other.index < stage.index && equal_ignoring_case(other.name, stage.name);
    };
    if (std::ranges::any_of(input.file.stages.first(static_cast<size_t>(stage.index)), same))
      out.add(stage.name_span, out.text({"another stage is called ", stage.name, " already"}));
  }
}

constexpr std::string_view kAliases[] = {"DL3024",
                                         "DL3063",
                                         "DS-0012",
                                         "CKV_DOCKER_11",
                                         "DuplicateStageName",
                                         "ReservedStageName",
                                         "same_alias_in_different_froms"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/reference/build-checks/duplicate-stage-name/",
                                            "https://docs.docker.com/reference/build-checks/reserved-stage-name/"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim AS build\nFROM --platform=$BUILDPLATFORM debian:12-slim as Build\n"},
    {.bad = "FROM debian:12-slim AS context\n"},
    {.good = "FROM debian:12-slim AS build\nFROM build AS final\nFROM debian:12-slim\n"},
};
constexpr Check kChecks[] = {{.id = "DF073",
                              .name = "stage-name-taken",
                              .title = "Duplicate or reserved stage name",
                              .severity = Severity::medium,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Give each stage a name of its own.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::stage_name_taken
