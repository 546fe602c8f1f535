#include "base/text.h"
#include "checks/base_images.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::final_image_runs_as_root {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// Without USER the process is root in the container, and a kernel or mount mistake makes it root on the host. Root in
// build stages does no harm, and what a parent stage sets is inherited.
//
// The offered USER is a number, which needs no account in the image; files that the program writes must belong to it,
// so the edit changes behaviour. It goes before the first CMD or ENTRYPOINT, where nothing is built behind it.
const Instruction* place_for_user(const dockerfile::Stage& stage) {
  const Instruction* place = nullptr;
  for (const Instruction& in : stage.instructions) {
    if (in.onbuild) continue;
    if (place == nullptr && (in.keyword == Keyword::cmd || in.keyword == Keyword::entrypoint)) place = &in;
    if (in.keyword == Keyword::run || in.keyword == Keyword::copy || in.keyword == Keyword::add) place = nullptr;
  }
  return place;
}

void run(const DockerfileInput& input, Findings& out) {
  for (const dockerfile::Stage* stage : shipped_stages(input)) {
    if (in_effect(input.file, *stage, Keyword::user) != nullptr) continue;
    const dockerfile::Stage* root = chain_of(input.file, *stage).back();
    if (root->scratch) {
      out.as(Severity::info)
          .add(stage->span, "no USER is set: the program of this image made from scratch runs as root");
      continue;
    }
    if (root->image.empty()) {
      out.unknown(root->reference_span, "the base image is a variable without a value here, so its user is not known");
      continue;
    }
    ImageReference base = parse_image_reference(root->image);
    if (runs_unprivileged(base)) continue;
    bool own_start = in_effect(input.file, *stage, Keyword::entrypoint) != nullptr;
    if (drops_privileges(base) && !own_start) {
      out.as(Severity::info)
          .add(stage->span, "no USER is set; the base image's entrypoint starts as root and drops to its own user");
      continue;
    }
    constexpr std::string_view kMessage = "no USER is set in this image: its processes run as root";
    const Instruction* place = place_for_user(*stage);
    if (place == nullptr) {
      out.add(stage->span, kMessage);
      continue;
    }
    std::string uid = std::to_string(input.context.settings.expected_uid);
    std::string_view line = out.text({"USER ", uid, ":", uid, "\n"});
    out.add(stage->span, kMessage, {Edit{{place->span.begin, place->span.begin}, line, {}}});
  }
}

constexpr std::string_view kAliases[] = {"CKV_DOCKER_3",
                                         "DS-0002",
                                         "CIS-DI-0001",
                                         "CIS 4.1",
                                         "missing-user",
                                         "missing-user-entrypoint",
                                         "missing_user_instruction"};
constexpr std::string_view kReferences[] = {"CIS Docker 4.1",
                                            "https://docs.docker.com/build/building/best-practices/#user"};
constexpr Example kExamples[] = {
    {.bad = "FROM python:3.13-slim\nCOPY app.py /srv/\nCMD [\"python\", \"/srv/app.py\"]\n",
     .good = "FROM python:3.13-slim\nCOPY app.py /srv/\nUSER 1001:1001\nCMD [\"python\", \"/srv/app.py\"]\n"},
    // The build stage's USER does not reach the image.
    {.bad = "FROM node:22 AS build\nUSER node\nFROM node:22-slim\nCOPY --from=build /app /app\n"},
    {.good = "FROM node:22 AS base\nUSER node\nFROM base\nCMD [\"node\", \"/srv/app.js\"]\n"},
    {.good = "FROM gcr.io/distroless/static-debian12:nonroot\nCOPY app /\n"},
    {.good = "FROM nginxinc/nginx-unprivileged:1.29\nCOPY site /usr/share/nginx/html\n"},
    {.good = "ARG BASE\nFROM $BASE\nCMD [\"app\"]\n"},  // unknown
};
constexpr Check kChecks[] = {
    {.id = "DF001",
     .name = "final-image-runs-as-root",
     .title = "Final image has no USER (runs as root)",
     .severity = Severity::high,
     .fix = Fix::behaviour_changing,
     .aliases = kAliases,
     .references = kReferences,
     .advice = "Set USER to an unprivileged account in the last stage, and give it only the files it must write.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::final_image_runs_as_root
