#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/packages.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::assume_yes_missing {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// A build has nobody to answer, so a question ends it.
bool says_yes(const shell::Command& command, std::string_view manager) {
  int quiet = 0;
  for (const shell::Word& word : command.arguments()) {
    std::string_view text = word.text;
    if (text == "--yes" || text == "--assume-yes" || text == "--assumeyes" || text == "--force-yes" ||
        text == "--no-confirm" || text == "--non-interactive" || text == "-q=2" || text == "--quiet=2")
      return true;
    if (contains_ignoring_case(text, "APT::Get::Assume-Yes") || text.find("assumeyes") != std::string_view::npos)
      return true;
    if (text == "--download-only" || text == "--simulate" || text == "--dry-run" || text == "--assumeno") return true;
    if (text == "--quiet") ++quiet;
    if (!text.starts_with('-') || text.starts_with("--")) continue;
    for (char c : text.substr(1)) {
      if (c == '=' || c == 'o' || c == 't' || c == 'c') break;
      if (c == 'y' || c == 's' || c == 'd' || (c == 'n' && manager == "zypper")) return true;
      quiet += c == 'q' ? 1 : 0;
    }
  }
  return quiet >= 2 && (manager == "apt-get" || manager == "apt");  // -qq implies -y, apt-get(8)
}

// An earlier step writes it into the package manager's settings.
bool configured_before(const dockerfile::File& file, const Instruction& at) {
  for (const Instruction* in : instructions_of(file, file.stages[at.stage])) {
    if (in->span.begin > at.span.begin) break;
    std::string_view written = in->span.of(file.bytes);
    if (contains_ignoring_case(written, "APT::Get::Assume-Yes") || written.find("assumeyes=") != std::string_view::npos)
      return true;
    if (in->keyword != Keyword::run && written.find("apt.conf") != std::string_view::npos) return true;
  }
  return false;
}

void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::run || in.stage < 0) continue;
    for (size_t i = 0; i < in.commands.size(); ++i) {
      const shell::Command& command = in.commands[i];
      PackageCall call = package_call(command);
      if (call.task != PackageTask::install || call.manager == "apk" || call.manager == "aptitude") continue;
      if (says_yes(command, call.manager)) continue;
      if (i > 0 && in.commands[i - 1].joint == shell::Joint::pipe) continue;  // yes | apt-get install
      if (configured_before(input.file, in)) continue;
      Span at = call.verb->span;
      out.add(command.span,
              out.text({call.manager, " ", call.verb->text, " asks before it installs, and the build cannot answer"}),
              {Edit{{at.end, at.end}, " -y", {}}});
    }
  }
}

constexpr std::string_view kAliases[] = {"DL3014",
                                         "DL3030",
                                         "DL3034",
                                         "DL3038",
                                         "DS-0021",
                                         "missing-assume-yes-switch",
                                         "missing-dnf-assume-yes-switch",
                                         "missing-yum-assume-yes-switch",
                                         "apt_get_missing_flags_to_avoid_manual_input"};
constexpr std::string_view kReferences[] = {"https://manpages.debian.org/stable/apt/apt-get.8.en.html",
                                            "https://docs.docker.com/build/building/best-practices/#apt-get"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nRUN apt-get update && apt-get install --no-install-recommends curl\n",
     .good = "FROM debian:12-slim\nRUN apt-get update && apt-get install -y --no-install-recommends curl\n"},
    {.bad = "FROM fedora:42\nRUN dnf install curl && zypper in curl\n",
     .good = "FROM fedora:42\nRUN dnf install -y curl && zypper in -y curl\n"},
    {.bad = "FROM debian:12-slim\nRUN DEBIAN_FRONTEND=noninteractive apt-get -q install curl\n",
     .good = "FROM debian:12-slim\nRUN DEBIAN_FRONTEND=noninteractive apt-get -q install -y curl\n"},
    {.good = "FROM debian:12-slim\nRUN apt-get -yq install curl && apt-get install -qq curl && apt-get -q -q install "
             "curl && apt-get install -q=2 curl\n"},
    {.good = "FROM debian:12-slim\nRUN apt-get -o APT::Get::Assume-Yes=true install curl && apt-get update && apt-get "
             "remove curl\n"},
    {.good = "FROM debian:12-slim\nRUN echo 'APT::Get::Assume-Yes \"true\";' > /etc/apt/apt.conf.d/90yes\nRUN apt-get "
             "install curl\n"},
    {.good = "FROM fedora:42\nRUN microdnf -y install curl && zypper -n in curl && yum install --assumeyes curl && apk "
             "add curl\n"},
    {.good = "FROM debian:12-slim\nRUN yes | apt-get install curl\n"},
};
constexpr Check kChecks[] = {{.id = "DF049",
                              .name = "assume-yes-missing",
                              .title = "Package install without assume-yes",
                              .severity = Severity::low,
                              .fix = Fix::safe,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Add -y.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::assume_yes_missing
