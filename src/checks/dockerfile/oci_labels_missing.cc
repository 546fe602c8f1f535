#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::oci_labels_missing {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// Nobody has to label. A file that begins with org.opencontainers.image.* and leaves out where the image comes from, or
// which version it is, wants them. The base image's labels are inherited and name the base.
void run(const DockerfileInput& input, Findings& out) {
  constexpr std::string_view kPrefix = "org.opencontainers.image.";
  for (const dockerfile::Stage* stage : shipped_stages(input)) {
    bool any = false, source = false, version = false;
    const Instruction* last = nullptr;
    for (const Instruction* in : instructions_of(input.file, *stage)) {
      if (in->keyword != Keyword::label) continue;
      for (const dockerfile::Pair& pair : in->pairs) {
        if (!pair.name.starts_with(kPrefix)) continue;
        std::string_view name = pair.name.substr(kPrefix.size());
        any = true;
        last = in;
        source |= name == "source" || name == "url";
        version |= name == "version" || name == "revision";
      }
    }
    if (!any) {
      out.not_applicable("the image has no org.opencontainers.image labels, and no policy asks for them");
      continue;
    }
    if (!source)
      out.add_item("source", last->span,
                   "the image's labels do not say where its source is (org.opencontainers.image.source)");
    if (!version)
      out.add_item("version", last->span,
                   "the image's labels say no version (org.opencontainers.image.version or .revision)");
  }
}

constexpr std::string_view kReferences[] = {"https://github.com/opencontainers/image-spec/blob/main/annotations.md"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nLABEL org.opencontainers.image.title=app\n"},
    {.good = "FROM debian:12-slim\nARG VERSION\nLABEL org.opencontainers.image.source=https://git.example/app "
             "org.opencontainers.image.version=$VERSION\n"},
    {.good = "FROM debian:12-slim\n"},
};
constexpr Check kChecks[] = {{.id = "DF087",
                              .name = "oci-labels-missing",
                              .title = "No OCI source/version labels",
                              .severity = Severity::info,
                              .references = kReferences,
                              .advice = "Add the labels, their values from build arguments of the pipeline.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::oci_labels_missing
