#include <algorithm>
#include <string>
#include <string_view>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"

namespace drydock::checks::dangerous_capability {
namespace {

struct Capability {
  std::string_view name;
  Severity severity;
  std::string_view reach;
};
// What each opens (capabilities(7)), by reach: code on the host, then state of the host, then its availability.
constexpr Capability kCapabilities[] = {
    {"ALL", Severity::critical, "everything root may do"},
    {"SYS_ADMIN", Severity::critical, "mounting, namespaces and much of what root may do"},
    {"SYS_MODULE", Severity::critical, "loading kernel modules"},
    {"SYS_RAWIO", Severity::critical, "raw memory and ports of the host"},
    {"SYS_PTRACE", Severity::high, "reading and changing other processes"},
    {"DAC_READ_SEARCH", Severity::high, "reading files of the host by handle"},
    {"BPF", Severity::high, "programs in the kernel"},
    {"NET_ADMIN", Severity::high, "routes, filters and interfaces"},
    {"PERFMON", Severity::high, "observing the kernel and other processes"},
    {"MAC_ADMIN", Severity::high, "changing the mandatory access policy"},
    {"MAC_OVERRIDE", Severity::high, "passing over the mandatory access policy"},
    {"CHECKPOINT_RESTORE", Severity::high, "rewriting processes"},
    {"NET_RAW", Severity::medium, "forged packets to neighbours"},
    {"SYS_BOOT", Severity::medium, "restarting the host"},
    {"SYS_TIME", Severity::medium, "the host's clock"},
    {"SYSLOG", Severity::medium, "the kernel's log and addresses"},
    {"LEASE", Severity::low, "leases on files"},
    {"SYS_NICE", Severity::low, "priorities of other processes"},
    {"SYS_RESOURCE", Severity::low, "limits and quotas"},
    {"IPC_LOCK", Severity::low, "memory that cannot be swapped out"},
};

void run(const ContainerInput& input, Findings& out) {
  for (const Text& added : input.spec.cap_add) {
    if (added.unresolved) {
      out.unknown(added.at, "cap_add holds a variable without a value here");
      continue;
    }
    std::string_view name = trim(added.value);
    bool prefixed = name.size() > 4 && equal_ignoring_case(name.substr(0, 4), "CAP_");
    if (prefixed) name.remove_prefix(4);
    const auto* known =
        std::ranges::find_if(kCapabilities, [&](const Capability& row) { return equal_ignoring_case(row.name, name); });
    if (known == std::end(kCapabilities) || (prefixed && known->name == "ALL")) continue;  // the engine refuses CAP_ALL
    out.as(known->severity)
        .add_item(known->name, added.at, out.text({known->name, " gives the container ", known->reach}));
  }
}

constexpr std::string_view kAliases[] = {
    "check_cap_add_cap_drop", "CIS 5.4", "CL0011", "CL0024", "CL0027", "CL0028", "CL0029", "CL0030"};
constexpr std::string_view kReferences[] = {"CIS Docker 5.4",
                                            "https://man7.org/linux/man-pages/man7/capabilities.7.html"};
constexpr Example kExamples[] = {
    {.bad = "services:\n  web:\n    image: app:1\n    cap_add: [SYS_ADMIN]\n"},
    {.bad = "services:\n  web:\n    image: app:1\n    cap_add:\n      - cap_net_raw\n"},
    {.good = "services:\n  web:\n    image: app:1\n    cap_drop: [ALL]\n    cap_add: [NET_BIND_SERVICE, CHOWN]\n"},
    {.good = "services:\n  web:\n    image: app:1\n    cap_add: [CAP_ALL, \"${CAPABILITY}\"]\n"},
};
constexpr Check kChecks[] = {{.id = "DC004",
                              .name = "dangerous-capability",
                              .title = "Dangerous capability added",
                              .severity = Severity::high,
                              .running_id = "RT001",
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Remove it, or move the step that needs it out of the running service.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::dangerous_capability
