#include <algorithm>

#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/packages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::apt_in_script {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// apt(8): "should not be relied on in scripts": its interface may change from version to version.
void run(const DockerfileInput& input, Findings& out) {
  constexpr std::string_view kSame[] = {"install", "update",     "upgrade", "full-upgrade", "remove",
                                        "purge",   "autoremove", "clean",   "autoclean",    "build-dep"};
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::run) continue;
    for (const shell::Command& command : in.commands) {
      PackageCall call = package_call(command);
      if (call.manager != "apt") continue;
      constexpr std::string_view kMessage = "apt is for people at a terminal; scripts use apt-get";
      const shell::Word* program = command.arguments().data() - 1;  // there is one: it is apt
      bool same = call.verb != nullptr && std::ranges::find(kSame, call.verb->text) != std::end(kSame) &&
                  call.verb->text != "full-upgrade";
      if (same && program->span.of(input.file.bytes) == "apt")
        out.add(command.span, kMessage, {Edit{program->span, "apt-get", {}}});
      else
        out.add(command.span, kMessage);
    }
  }
}

constexpr std::string_view kAliases[] = {"DL3027", "CKV_DOCKER_9", "prefer-apt-get", "run_using_apt"};
constexpr std::string_view kReferences[] = {
    "https://manpages.debian.org/stable/apt/apt.8.en.html#SCRIPT_USAGE_AND_DIFFERENCES_FROM_OTHER_APT_TOOLS"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nRUN apt update && DEBIAN_FRONTEND=noninteractive apt install -y curl\n",
     .good = "FROM debian:12-slim\nRUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y curl\n"},
    {.good = "FROM debian:12-slim\nRUN apt-get update && apt-key list && apt-cache policy && rm -rf /var/lib/apt "
             "/usr/bin/apt\n"},
};
constexpr Check kChecks[] = {{.id = "DF058",
                              .name = "apt-in-script",
                              .title = "apt used instead of apt-get",
                              .severity = Severity::info,
                              .fix = Fix::safe,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Write apt-get, or apt-cache for queries.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::apt_in_script
