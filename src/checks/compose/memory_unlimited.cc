#include "checks/check.h"
#include "checks/inputs.h"

namespace drydock::checks::memory_unlimited {
namespace {

// One service that grows takes the host's memory, and the kernel then kills whatever it likes. How much a service
// needs only its owner knows, so no value is offered.
void run(const ContainerInput& input, Findings& out) {
  const Sourced<int64_t>& memory = input.spec.memory_bytes;
  if (memory.unresolved) return out.unknown(memory.at, "the memory limit is a variable without a value here");
  if (memory.set() && memory.value > 0) return;
  Location at = memory.set() || input.service == nullptr ? memory.at : input.service->at;
  out.add(at, "no memory limit: this service can take all memory of the host");
}

constexpr std::string_view kAliases[] = {"memory_not_limited", "CIS 5.11", "CL0026"};
constexpr std::string_view kReferences[] = {"CIS Docker 5.11",
                                            "https://docs.docker.com/engine/containers/resource_constraints/#memory"};
constexpr Example kExamples[] = {
    {.bad = "services:\n  web:\n    image: app:1\n"},
    {.bad = "services:\n  web:\n    image: app:1\n    deploy:\n      resources:\n        reservations:\n          "
            "memory: 256M\n"},
    {.good = "services:\n  web:\n    image: app:1\n    mem_limit: 512m\n"},
    {.good = "services:\n  web:\n    image: app:1\n    deploy:\n      resources:\n        limits:\n          memory: "
             "512M\n"},
    {.good = "services:\n  web:\n    image: app:1\n    mem_limit: ${MEMORY}\n"},
};
constexpr Check kChecks[] = {
    {.id = "DC021",
     .name = "memory-unlimited",
     .title = "No memory limit",
     .severity = Severity::medium,
     .running_id = "RT006",
     .aliases = kAliases,
     .references = kReferences,
     .advice = "Set mem_limit or deploy.resources.limits.memory somewhat above what the service uses under load.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::memory_unlimited
