#include "checks/base_images.h"
#include "checks/check.h"
#include "checks/compose_edit.h"
#include "checks/inputs.h"

namespace drydock::checks::writable_root {
namespace {

// What an intruder writes into the container's own file system runs next, and survives a restart.
//
// What a service writes beside its volumes is known for few images; the offered edit takes /tmp and, for images that
// keep sockets and process ids there, their folders.
struct Writable {
  std::string_view image, lines;
};
constexpr Writable kWritable[] = {
    {"nginx", "\n  - /tmp\n  - /run\n  - /var/cache/nginx"},
    {"postgres", "\n  - /tmp\n  - /run/postgresql"},
    {"mysql", "\n  - /tmp\n  - /run/mysqld"},
    {"mariadb", "\n  - /tmp\n  - /run/mysqld"},
};

void run(const ContainerInput& input, Findings& out) {
  const Sourced<bool>& read_only = input.spec.read_only;
  if (read_only.unresolved) return out.unknown(read_only.at, "read_only is a variable without a value here");
  if (read_only.value) return;
  constexpr std::string_view kMessage = "the container's file system is writable";
  if (input.service == nullptr) return out.add(read_only.at, kMessage);
  std::string_view folders = "\n  - /tmp";
  if (input.service->image.known())
    for (const Writable& row : kWritable)
      if (parse_image_reference(input.service->image.value).name() == row.image) folders = row.lines;
  std::string lines = "true\ntmpfs:" + std::string(folders);
  bool has_tmpfs = false;
  for (const Mount& mount : input.spec.mounts) has_tmpfs |= mount.kind == MountKind::tmpfs;
  if (has_tmpfs) lines = "true";
  std::optional<ServiceEdit> fix;
  if (!read_only.set()) fix = add_key(input.sources, *input.service, "read_only", lines);
  if (fix)
    out.add(input.service->at, kMessage, {Edit{fix->edit.span, fix->text, fix->edit.path}});
  else
    out.add(read_only.set() ? read_only.at : input.service->at, kMessage);
}

constexpr std::string_view kAliases[] = {"writable-filesystem-service", "CIS 5.13", "CL0007"};
constexpr std::string_view kReferences[] = {"CIS Docker 5.13",
                                            "https://docs.docker.com/reference/compose-file/services/#read_only"};
constexpr Example kExamples[] = {
    {.bad = "services:\n  web:\n    image: app:1\n",
     .good = "services:\n  web:\n    image: app:1\n    read_only: true\n    tmpfs:\n      - /tmp\n"},
    {.bad = "services:\n  web:\n    image: app:1\n    read_only: false\n"},
    {.good = "services:\n  web:\n    image: app:1\n    read_only: \"true\"\n"},
    {.good = "services:\n  web:\n    image: app:1\n    read_only: ${READ_ONLY}\n"},
};
constexpr Check kChecks[] = {
    {.id = "DC009",
     .name = "writable-root",
     .title = "Root filesystem writable",
     .severity = Severity::medium,
     .fix = Fix::behaviour_changing,
     .running_id = "RT005",
     .aliases = kAliases,
     .references = kReferences,
     .advice =
         "read_only: true, with tmpfs for /tmp and the folders the service writes, and volumes for what must stay.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::writable_root
