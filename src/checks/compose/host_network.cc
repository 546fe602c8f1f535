#include "checks/check.h"
#include "checks/inputs.h"

namespace drydock::checks::host_network {
namespace {

// Every port the program opens is the host's, and everything that listens on the host's loopback is in its reach.
void run(const ContainerInput& input, Findings& out) {
  const Text& mode = input.spec.network_mode;
  if (mode.unresolved) return out.unknown(mode.at, "network_mode is a variable without a value here");
  if (mode.value == "host") out.add(mode.at, "the container shares the host's network");
}

constexpr std::string_view kAliases[] = {"shared_host_network_namespace", "CIS 5.10", "CL0008"};
constexpr std::string_view kReferences[] = {"CIS Docker 5.10", "https://docs.docker.com/engine/network/drivers/host/"};
constexpr Example kExamples[] = {
    {.bad = "services:\n  web:\n    image: app:1\n    network_mode: host\n"},
    {.good = "services:\n  web:\n    image: app:1\n    network_mode: none\n  side:\n    image: app:1\n    "
             "network_mode: service:web\n"},
    {.good = "services:\n  web:\n    image: app:1\n    network_mode: ${MODE}\n"},
};
constexpr Check kChecks[] = {{.id = "DC011",
                              .name = "host-network",
                              .title = "Host network namespace",
                              .severity = Severity::high,
                              .running_id = "RT003",
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Use a network of the stack and publish the ports that are needed.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::host_network
