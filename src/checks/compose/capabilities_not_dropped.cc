#include <string>

#include "base/text.h"
#include "checks/base_images.h"
#include "checks/check.h"
#include "checks/compose_edit.h"
#include "checks/hardening.h"
#include "checks/inputs.h"

namespace drydock::checks::capabilities_not_dropped {
namespace {

// Docker gives a container fourteen capabilities, among them CHOWN, SETUID and NET_RAW; few services need any. Images
// that start as root and go on as their own user need some of them to get there.
std::string_view needed_to_start(const ImageReference& image) {
  if (drops_privileges(image)) return "CHOWN, DAC_OVERRIDE, FOWNER, SETGID, SETUID";
  if (image.name() == "nginx") return "CHOWN, SETGID, SETUID";
  return {};
}

std::optional<ServiceEdit> fix_for(const ContainerInput& input, std::string_view needed) {
  if (input.service == nullptr) return std::nullopt;
  if (needed.empty() || !input.spec.cap_add.empty()) return add_item(input.sources, *input.service, "cap_drop", "ALL");
  std::string lines = "\n  - ALL\ncap_add:";
  for (std::string_view name : split(needed, ',')) lines += "\n  - " + std::string(trim(name));
  return add_key(input.sources, *input.service, "cap_drop", lines);
}

void run(const ContainerInput& input, Findings& out) {
  for (const Text& name : input.spec.cap_drop) {
    if (name.unresolved) return out.unknown(name.at, "cap_drop holds a variable without a value here");
    if (equal_ignoring_case(name.value, "ALL") || equal_ignoring_case(name.value, "CAP_ALL")) return;
  }
  std::string_view message = "no cap_drop: ALL, so the container keeps Docker's default capabilities";
  std::string_view needed;
  if (input.service != nullptr && input.service->image.known() && !input.service->build.set())
    needed = needed_to_start(parse_image_reference(input.service->image.value));
  if (!needed.empty()) message = out.text({"no cap_drop: ALL; this image needs only ", needed, " to start"});
  if (runs_unprivileged_user(input.spec) && has_no_new_privileges(input.spec)) out.as(Severity::low);
  Location at = input.service == nullptr ? Location{} : input.service->at;
  if (std::optional<ServiceEdit> fix = fix_for(input, needed))
    out.add(at, message, {Edit{fix->edit.span, fix->text, fix->edit.path}});
  else
    out.add(at, message);
}

constexpr std::string_view kAliases[] = {"container_capabilities_unrestricted", "check_cap_add_cap_drop", "CIS 5.4",
                                         "CL0006"};
constexpr std::string_view kReferences[] = {"CIS Docker 5.4",
                                            "https://docs.docker.com/engine/security/#linux-kernel-capabilities"};
constexpr Example kExamples[] = {
    {.bad = "services:\n  web:\n    image: app:1\n    init: true  # reaps\n\n  # the other one\n  job:\n    image: "
            "app:1\n    cap_drop: [ALL]\n",
     .good = "services:\n  web:\n    image: app:1\n    init: true  # reaps\n    cap_drop:\n      - ALL\n\n  # the "
             "other one\n  job:\n    image: app:1\n    cap_drop: [ALL]\n"},
    {.bad = "services:\n  web:\n    image: app:1\n    cap_drop:\n    - NET_RAW\n",
     .good = "services:\n  web:\n    image: app:1\n    cap_drop:\n    - NET_RAW\n    - ALL\n"},
    {.bad = "services:\n  db:\n    image: postgres:17\n",
     .good = "services:\n  db:\n    image: postgres:17\n    cap_drop:\n      - ALL\n    cap_add:\n      - CHOWN\n      "
             "- DAC_OVERRIDE\n      - FOWNER\n      - SETGID\n      - SETUID\n"},
    {.good = "services:\n  web:\n    image: app:1\n    cap_drop: [all]\n    cap_add: [NET_BIND_SERVICE]\n"},
    {.good = "services:\n  web:\n    image: app:1\n    cap_drop: [\"${DROP}\"]\n"},
};
constexpr Check kChecks[] = {{.id = "DC003",
                              .name = "capabilities-not-dropped",
                              .title = "Capabilities not dropped",
                              .severity = Severity::medium,
                              .fix = Fix::behaviour_changing,
                              .running_id = "RT048",
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "cap_drop: [ALL], then cap_add what the service fails without.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::capabilities_not_dropped
