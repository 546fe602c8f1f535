#include "checks/check.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::shell_link_replaced {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// Every script of the image that begins with #!/bin/sh runs in the other shell from then on; SHELL changes the build's
// alone.
void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::run) continue;
    for (const shell::Command& command : in.commands) {
      if (command.program() != "ln" || command.arguments().empty()) continue;
      std::string_view link = command.arguments().back().text;
      if (link == "/bin/sh" || link == "/usr/bin/sh") out.add(command.span, "/bin/sh is replaced for the whole image");
    }
  }
}

constexpr std::string_view kAliases[] = {"DL4005", "use-shell-instruction", "changing_default_shell_using_run_command"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/reference/dockerfile/#shell"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nRUN rm /bin/sh && ln -s /bin/bash /bin/sh\n"},
    {.good = "FROM debian:12-slim\nRUN ln -s /bin/sh /usr/local/bin/app-sh && ln -s a b\n"},
};
constexpr Check kChecks[] = {{.id = "DF067",
                              .name = "shell-link-replaced",
                              .title = "/bin/sh replaced instead of SHELL",
                              .severity = Severity::low,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Use SHELL [\"/bin/bash\", \"-c\"].",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::shell_link_replaced
