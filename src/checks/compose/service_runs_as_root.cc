#include "checks/base_images.h"
#include "checks/check.h"
#include "checks/hardening.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::service_runs_as_root {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

enum class User { root, other, unknown };

// The user that the built image ends with: of the build target, its parents, and what is known of the base image.
User user_of_build(const Service& service, const Sources& sources) {
  if (!service.build.dockerfile.known() || service.build.target.unresolved) return User::unknown;
  const Source* source = sources.find(service.build.dockerfile.value);
  const auto* file = source == nullptr ? nullptr : source->as<dockerfile::File>();
  if (file == nullptr) return User::unknown;
  const dockerfile::Stage* stage =
      service.build.target.set() ? file->find_stage(service.build.target.value) : file->final_stage();
  if (stage == nullptr) return User::unknown;
  if (const Instruction* user = in_effect(*file, *stage, Keyword::user)) {
    if (user->words.empty()) return User::unknown;
    ExpandedText value = expand_at(*file, *user, user->words[0].text);
    if (!value.complete) return User::unknown;
    return is_root_user(value.text) ? User::root : User::other;
  }
  const dockerfile::Stage* base = chain_of(*file, *stage).back();
  if (base->scratch) return User::root;
  if (base->image.empty()) return User::unknown;
  ImageReference image = parse_image_reference(base->image);
  // Only official images are known well enough to say that they set no user.
  if (runs_unprivileged(image) || !image.official()) return User::unknown;
  return drops_privileges(image) ? User::unknown : User::root;
}

void run(const ServiceInput& input, Findings& out) {
  const Text& user = input.service.container.user;
  if (user.unresolved) return out.unknown(user.at, "user is a variable without a value here");
  if (user.set() && !user.value.empty()) {
    if (is_root_user(user.value)) out.add(user.at, "this service is started as root");
    return;
  }
  // An image that is only pulled says its user in its config, which a scan of the image reads.
  if (input.service.build.set() && user_of_build(input.service, input.sources) == User::root)
    out.add(input.service.at, out.text({"this service runs as root: ", input.service.build.dockerfile.value,
                                        " ends as root, and no user is set here"}));
}

constexpr std::string_view kAliases[] = {"CIS 4.1", "CL0018"};
constexpr std::string_view kReferences[] = {"CIS Docker 4.1",
                                            "https://docs.docker.com/reference/compose-file/services/#user"};
constexpr Example kExamples[] = {
    {.bad = "services:\n  web:\n    image: app:1\n    user: root\n"},
    {.bad = "services:\n  web:\n    image: app:1\n    user: \"0:0\"\n"},
    {.bad = "-- compose.yaml --\nservices:\n  web:\n    build: .\n-- Dockerfile --\nFROM python:3.13-slim\nCMD "
            "[\"gunicorn\", \"wsgi:app\"]\n"},
    {.good = "-- compose.yaml --\nservices:\n  web:\n    build: .\n    user: \"1001\"\n-- Dockerfile --\nFROM "
             "python:3.13-slim\nCMD [\"gunicorn\", \"wsgi:app\"]\n"},
    {.good = "-- compose.yaml --\nservices:\n  web:\n    build:\n      context: .\n      target: run\n-- Dockerfile "
             "--\nFROM python:3.13-slim AS run\nUSER app\nFROM run AS debug\nUSER root\n"},
    {.good = "-- compose.yaml --\nservices:\n  web:\n    build: .\n-- Dockerfile --\nFROM registry.example/base:1\nCMD "
             "[\"app\"]\n"},  // unknown
    {.good = "services:\n  db:\n    image: postgres:17\n  web:\n    image: app:1\n    user: ${USER_ID}\n"},
};
constexpr Check kChecks[] = {
    {.id = "DC010",
     .name = "service-runs-as-root",
     .title = "Service runs as root",
     .severity = Severity::medium,
     .aliases = kAliases,
     .references = kReferences,
     .advice = "Set USER in the Dockerfile, or user: here, and give that account what the service writes.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::service_runs_as_root
