#include "checks/check.h"
#include "checks/hardening.h"
#include "checks/inputs.h"

namespace drydock::checks::image_user_root {
namespace {

// The config is what counts in the end, however the Dockerfile came to it.
void run(const ImageInput& input, Findings& out) {
  const Text& user = input.image.config.container.user;
  if (user.value.empty())
    out.add(user.at, "the image's config names no user: its processes run as root");
  else if (is_root_user(user.value))
    out.add(user.at, out.text({"the image's config names the user ", user.value}));
}

constexpr std::string_view kAliases[] = {"CIS-DI-0001", "CIS 4.1"};
constexpr std::string_view kReferences[] = {"CIS Docker 4.1",
                                            "https://github.com/opencontainers/image-spec/blob/main/config.md"};
// An OCI image config.
constexpr Example kExamples[] = {
    {.bad = "{\"architecture\": \"amd64\", \"os\": \"linux\", \"config\": {\"Cmd\": [\"/app\"]}}\n"},
    {.bad = "{\"architecture\": \"amd64\", \"os\": \"linux\", \"config\": {\"User\": \"0:0\"}}\n"},
    {.good = "{\"architecture\": \"amd64\", \"os\": \"linux\", \"config\": {\"User\": \"1001:1001\"}}\n"},
};
constexpr Check kChecks[] = {{.id = "IM001",
                              .name = "image-user-root",
                              .title = "Image user is root",
                              .severity = Severity::high,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Build it with USER and an unprivileged account.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::image_user_root
