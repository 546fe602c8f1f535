#include "checks/check.h"
#include "checks/inputs.h"

namespace drydock::checks::host_namespace {
namespace {

void run(const ContainerInput& input, Findings& out) {
  struct Namespace {
    std::string_view name;
    const Text& value;
  };
  const Namespace spaces[] = {{"pid", input.spec.pid},
                              {"ipc", input.spec.ipc},
                              {"uts", input.spec.uts},
                              {"userns_mode", input.spec.userns_mode},
                              {"cgroup", input.spec.cgroup}};
  for (const Namespace& space : spaces) {
    if (space.value.unresolved)
      out.unknown(space.value.at, "the namespace is a variable without a value here");
    else if (space.value.value == "host")
      out.add_item(space.name, space.value.at,
                   out.text({space.name, ": host puts the container into the host's namespace"}));
    else if (space.name == "ipc" && space.value.value == "shareable")
      out.as(Severity::info).add_item(space.name, space.value.at, "other containers may join this one's shared memory");
  }
}

constexpr std::string_view kAliases[] = {"host_namespace_is_shared",
                                         "shared_host_ipc_namespace",
                                         "shared_host_user_namespace",
                                         "CIS 5.16",
                                         "CIS 5.17",
                                         "CIS 5.21",
                                         "CIS 5.31",
                                         "CL0010"};
constexpr std::string_view kReferences[] = {"CIS Docker 5.16",
                                            "https://docs.docker.com/reference/compose-file/services/#pid"};
constexpr Example kExamples[] = {
    {.bad = "services:\n  web:\n    image: app:1\n    pid: host\n"},
    {.bad = "services:\n  web:\n    image: app:1\n    ipc: \"host\"\n    userns_mode: host\n"},
    {.good = "services:\n  web:\n    image: app:1\n    ipc: private\n    cgroup: private\n  side:\n    image: app:1\n  "
             "  pid: service:web\n"},
};
constexpr Check kChecks[] = {
    {.id = "DC012",
     .name = "host-namespace",
     .title = "Host PID/IPC/UTS/user/cgroup namespace",
     .severity = Severity::high,
     .running_id = "RT003",
     .aliases = kAliases,
     .references = kReferences,
     .advice = "Remove it; containers that must see each other can share one namespace of their own.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::host_namespace
