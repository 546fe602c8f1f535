#include "checks/check.h"
#include "checks/commands.h"
#include "checks/inputs.h"
#include "checks/packages.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::apk_cache_left {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction* in : shipped_instructions(input, Keyword::run)) {
    bool mounted = false;
    for (std::string_view target : scratch_mounts(*in))
      mounted |= target == "/var/cache/apk" || target == "/etc/apk/cache" || target == "/var/cache" ||
                 target == "/lib/apk" || target == "/var/cache/apk/";
    if (mounted) continue;
    for (size_t i = 0; i < in->commands.size(); ++i) {
      const shell::Command& command = in->commands[i];
      PackageCall call = package_call(command);
      if (call.manager != "apk" || call.task != PackageTask::install || command.has_flag("--no-cache")) continue;
      if (deleted_later(in->commands, i, {"/var/cache/apk", "/var/cache/*", "/var/cache/{", "/etc/apk/cache"}))
        continue;
      out.add(command.span, "apk keeps its package index in this layer",
              {Edit{{call.verb->span.end, call.verb->span.end}, " --no-cache", {}}});
    }
  }
}

constexpr std::string_view kAliases[] = {"DL3019", "DS-0025", "missing-apk-no-cache", "DKL-DI-0004",
                                         "apk_add_using_local_cache_path"};
constexpr std::string_view kReferences[] = {"https://wiki.alpinelinux.org/wiki/Alpine_Package_Keeper#Local_Cache"};
constexpr Example kExamples[] = {
    {.bad = "FROM alpine:3.22\nRUN apk add curl && apk add --no-cacher git\n",
     .good = "FROM alpine:3.22\nRUN apk add --no-cache curl && apk add --no-cache --no-cacher git\n"},
    {.good = "FROM alpine:3.22\nRUN apk --no-cache add curl && apk add --update --no-cache git\n"},
    {.good = "FROM alpine:3.22\nRUN apk update && apk add curl && rm -rf /var/cache/apk/*\n"},
    {.good = "FROM alpine:3.22\nRUN --mount=type=cache,target=/var/cache/apk apk add curl\n"},
    {.good = "FROM alpine:3.22 AS build\nRUN apk add git\nFROM scratch\nCOPY --from=build /app /app\n"},
};
constexpr Check kChecks[] = {
    {.id = "DF052",
     .name = "apk-cache-left",
     .title = "apk add without --no-cache",
     .severity = Severity::low,
     .fix = Fix::safe,
     .aliases = kAliases,
     .references = kReferences,
     .advice = "Use apk add --no-cache; it fetches the index itself, so no apk update is needed.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::apk_cache_left
