#include "checks/check.h"
#include "checks/image_reference.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::base_image_untagged {
namespace {

// A name without a tag means `latest` of the day of the build.
void run(const DockerfileInput& input, Findings& out) {
  for (const dockerfile::Stage& stage : input.file.stages) {
    if (stage.parent >= 0 || stage.scratch || stage.reference.empty()) continue;
    if (stage.image.empty()) {
      out.unknown(stage.reference_span, "the base image holds a variable without a default: give the ARG one");
      continue;
    }
    ImageReference image = parse_image_reference(stage.image);
    if (image.repository.empty() || !image.tag.empty() || !image.digest.empty()) continue;
    out.add(stage.reference_span,
            out.text({"base image ", stage.image, " has no tag: each build may get another release"}));
  }
}

constexpr std::string_view kAliases[] = {"DL3006", "DS-0001", "CKV_DOCKER_7", "missing-image-version",
                                         "image_version_not_explicit"};
constexpr std::string_view kReferences[] = {
    "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian\n"},
    {.bad = "FROM registry.example:5000/team/app\n"},  // 5000 is a port
    {.bad = "ARG TAG=\nFROM alpine$TAG\n"},
    {.good = "FROM debian:12-slim\n"},
    {.good = "FROM scratch\n"},
    {.good = "FROM debian:12-slim AS Base\nFROM base\n"},
    {.good = "FROM debian@sha256:2e1f0d0f2f7a4b2f8c8c1d2b3a495867768594a3b2c1d0e0f0a1b2c3d4e5f607\n"},
    {.good = "ARG BASE\nFROM $BASE\n"},  // unknown
    {.good = "ARG VERSION=3.13\nFROM python:${VERSION}-slim\n"},
};
constexpr Check kChecks[] = {{.id = "DF005",
                              .name = "base-image-untagged",
                              .title = "Base image has no tag",
                              .severity = Severity::medium,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Name a release: FROM debian:12-slim, and better its digest as well.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::base_image_untagged
