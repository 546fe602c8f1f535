#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/packages.h"
#include "checks/production.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::debug_tools_installed {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

struct Tool {
  std::string_view package, what;
};
constexpr Tool kTools[] = {
    {"vim", "an editor"},
    {"vim-tiny", "an editor"},
    {"vim-nox", "an editor"},
    {"nano", "an editor"},
    {"emacs", "an editor"},
    {"emacs-nox", "an editor"},
    {"telnet", "a network tool"},
    {"inetutils-telnet", "a network tool"},
    {"netcat", "a network tool"},
    {"netcat-openbsd", "a network tool"},
    {"netcat-traditional", "a network tool"},
    {"ncat", "a network tool"},
    {"nmap", "a network scanner"},
    {"nmap-ncat", "a network tool"},
    {"tcpdump", "a packet sniffer"},
    {"tshark", "a packet sniffer"},
    {"strace", "a tracer"},
    {"ltrace", "a tracer"},
    {"gdb", "a debugger"},
    {"net-tools", "a network tool"},
    {"iputils-ping", "a network tool"},
    {"dnsutils", "a network tool"},
    {"bind-tools", "a network tool"},
    {"bind-utils", "a network tool"},
    {"socat", "a network tool"},
    {"lsof", "a debugging tool"},
    {"htop", "a debugging tool"},
    {"openssh-client", "an SSH client"},
    {"openssh-clients", "an SSH client"},
};

// What an intruder would have to bring along otherwise. curl and wget often serve a health check.
void run(const DockerfileInput& input, Findings& out) {
  if (is_development_path(input.path)) return;
  for (const Instruction* in : shipped_instructions(input, Keyword::run)) {
    if (is_development_name(input.file.stages[in->stage].name)) continue;
    for (size_t i = 0; i < in->commands.size(); ++i) {
      PackageCall call = package_call(in->commands[i]);
      if (call.task != PackageTask::install || removed_later(in->commands, i)) continue;
      for (const shell::Word* package : call.packages) {
        std::string_view name = package_name(package->text);
        if (name == "curl" || name == "wget")
          out.as(Severity::info)
              .add_item(name, package->span,
                        out.text({"the image has ", name, ", which also helps an intruder to fetch tools"}));
        for (const Tool& tool : kTools)
          if (tool.package == name)
            out.add_item(name, package->span,
                         out.text({"the image has ", tool.what, " that the application does not need: ", name}));
      }
    }
  }
}

constexpr std::string_view kAliases[] = {"CIS 4.3"};
constexpr std::string_view kReferences[] = {
    "CIS Docker 4.3", "https://docs.docker.com/build/building/best-practices/#dont-install-unnecessary-packages"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nRUN apt-get update && apt-get install -y vim-tiny netcat-openbsd\n"},
    {.bad = "FROM alpine:3.22\nRUN apk add --no-cache curl\n"},
    {.good = "FROM debian:12-slim AS build\nRUN apt-get install -y vim curl\nFROM debian:12-slim\nRUN apt-get install "
             "-y libcurl4 vim-common-doc\n"},
    {.good = "FROM debian:12-slim\nRUN apt-get install -y wget && wget -q https://files.example/a && apt-get purge -y "
             "wget\n"},
};
constexpr Check kChecks[] = {{.id = "DF047",
                              .name = "debug-tools-installed",
                              .title = "Debug/network tools installed in final image",
                              .severity = Severity::low,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Leave it out; docker debug or a sidecar brings tools when they are needed.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::debug_tools_installed
