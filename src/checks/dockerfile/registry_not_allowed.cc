#include "base/text.h"
#include "checks/check.h"
#include "checks/image_reference.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::registry_not_allowed {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// The host as written; docker.io stands for none.
std::string_view registry_of(std::string_view image) {
  Cut host = cut(image, "/");
  bool has_host =
      host.found && (host.before.find_first_of(".:") != std::string_view::npos || host.before == "localhost");
  return has_host ? host.before : "docker.io";
}

// "registry.example", "*.example.com", "example.*", each also with a path of the registry behind it: "ghcr.io/team".
bool allows(std::string_view pattern, std::string_view registry, std::string_view repository) {
  Cut parts = cut(pattern, "/");
  std::string_view host = parts.before;
  bool same = host == registry || (registry == "docker.io" && (host == "hub.docker.com" || host == "index.docker.io"));
  if (host == "*") same = true;
  if (host.starts_with("*.")) same = registry.ends_with(host.substr(1));
  if (host.ends_with(".*")) same = registry.starts_with(host.substr(0, host.size() - 1));
  if (!same || !parts.found || parts.after.empty()) return same;
  std::string_view path = parts.after;
  if (path.ends_with("/*")) path.remove_suffix(2);
  if (path.ends_with('/')) path.remove_suffix(1);
  return repository.starts_with(path) && (repository.size() == path.size() || repository[path.size()] == '/');
}

void run(const DockerfileInput& input, Findings& out) {
  std::span<const std::string_view> allowed = input.context.settings.allowed_registries;
  if (allowed.empty()) return out.not_applicable("no list of allowed registries is configured");
  auto look_at = [&](std::string_view image, Span at) {
    std::string_view registry = registry_of(image);
    std::string_view repository = parse_image_reference(image).repository;
    // Official images may be written with their namespace or without.
    std::string_view official = registry == "docker.io" && repository.find('/') == std::string_view::npos
                                    ? out.text({"library/", repository})
                                    : repository;
    for (std::string_view pattern : allowed)
      if (allows(pattern, registry, repository) || allows(pattern, registry, official)) return;
    out.add_item(image, at,
                 out.text({"image ", image, " comes from ", registry, ", which is not an allowed registry"}));
  };
  for (const dockerfile::Stage& stage : input.file.stages) {
    if (stage.parent >= 0 || stage.scratch || stage.reference.empty()) continue;
    if (stage.image.empty())
      out.unknown(stage.reference_span, "the base image holds a variable without a default");
    else
      look_at(stage.image, stage.reference_span);
  }
  auto is_image = [](std::string_view from) {
    return from.find('$') == std::string_view::npos && from.find_first_of(":/@") != std::string_view::npos;
  };
  for (const Instruction& in : input.file.instructions) {
    for (const dockerfile::Flag& flag : in.flags) {
      if (in.keyword == Keyword::copy && flag.name == "from" && is_image(flag.value))
        look_at(flag.value, flag.value_span);
      if (in.keyword != Keyword::run || flag.name != "mount") continue;
      for (std::string_view field : split(flag.value, ','))
        if (field.starts_with("from=") && is_image(field.substr(5))) look_at(field.substr(5), flag.value_span);
    }
  }
}

constexpr std::string_view kAllowed[] = {"docker.io/library", "*.registry.example", "ghcr.io/astral-sh"};

constexpr std::string_view kAliases[] = {"DL3026"};
constexpr std::string_view kReferences[] = {
    "https://docs.docker.com/build/building/best-practices/#choose-the-right-base-image"};
constexpr Example kExamples[] = {
    {.bad = "FROM quay.example/team/app:1\n", .settings = {.allowed_registries = kAllowed}},
    {.bad = "FROM debian:12-slim\nCOPY --from=ghcr.io/other/tool:1 /tool /bin/\n",
     .settings = {.allowed_registries = kAllowed}},
    {.bad = "FROM debian:12-slim\nRUN --mount=type=bind,from=ghcr.io/other/tool:1,target=/tool /tool/run\n",
     .settings = {.allowed_registries = kAllowed}},
    {.good = "FROM debian:12-slim AS build\nFROM eu.registry.example/app:1\nCOPY --from=build /a /a\nCOPY "
             "--from=ghcr.io/astral-sh/uv:0.9 /uv /bin/\n",
     .settings = {.allowed_registries = kAllowed}},
    {.good = "FROM quay.example/team/app:1\n"},
};
constexpr Check kChecks[] = {
    {.id = "DF008",
     .name = "registry-not-allowed",
     .title = "Registry not in the allow list",
     .severity = Severity::medium,
     .aliases = kAliases,
     .references = kReferences,
     .advice = "Mirror the image into an allowed registry, or add its registry to the list in drydock.yaml.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::registry_not_allowed
