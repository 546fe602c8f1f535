#include "checks/check.h"
#include "checks/image_reference.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::base_image_without_digest {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// A tag can be moved to other bytes; a digest cannot. DF005 and DF006 speak of missing and moving tags.
void run(const DockerfileInput& input, Findings& out) {
  auto look_at = [&](std::string_view image, Span at) {
    ImageReference reference = parse_image_reference(image);
    if (!reference.repository.empty() && reference.digest.empty())
      out.add_item(image, at, out.text({"image ", image, " is named by a tag, which can be moved; no digest pins it"}));
  };
  for (const dockerfile::Stage& stage : input.file.stages) {
    if (stage.parent >= 0 || stage.scratch || stage.reference.empty()) continue;
    if (stage.image.empty())
      out.unknown(stage.reference_span, "the base image holds a variable without a default");
    else
      look_at(stage.image, stage.reference_span);
  }
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::copy) continue;
    const dockerfile::Flag* from = in.flag("from");
    if (from == nullptr || from->value.find('$') != std::string_view::npos) continue;
    // A bare word may also be a build context that the caller names.
    if (from->value.find_first_of(":/@") != std::string_view::npos) look_at(from->value, from->value_span);
  }
}

constexpr std::string_view kAliases[] = {"dockerfile-source-not-pinned"};
constexpr std::string_view kReferences[] = {
    "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\n"},
    {.bad = "FROM scratch\nCOPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/uv\n"},
    {.good = "FROM debian:12-slim@sha256:2e1f0d0f2f7a4b2f8c8c1d2b3a495867768594a3b2c1d0e0f0a1b2c3d4e5f607 AS "
             "build\nFROM scratch\nCOPY --from=build /app /app\n"},
    {.good = "ARG BASE\nFROM $BASE\n"},
};
constexpr Check kChecks[] = {
    {.id = "DF007",
     .name = "base-image-without-digest",
     .title = "Base image not pinned by digest",
     .severity = Severity::info,
     .aliases = kAliases,
     .references = kReferences,
     .advice =
         "Add the digest behind the tag, image:tag@sha256:..., and let a bot such as Renovate or Dependabot raise it.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::base_image_without_digest
