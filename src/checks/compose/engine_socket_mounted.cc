#include <algorithm>
#include <string>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"

namespace drydock::checks::engine_socket_mounted {
namespace {

// Whoever can write to the engine's socket starts a privileged container: root on the host. Read-only does not help,
// since it concerns the file and not what is said through it.
bool is_socket(std::string_view path) {
  constexpr std::string_view kSockets[] = {"docker.sock", "containerd.sock", "crio.sock", "podman.sock"};
  std::string_view name = base_name(path);
  return std::ranges::find(kSockets, name) != std::end(kSockets) || path == "run/systemd/private";
}

// A folder that holds one, without its leading slash.
bool holds_socket(std::string_view path) {
  constexpr std::string_view kFolders[] = {"",
                                           "run",
                                           "var/run",
                                           "var",
                                           "run/containerd",
                                           "var/run/containerd",
                                           "run/systemd",
                                           "var/run/systemd",
                                           "run/podman",
                                           "run/crio",
                                           "var/run/crio"};
  return std::ranges::find(kFolders, path) != std::end(kFolders);
}

// As spelt in compose; a relative path that climbs ends wherever the project lies, so only its end is judged.
bool reaches_socket(std::string_view source) {
  if (source.empty() || source.find('$') != std::string_view::npos) return false;
  std::string path = normalise_path(source);
  if (is_socket(path)) return true;
  return source.starts_with('/') && holds_socket(path);
}

bool is_socket_proxy(const Service* service) {
  return service != nullptr && service->image.known() &&
         service->image.value.find("socket-proxy") != std::string_view::npos;
}

void run(const ContainerInput& input, Findings& out) {
  for (const Mount& mount : input.spec.mounts) {
    std::string_view source = mount.kind == MountKind::bind ? mount.source : std::string_view{};
    if (mount.kind == MountKind::volume)
      for (const Volume& volume : input.context.stack->volumes)
        if (volume.name == mount.source) source = volume.bind_device;
    if (!reaches_socket(source)) continue;
    if (is_socket_proxy(input.service)) out.as(Severity::high);
    out.add_item(source, mount.at,
                 out.text({source, " gives the container the engine's socket, and with it root on the host"}));
  }
  if (const EnvironmentVariable* host = input.spec.variable("DOCKER_HOST"); host != nullptr && host->value.known()) {
    std::string_view value = host->value.value;
    if (value.starts_with("tcp://") && value.ends_with(":2375"))
      out.add_item("DOCKER_HOST", host->value.at, "DOCKER_HOST names an engine that takes orders without TLS");
  }
}

constexpr std::string_view kAliases[] = {"exposing-docker-socket-volume", "docker_socket_mounted_in_container",
                                         "CIS 5.32", "CL0001"};
constexpr std::string_view kReferences[] = {"CIS Docker 5.32",
                                            "https://docs.docker.com/engine/security/protect-access/"};
constexpr Example kExamples[] = {
    {.bad = "services:\n  ui:\n    image: vendor/ui:1\n    volumes:\n      - "
            "/var/run/docker.sock:/var/run/docker.sock:ro\n"},
    {.bad = "services:\n  ui:\n    image: vendor/ui:1\n    volumes:\n      - type: bind\n        source: //run/./\n    "
            "    target: /host/run\n"},
    {.bad = "services:\n  ui:\n    image: vendor/ui:1\n    volumes:\n      - socket:/s\nvolumes:\n  socket:\n    "
            "driver: local\n    driver_opts:\n      type: none\n      o: bind\n      device: /var/run/docker.sock\n"},
    {.bad = "services:\n  ui:\n    image: tecnativa/docker-socket-proxy:0.3\n    volumes:\n      - "
            "/var/run/docker.sock:/var/run/docker.sock\n"},
    {.good = "services:\n  ui:\n    image: vendor/ui:1\n    volumes:\n      - ./fake:/var/run/docker.sock\n      - "
             "data:/run\nvolumes:\n  data: {}\n"},
    {.good =
         "services:\n  ui:\n    image: vendor/ui:1\n    volumes:\n      - ${SOCKET}:/s\n      - /var/lib/app:/data\n"},
};
constexpr Check kChecks[] = {{.id = "DC002",
                              .name = "engine-socket-mounted",
                              .title = "Docker/containerd socket mounted",
                              .severity = Severity::critical,
                              .running_id = "RT002",
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Put a socket proxy in between that lets through what the program needs, or "
                                        "use rootless mode or an agent on the host.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::engine_socket_mounted
