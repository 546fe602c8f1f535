#include "checks/check.h"
#include "checks/inputs.h"

namespace drydock::checks::privileged {
namespace {

// All capabilities, all devices, no seccomp and no AppArmor: root in the container is root on the host.
void run(const ContainerInput& input, Findings& out) {
  const Sourced<bool>& privileged = input.spec.privileged;
  if (!privileged.set()) return;
  if (privileged.unresolved) return out.unknown(privileged.at, "privileged is a variable without a value here");
  if (!privileged.value) return;
  constexpr std::string_view kMessage = "a privileged container is root on the host";
  if (privileged.origin == Origin::compose && !privileged.at.span.empty())
    out.add(privileged.at, kMessage, {Edit{privileged.at.span, "false", {}}});
  else
    out.add(privileged.at, kMessage);
}

constexpr std::string_view kAliases[] = {"privileged-service", "privileged_containers_enabled", "CIS 5.5", "CL0002"};
constexpr std::string_view kReferences[] = {"CIS Docker 5.5",
                                            "https://docs.docker.com/reference/cli/docker/container/run/#privileged"};
constexpr Example kExamples[] = {
    {.bad = "services:\n  web:\n    image: nginx:1.29\n    privileged: true # for now\n",
     .good = "services:\n  web:\n    image: nginx:1.29\n    privileged: false # for now\n"},
    {.bad = "services:\n  web:\n    image: nginx:1.29\n    privileged: \"true\"\n"},
    {.good = "services:\n  web:\n    image: nginx:1.29\n    privileged: ${PRIVILEGED}\n"},  // unknown
    {.good = "services:\n  web:\n    image: nginx:1.29\n    cap_add: [NET_BIND_SERVICE]\n"},
};
constexpr Check kChecks[] = {{.id = "DC001",
                              .name = "privileged",
                              .title = "privileged: true",
                              .severity = Severity::critical,
                              .fix = Fix::safe,
                              .running_id = "RT001",
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Remove it; give the one device or capability that is needed.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::privileged
