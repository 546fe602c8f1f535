#include <algorithm>

#include "base/text.h"
#include "checks/check.h"
#include "checks/image_reference.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::base_image_latest {
namespace {

// Tags that publishers move to each new release, alone or in front of a variant: `lts-alpine`.
bool moves(std::string_view tag) {
  constexpr std::string_view kMoving[] = {"latest",  "edge",     "stable",  "lts",   "mainline", "nightly", "current",
                                          "rolling", "unstable", "testing", "devel", "main",     "master"};
  std::string_view first = cut(tag, "-").before;
  return std::ranges::any_of(kMoving, [&](std::string_view word) { return equal_ignoring_case(first, word); });
}

void run(const DockerfileInput& input, Findings& out) {
  for (const dockerfile::Stage& stage : input.file.stages) {
    if (stage.parent >= 0 || stage.scratch || stage.image.empty()) continue;
    ImageReference image = parse_image_reference(stage.image);
    if (!image.digest.empty() || !moves(image.tag)) continue;
    if (image.tag == "latest")
      out.add(stage.reference_span, out.text({"base image ", stage.image, " is whatever is newest when it is built"}));
    else
      out.as(Severity::info)
          .add(stage.reference_span,
               out.text({"the tag of base image ", stage.image, " moves from release to release"}));
  }
}

constexpr std::string_view kAliases[] = {"DL3007",
                                         "DS-0001",
                                         "CKV_DOCKER_7",
                                         "avoid-latest-version",
                                         "DKL-DI-0006",
                                         "CIS 5.28",
                                         "image_version_using_latest"};
constexpr std::string_view kReferences[] = {
    "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions", "CIS Docker 5.28"};
constexpr Example kExamples[] = {
    {.bad = "FROM python:latest\n"},
    {.bad = "ARG TAG=latest\nFROM python:${TAG}\n"},
    {.bad = "FROM node:lts-alpine\n"},
    {.good = "FROM python:3.13-slim\n"},
    {.good = "FROM python:latest@sha256:2e1f0d0f2f7a4b2f8c8c1d2b3a495867768594a3b2c1d0e0f0a1b2c3d4e5f607\n"},
    {.good = "ARG TAG\nFROM python:$TAG\n"},
    {.good = "FROM python:3.13-slim AS latest\nFROM latest\n"},
    {.good = "FROM registry.example/latest:1.2\n"},
};
constexpr Check kChecks[] = {{.id = "DF006",
                              .name = "base-image-latest",
                              .title = "Base image tag is :latest (or other moving tag)",
                              .severity = Severity::medium,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Name a release instead of a moving tag, and better its digest as well.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::base_image_latest
