#include <algorithm>

#include "base/text.h"
#include "checks/check.h"
#include "checks/image_reference.h"
#include "checks/inputs.h"
#include "checks/production.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::full_size_base {
namespace {

// Official images that have a slim variant; the plain tag holds compilers, version control and their headers
// (buildpack-deps). ubuntu is not here: its one image is as small as debian's slim.
constexpr std::string_view kHaveSlim[] = {"python", "node", "ruby", "perl", "debian", "golang", "rust"};
constexpr std::string_view kDebianReleases[] = {"buster", "bullseye", "bookworm", "trixie", "sid"};

// The slim tag beside `tag`; empty where the tag is no plain one.
std::string_view slim_tag(std::string_view image, std::string_view tag, Findings& out) {
  if (tag.empty() || tag == "latest") return image == "debian" ? "stable-slim" : "slim";
  Cut parts = cut(tag, "-");
  auto is_release = [](std::string_view part) {
    return std::ranges::find(kDebianReleases, part) != std::end(kDebianReleases);
  };
  bool versioned = is_digit(tag[0]) || tag == "lts" || tag == "current";
  if (image == "debian") return !parts.found && (versioned || is_release(tag)) ? out.text({tag, "-slim"}) : "";
  if (parts.found && !is_release(parts.after)) return {};
  if (!versioned && !is_release(parts.before)) return {};
  if (!parts.found)
    return is_release(tag) ? out.text({image == "node" ? "" : "slim-", tag, image == "node" ? "-slim" : ""})
                           : out.text({tag, "-slim"});
  // node writes 22-bookworm-slim, the others 3.13-slim-bookworm.
  if (image == "node") return out.text({tag, "-slim"});
  return out.text({parts.before, "-slim-", parts.after});
}

void run(const DockerfileInput& input, Findings& out) {
  if (is_development_path(input.path)) return;
  for (const dockerfile::Stage* shipped : shipped_stages(input)) {
    if (is_development_name(shipped->name)) continue;
    const dockerfile::Stage* root = chain_of(input.file, *shipped).back();
    if (root->scratch) continue;
    if (root->image.empty()) {
      out.unknown(root->reference_span, "the base image holds a variable without a default");
      continue;
    }
    ImageReference base = parse_image_reference(root->image);
    if (!base.official() || std::ranges::find(kHaveSlim, base.repository) == std::end(kHaveSlim)) continue;
    // No slim variant: go's and rust's programs run without them.
    bool toolchain = base.repository == "golang" || base.repository == "rust";
    if (toolchain &&
        (base.tag.find("alpine") != std::string_view::npos || base.tag.find("slim") != std::string_view::npos))
      continue;
    std::string_view slim = slim_tag(base.repository, base.tag, out);
    if (slim.empty()) continue;
    if (toolchain) {
      out.add(root->reference_span,
              out.text({"the image ships ", root->image,
                        ", a whole toolchain: build in one stage and copy the program to a small one"}));
      continue;
    }
    std::string_view message = out.text({"the image is built on ", root->image, "; ", base.repository, ":", slim,
                                         " is the same without compilers and headers"});
    bool literal = root->reference == root->image && base.digest.empty() &&
                   root->reference_span.of(input.file.bytes) == root->image;
    if (!literal) {
      out.add(root->reference_span, message);
      continue;
    }
    Span at = root->reference_span;
    if (base.tag.empty())
      out.add(at, message, {Edit{{at.end, at.end}, out.text({":", slim}), {}}});
    else
      out.add(at, message, {Edit{{at.end - static_cast<uint32_t>(base.tag.size()), at.end}, slim, {}}});
  }
}

constexpr std::string_view kReferences[] = {
    "https://docs.docker.com/build/building/best-practices/#choose-the-right-base-image",
    "https://hub.docker.com/_/python"};
constexpr Example kExamples[] = {
    {.bad = "FROM python:3.13\nCMD [\"python\", \"app.py\"]\n",
     .good = "FROM python:3.13-slim\nCMD [\"python\", \"app.py\"]\n"},
    {.bad = "FROM node:22-bookworm\n", .good = "FROM node:22-bookworm-slim\n"},
    {.bad = "FROM ruby:3.4-bookworm\n", .good = "FROM ruby:3.4-slim-bookworm\n"},
    {.bad = "FROM golang:1.25\nRUN go build -o /app .\n"},
    {.good = "FROM python:3.13 AS build\nFROM python:3.13-slim\nCOPY --from=build /venv /venv\n"},
    {.good = "FROM debian:bookworm-slim\n"},
    {.good = "FROM node:22-alpine3.22\n"},
    {.good = "FROM ubuntu:24.04\n"},
    {.good = "FROM registry.example/python:3.13\n"},
    {.good = "ARG BASE\nFROM $BASE\n"},
};
constexpr Check kChecks[] = {
    {.id = "DF010",
     .name = "full-size-base",
     .title = "Full-size base where slim/alpine/distroless exists",
     .severity = Severity::low,
     .fix = Fix::behaviour_changing,
     .references = kReferences,
     .advice = "Base the final stage on a slim, Alpine or distroless image; build in an earlier stage.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::full_size_base
