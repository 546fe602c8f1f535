#include "checks/check.h"
#include "checks/compose_edit.h"
#include "checks/hardening.h"
#include "checks/inputs.h"

namespace drydock::checks::no_new_privileges {
namespace {

// Without it a setuid program in the image makes an unprivileged process root.
void run(const ContainerInput& input, Findings& out) {
  if (has_no_new_privileges(input.spec)) return;
  for (const Text& option : input.spec.security_opt)
    if (option.unresolved) return out.unknown(option.at, "security_opt holds a variable without a value here");
  constexpr std::string_view kMessage =
      "security_opt lacks no-new-privileges: a setuid program can make the process root";
  Location at = input.service == nullptr ? Location{} : input.service->at;
  std::optional<ServiceEdit> fix;
  if (input.service != nullptr) fix = add_item(input.sources, *input.service, "security_opt", "no-new-privileges:true");
  if (fix)
    out.add(at, kMessage, {Edit{fix->edit.span, fix->text, fix->edit.path}});
  else
    out.add(at, kMessage);
}

constexpr std::string_view kAliases[] = {"no_new_privileges_not_set", "CIS 5.26", "CL0003"};
constexpr std::string_view kReferences[] = {"CIS Docker 5.26",
                                            "https://docs.docker.com/reference/cli/docker/container/run/#security-opt"};
constexpr Example kExamples[] = {
    {.bad = "services:\n  web:\n    image: app:1\n    ports:\n      - 127.0.0.1:80:80\n",
     .good = "services:\n  web:\n    image: app:1\n    ports:\n      - 127.0.0.1:80:80\n    security_opt:\n      - "
             "no-new-privileges:true\n"},
    {.bad = "services:\n  web:\n    image: app:1\n    security_opt:\n      - apparmor=app # ours\n    init: true\n",
     .good = "services:\n  web:\n    image: app:1\n    security_opt:\n      - apparmor=app # ours\n      - "
             "no-new-privileges:true\n    init: true\n"},
    {.bad = "services:\n  web:\n    image: app:1\n    security_opt: [no-new-privileges:false]\n"},
    {.good = "services:\n  web:\n    image: app:1\n    security_opt:\n      - no-new-privileges\n"},
    {.good = "services:\n  web:\n    image: app:1\n    security_opt: [\"no-new-privileges=true\"]\n"},
};
constexpr Check kChecks[] = {{.id = "DC005",
                              .name = "no-new-privileges",
                              .title = "no-new-privileges not set",
                              .severity = Severity::medium,
                              .fix = Fix::safe,
                              .running_id = "RT046",
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "security_opt: [no-new-privileges:true]",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::no_new_privileges
