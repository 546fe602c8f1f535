#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"

namespace drydock::checks::seccomp_unconfined {
namespace {

// The default profile closes some forty system calls that exploits of the kernel start from.
void run(const ContainerInput& input, Findings& out) {
  for (const Text& option : input.spec.security_opt) {
    std::string_view value = trim(option.value);
    if (option.unresolved || !value.starts_with("seccomp") || value.size() < 9) continue;
    bool separated = value[7] == ':' || value[7] == '=';
    if (separated && trim(value.substr(8)) == "unconfined")
      out.add(option.at, "the container may use every system call");
  }
}

constexpr std::string_view kAliases[] = {"seccomp-confinement-disabled", "default_seccomp_profile_disabled",
                                         "seccomp_disabled", "CIS 5.22", "CL0009"};
constexpr std::string_view kReferences[] = {"CIS Docker 5.22", "https://docs.docker.com/engine/security/seccomp/"};
constexpr Example kExamples[] = {
    {.bad = "services:\n  web:\n    image: app:1\n    security_opt: [\"seccomp:unconfined\"]\n"},
    {.bad = "services:\n  web:\n    image: app:1\n    security_opt:\n      - seccomp=unconfined\n"},
    {.good = "services:\n  web:\n    image: app:1\n    security_opt:\n      - seccomp=./profile.json\n      - "
             "no-new-privileges:true\n"},
};
constexpr Check kChecks[] = {
    {.id = "DC006",
     .name = "seccomp-unconfined",
     .title = "seccomp unconfined",
     .severity = Severity::high,
     .running_id = "RT004",
     .aliases = kAliases,
     .references = kReferences,
     .advice = "Remove it, or give a profile of your own that adds the one call that is missing.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::seccomp_unconfined
