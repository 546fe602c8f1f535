#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/packages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::upgrade_in_image {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// Upgrades bring fixes, and they also make the image depend on the day of its build: worth knowing, no mistake.
void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::run) continue;
    for (const shell::Command& command : in.commands) {
      PackageCall call = package_call(command);
      if (call.task != PackageTask::upgrade || !call.packages.empty()) continue;
      std::string_view verb = call.verb->text;
      bool release = verb == "dist-upgrade" || verb == "full-upgrade" || verb == "dup" || verb == "distro-sync";
      std::string_view message = out.text({call.manager, " ", verb, " brings whatever is new on the day of the build"});
      out.as(release ? Severity::low : Severity::info).add(command.span, message);
    }
  }
}

constexpr std::string_view kAliases[] = {
    "DL3035",           "DS-0024",          "DKL-DI-0003",         "avoid-apt-get-upgrade",     "avoid-apk-upgrade",
    "avoid-dnf-update", "avoid-yum-update", "avoid-zypper-update", "run_using_upgrade_commands"};
constexpr std::string_view kReferences[] = {
    "https://docs.docker.com/build/building/best-practices/#rebuild-your-images-often"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nRUN apt-get update && apt-get -y upgrade && apt-get dist-upgrade -y\n"},
    {.bad = "FROM alpine:3.22\nRUN apk --no-cache upgrade\n"},
    {.bad = "FROM fedora:42\nRUN dnf -y update\n"},
    {.good = "FROM debian:12-slim\nRUN apt-get update && apt-get install -y --only-upgrade openssl && pip install "
             "--upgrade pip\n"},
    {.good = "FROM fedora:42\nRUN dnf -y update openssl\n"},
};
constexpr Check kChecks[] = {
    {.id = "DF057",
     .name = "upgrade-in-image",
     .title = "upgrade / dist-upgrade in the image",
     .severity = Severity::info,
     .aliases = kAliases,
     .references = kReferences,
     .advice = "Raise the base image instead and rebuild often; name single packages where a fix cannot wait.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::upgrade_in_image
