#include "checks/check.h"
#include "checks/image_reference.h"
#include "checks/inputs.h"
#include "checks/release_ends.h"
#include "formats/dockerfile.h"

namespace drydock::checks::base_image_end_of_life {
namespace {

// No security fix comes for such a base any more, whatever is upgraded in the image. Every stage counts: a compiler or
// a package manager without fixes builds what is shipped.
void run(const DockerfileInput& input, Findings& out) {
  for (const dockerfile::Stage& stage : input.file.stages) {
    if (stage.parent >= 0 || stage.scratch || stage.image.empty()) continue;
    for (const ReleaseEnd* release : releases_of(parse_image_reference(stage.image))) {
      if (release == nullptr || !release->ended(input.context.now)) continue;
      std::string_view what = out.text({release->product, " ", release->release});
      out.add_item(what, stage.reference_span,
                   out.text({what, " has had no support since ", release->date, " (", release->source, ")"}));
    }
  }
}

constexpr std::string_view kReferences[] = {"https://devguide.python.org/versions/",
                                            "https://github.com/nodejs/Release", "https://wiki.debian.org/LTS",
                                            "https://alpinelinux.org/releases/"};
constexpr Example kExamples[] = {
    {.bad = "FROM python:3.8-slim\n"},
    {.bad = "FROM node:16.20.2-alpine3.16 AS build\n"},
    {.bad = "FROM debian:buster\n"},
    {.bad = "ARG V=18\nFROM docker.io/library/node:${V}\n"},
    {.good = "FROM python:3.14-slim-trixie\n"},
    {.good = "FROM python:3\n"},                     // a series that goes on
    {.good = "FROM python:3.80\n"},                  // not 3.8
    {.good = "FROM registry.example/python:3.8\n"},  // somebody else's version numbers
    {.good = "ARG V\nFROM node:$V\n"},
};
constexpr Check kChecks[] = {{.id = "DF009",
                              .name = "base-image-end-of-life",
                              .title = "Base image release is end of life",
                              .severity = Severity::high,
                              .references = kReferences,
                              .advice = "Move to a release that its publisher still supports.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::base_image_end_of_life
