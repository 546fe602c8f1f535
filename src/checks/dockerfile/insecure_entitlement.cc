#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::insecure_entitlement {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::run) continue;
    const dockerfile::Flag* security = in.flag("security");
    const dockerfile::Flag* network = in.flag("network");
    if (security != nullptr && security->value == "insecure")
      out.add_item("security", security->span, "this step runs privileged on the build host");
    if (network != nullptr && network->value == "host")
      out.add_item("network", network->span,
                   "this step runs in the build host's network and reaches what listens there");
    bool ssh = false;
    for (const dockerfile::Flag& flag : in.flags)
      ssh |= flag.name == "mount" && flag.value.find("type=ssh") != std::string_view::npos;
    if (ssh && contains_ignoring_case(in.span.of(input.file.bytes), "StrictHostKeyChecking=no"))
      out.add_item("ssh", in.span, "the forwarded SSH agent is used with a host that nothing checks");
  }
}

constexpr std::string_view kReferences[] = {"https://docs.docker.com/reference/dockerfile/#run---security",
                                            "https://docs.docker.com/reference/dockerfile/#run---network"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nRUN --security=insecure mount -t proc none /x\n"},
    {.bad = "FROM debian:12-slim\nRUN --network=host curl http://10.0.0.1/\n"},
    {.bad = "FROM debian:12-slim\nRUN --mount=type=ssh GIT_SSH_COMMAND=\"ssh -o StrictHostKeyChecking=no\" git clone "
            "git@git.example:a.git\n"},
    {.good = "FROM debian:12-slim\nRUN --network=none --security=sandbox true\nRUN --mount=type=ssh git clone "
             "git@git.example:a.git\n"},
};
constexpr Check kChecks[] = {
    {.id = "DF082",
     .name = "insecure-entitlement",
     .title = "Insecure RUN entitlement",
     .severity = Severity::high,
     .references = kReferences,
     .advice = "Drop the entitlement; add the host's key to known_hosts before an SSH mount is used.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::insecure_entitlement
