#include <algorithm>

#include "checks/check.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::volume_on_system_path {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

void run(const DockerfileInput& input, Findings& out) {
  constexpr std::string_view kSystem[] = {
      "/", "/proc", "/sys", "/dev", "/etc", "/boot", "/run/docker.sock", "/var/run/docker.sock"};
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::volume) continue;
    for (const dockerfile::Word& word : in.words) {
      std::string_view path = word.text;
      while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
      if (std::ranges::find(kSystem, path) != std::end(kSystem))
        out.add(word.span, out.text({"a volume over ", path, " hides or hands out what belongs to the system"}));
    }
  }
}

constexpr std::string_view kAliases[] = {"DKL-DI-0002", "dockerfile-dockerd-socket-mount"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/reference/dockerfile/#volume"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nVOLUME /var/run/docker.sock\n"},
    {.bad = "FROM debian:12-slim\nVOLUME [\"/data\", \"/etc/\"]\n"},
    {.good = "FROM debian:12-slim\nVOLUME /data /etc/app /var/lib/app $DIR\n"},
};
constexpr Check kChecks[] = {{.id = "DF030",
                              .name = "volume-on-system-path",
                              .title = "VOLUME on a host-sensitive path or docker.sock",
                              .severity = Severity::high,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Give volumes to directories of data alone.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::volume_on_system_path
