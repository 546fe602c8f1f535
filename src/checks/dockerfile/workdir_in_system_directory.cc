#include <string>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::workdir_in_system_directory {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// /proc/self/fd/N was the way out of the container in CVE-2024-21626; the others are the kernel's or the system's.
void run(const DockerfileInput& input, Findings& out) {
  constexpr std::string_view kDirectories[] = {"/proc", "/sys", "/dev", "/boot", "/lost+found", "/etc"};
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::workdir || in.words.empty() || !in.words[0].text.starts_with('/')) continue;
    std::string path = "/" + normalise_path(in.words[0].text);
    for (std::string_view directory : kDirectories) {
      if (!path.starts_with(directory)) continue;
      bool itself = path.size() == directory.size();
      if (!itself && path[directory.size()] != '/') continue;
      // A program's own folder in /etc holds its configuration and nothing of the system.
      Severity severity = directory == "/etc" && !itself ? Severity::info : out.check().severity;
      out.as(severity).add(in.words[0].span,
                           out.text({"the working directory is in ", directory, ", which belongs to the system"}));
    }
  }
}

constexpr std::string_view kAliases[] = {"DS-0030"};
constexpr std::string_view kReferences[] = {"https://nvd.nist.gov/vuln/detail/CVE-2024-21626",
                                            "https://docs.docker.com/build/building/best-practices/#workdir"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nWORKDIR /proc/self/fd/8\n"},
    {.bad = "FROM debian:12-slim\nWORKDIR \"/etc\"\n"},
    {.bad = "FROM debian:12-slim\nWORKDIR /srv/../sys\n"},
    {.good = "FROM debian:12-slim\nWORKDIR /development\nWORKDIR /procs\nWORKDIR /app/etc\nWORKDIR $DIR/proc\n"},
};
constexpr Check kChecks[] = {{.id = "DF031",
                              .name = "workdir-in-system-directory",
                              .title = "WORKDIR in a system directory",
                              .severity = Severity::high,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Give the application a directory of its own, such as /app or /srv/app.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::workdir_in_system_directory
