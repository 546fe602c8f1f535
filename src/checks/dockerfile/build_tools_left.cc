#include <algorithm>
#include <vector>

#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/packages.h"
#include "checks/production.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::build_tools_left {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

void run(const DockerfileInput& input, Findings& out) {
  if (is_development_path(input.path)) return;
  std::vector<const dockerfile::Stage*> shipped = shipped_stages(input);
  if (std::ranges::all_of(shipped, [](const dockerfile::Stage* stage) { return is_development_name(stage->name); }))
    return;
  for (const Instruction* in : shipped_instructions(input, Keyword::run)) {
    for (size_t i = 0; i < in->commands.size(); ++i) {
      PackageCall call = package_call(in->commands[i]);
      if (call.task != PackageTask::install || removed_later(in->commands, i)) continue;
      std::string_view names;
      const shell::Word* first = nullptr;
      for (const shell::Word* package : call.packages) {
        std::string_view name = package_name(package->text);
        if (!is_build_package(name)) continue;
        names = names.empty() ? name : out.text({names, ", ", name});
        if (first == nullptr) first = package;
      }
      if (first != nullptr) out.add(first->span, out.text({"what only builds stays in the image: ", names}));
    }
  }
}

constexpr std::string_view kAliases[] = {"CIS 4.3", "CIS-DI-0003"};
constexpr std::string_view kReferences[] = {"CIS Docker 4.3", "https://docs.docker.com/build/building/multi-stage/"};
constexpr Example kExamples[] = {
    {.bad = "FROM python:3.13-slim\nRUN apt-get update && apt-get install -y gcc libpq-dev\n"},
    {.bad = "FROM alpine:3.22\nRUN apk add --no-cache build-base=0.5-r3 git\n"},
    {.good =
         "FROM python:3.13-slim\nRUN apt-get install -y gcc && pip install x && apt-get purge -y --auto-remove gcc\n"},
    {.good = "FROM alpine:3.22\nRUN apk add --no-cache --virtual .build gcc musl-dev && make && apk del .build\n"},
    {.good = "FROM python:3.13-slim AS build\nRUN apt-get install -y gcc\nFROM python:3.13-slim\nRUN apt-get install "
             "-y libpq5 makedev\n"},
    {.good = "FROM python:3.13-slim\nRUN apt-get install -y gcc\n", .path = "Dockerfile.dev"},
};
constexpr Check kChecks[] = {{.id = "DF045",
                              .name = "build-tools-left",
                              .title = "Build tools left in the final image",
                              .severity = Severity::medium,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Build in an earlier stage and copy the result, or purge the packages in the "
                                        "RUN that installs them. At run time libpq5 is enough, not libpq-dev.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::build_tools_left
