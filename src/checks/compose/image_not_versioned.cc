#include "checks/check.h"
#include "checks/image_reference.h"
#include "checks/inputs.h"

namespace drydock::checks::image_not_versioned {
namespace {

// Each pull may bring another release. Where the service is built here, `image:` only names the result.
void run(const ServiceInput& input, Findings& out) {
  const Text& written = input.service.image;
  if (!written.set() || input.service.build.set()) return;
  if (written.unresolved) return out.unknown(written.at, "the image is a variable without a value here");
  ImageReference image = parse_image_reference(written.value);
  if (!image.digest.empty() || image.repository.empty()) return;
  if (image.tag.empty())
    out.add(written.at, out.text({"image ", written.value, " has no tag: each pull may bring another release"}));
  else if (image.tag == "latest")
    out.add(written.at, out.text({"image ", written.value, " is whatever is newest when it is pulled"}));
}

constexpr std::string_view kAliases[] = {"CIS 5.28", "CL0004", "service-image-require-explicit-tag"};
constexpr std::string_view kReferences[] = {"CIS Docker 5.28",
                                            "https://docs.docker.com/reference/compose-file/services/#image"};
constexpr Example kExamples[] = {
    {.bad = "services:\n  db:\n    image: postgres\n"},
    {.bad = "services:\n  db:\n    image: registry.example:5000/team/app\n"},
    {.bad = "services:\n  db:\n    image: postgres:${TAG:-latest}\n"},
    {.good = "services:\n  db:\n    image: postgres:17.2\n  web:\n    build: .\n    image: app:latest\n"},
    {.good = "services:\n  db:\n    image: postgres:${TAG}\n"},
};
constexpr Check kChecks[] = {{.id = "DC027",
                              .name = "image-not-versioned",
                              .title = "Image untagged or :latest",
                              .severity = Severity::medium,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Name a release, and better its digest as well.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::image_not_versioned
