#include "checks/check.h"
#include "checks/commands.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::script_piped_to_shell {
namespace {

// Whoever controls the server, or the name, decides what the build runs, and a cut connection runs half a script.
void run(const DockerfileInput& input, Findings& out) {
  for (const dockerfile::Instruction& in : input.file.instructions) {
    if (in.keyword != dockerfile::Keyword::run) continue;
    for (const PipedScript& script : piped_scripts(in.commands)) {
      std::string_view message =
          out.text({"what ", script.downloader, " fetches runs as a script, unseen and unverified"});
      if (verifies_download(in.commands)) out.as(Severity::low);
      out.add(script.runs->span, message);
    }
  }
}

constexpr std::string_view kAliases[] = {"curl-eval"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/build/building/best-practices/#add-or-copy",
                                            "https://cwe.mitre.org/data/definitions/494.html"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nRUN curl -fsSL https://get.tool.example | sh\n"},
    {.bad = "FROM debian:12-slim\nRUN wget -qO- https://get.tool.example | sudo -E bash -s -- -b /usr/local/bin\n"},
    {.bad = "FROM debian:12-slim\nRUN bash -c \"$(curl -fsSL https://get.tool.example)\"\n"},
    {.bad = "FROM debian:12-slim\nSHELL [\"/bin/bash\", \"-c\"]\nRUN bash <(curl -s https://get.tool.example)\n"},
    {.bad = "FROM python:3.13\nRUN curl -sSL https://install.tool.example | python3 -\n"},
    {.good = "FROM debian:12-slim\nADD --checksum=sha256:24454f830c https://get.tool.example/install.sh /tmp/\n"},
    {.good = "FROM debian:12-slim\nRUN curl -fsSL https://api.tool.example/v1 | python3 -m json.tool\n"},
    {.good = "FROM debian:12-slim\nRUN curl -fsSL https://get.tool.example/a.tar.gz | tar xz\n"},
    {.good = "FROM debian:12-slim\nRUN curl -fsSO https://get.tool.example/list && cat list | sh -c 'wc -l'\n"},
    {.good = "FROM debian:12-slim\nRUN echo 'curl https://get.tool.example | sh'\n"},
};
constexpr Check kChecks[] = {{.id = "DF019",
                              .name = "script-piped-to-shell",
                              .title = "Remote script piped to a shell",
                              .severity = Severity::high,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Fetch a released file by ADD --checksum or compare its sha256 before it runs, "
                                        "or install the package of a distribution.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::script_piped_to_shell
