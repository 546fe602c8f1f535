#include <algorithm>

#include "base/text.h"
#include "checks/check.h"
#include "checks/image_reference.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::copy_to_unknown_directory {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// Official images that set a WORKDIR of their own.
constexpr std::string_view kOwnDirectory[] = {
    "golang", "php",   "wordpress", "tomcat",  "composer", "httpd", "redis", "valkey",        "drupal", "joomla",
    "jetty",  "ghost", "nextcloud", "adminer", "gradle",   "flink", "solr",  "elasticsearch", "kibana", "logstash"};

bool is_relative(std::string_view path) {
  bool drive = path.size() > 1 && is_letter(path[0]) && path[1] == ':';
  return !path.empty() && !path.starts_with('/') && !path.starts_with('\\') && !path.starts_with('$') && !drive;
}

// Only for images whose WORKDIR is known to be the root: others may set one.
void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::copy || in.onbuild || in.stage < 0 || in.words.size() < 2) continue;
    if (!is_relative(in.destination()) || in_effect_at(input.file, in, Keyword::workdir) != nullptr) continue;
    const dockerfile::Stage* root = chain_of(input.file, input.file.stages[in.stage]).back();
    ImageReference base = parse_image_reference(root->image);
    if (!root->scratch && (root->image.empty() || !base.official())) {
      out.unknown(in.span, "the destination is relative to the base image's WORKDIR, which is not known here");
      continue;
    }
    if (!root->scratch && std::ranges::find(kOwnDirectory, base.repository) != std::end(kOwnDirectory)) continue;
    out.add(in.words.back().span, "no WORKDIR is set: the files go to the root directory of the image");
  }
}

constexpr std::string_view kAliases[] = {"DL3045"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/reference/dockerfile/#copy"};
constexpr Example kExamples[] = {
    {.bad = "FROM python:3.13-slim\nCOPY app.py ./\n"},
    {.good = "FROM python:3.13-slim AS base\nWORKDIR /app\nFROM base\nCOPY app.py .\n"},
    {.good =
         "FROM python:3.13-slim\nCOPY app.py /app/\nCOPY app.py \"/srv\"\nCOPY app.py $HOME/\nCOPY app.py c:/app\n"},
    {.good = "FROM php:8.4-apache\nCOPY . .\n"},
    {.good = "FROM registry.example/base:1\nCOPY . .\n"},
};
constexpr Check kChecks[] = {{.id = "DF034",
                              .name = "copy-to-unknown-directory",
                              .title = "COPY to a relative target with no WORKDIR",
                              .severity = Severity::low,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Set WORKDIR before the COPY, or write the whole destination.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::copy_to_unknown_directory
