#include <algorithm>
#include <vector>

#include "base/text.h"
#include "checks/check.h"
#include "checks/commands.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::apt_recommends {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// apt.conf(5): APT::Install-Recommends "false"; in a file that a step writes or copies it holds from there on. By stage
// index: where the first such step ends, UINT32_MAX if there is none. What a copied apt.conf says is not known here, so
// it counts.
std::vector<uint32_t> configured_from(const dockerfile::File& file) {
  std::vector<uint32_t> from(file.stages.size(), UINT32_MAX);
  for (const Instruction& in : file.instructions) {
    if (in.stage < 0 || (in.keyword != Keyword::run && in.keyword != Keyword::copy && in.keyword != Keyword::add))
      continue;
    std::string_view written = in.span.of(file.bytes);
    if (written.find("apt.conf") == std::string_view::npos) continue;
    if (in.keyword == Keyword::run && !contains_ignoring_case(written, "Install-Recommends")) continue;
    from[in.stage] = std::min(from[in.stage], in.span.begin);
  }
  return from;
}

bool configured_before(const dockerfile::File& file, const std::vector<uint32_t>& from, const Instruction& at) {
  for (const dockerfile::Stage* stage = &file.stages[at.stage]; stage != nullptr; stage = file.parent_of(*stage))
    if (from[stage->index] <= at.span.begin) return true;
  return false;
}

bool has_option(const shell::Command& command) {
  if (command.has_flag("--no-install-recommends")) return true;
  for (const shell::Word& word : command.arguments()) {
    if (!contains_ignoring_case(word.text, "APT::Install-Recommends")) continue;
    std::string_view value = trim(cut(word.text, "=").after);
    if (value == "0" || equal_ignoring_case(value, "false") || equal_ignoring_case(value, "no") ||
        value == "\"false\"" || value == "\"0\"")
      return true;
  }
  return false;
}

void run(const DockerfileInput& input, Findings& out) {
  const std::vector<uint32_t> configured = configured_from(input.file);
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::run || in.stage < 0) continue;
    for (const shell::Command& command : in.commands) {
      if (command.program() != "apt-get") continue;
      const shell::Word* install = subcommand(command.arguments(), "oct");
      if (install == nullptr || install->text != "install" || has_option(command)) continue;
      if (configured_before(input.file, configured, in)) break;
      out.add(command.span, "apt-get install also installs what packages merely recommend",
              {Edit{{install->span.end, install->span.end}, " --no-install-recommends", {}}});
    }
  }
}

constexpr std::string_view kAliases[] = {"DL3015", "DS-0029", "missing-no-install-recommends",
                                         "apt_get_not_avoiding_additional_packages"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/build/building/best-practices/#apt-get",
                                            "https://manpages.debian.org/stable/apt/apt-get.8.en.html"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nRUN apt-get update && \\\n    apt-get install -y \\\n      curl\n",
     .good = "FROM debian:12-slim\nRUN apt-get update && \\\n    apt-get install --no-install-recommends -y \\\n      "
             "curl\n"},
    {.bad = "FROM debian:12-slim\nRUN DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Options::=--force-confold -y "
            "install curl\n",
     .good = "FROM debian:12-slim\nRUN DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Options::=--force-confold -y "
             "install --no-install-recommends curl\n"},
    {.good = "FROM debian:12-slim\nRUN apt-get -o APT::Install-Recommends=false install -y curl\n"},
    {.good = "FROM debian:12-slim\nRUN echo 'APT::Install-Recommends \"false\";' > /etc/apt/apt.conf.d/99no\nRUN "
             "apt-get install -y curl\n"},
    {.good = "FROM debian:12-slim\nRUN apt-get remove -y curl && echo apt-get install curl\n"},
};
constexpr Check kChecks[] = {{.id = "DF050",
                              .name = "apt-recommends",
                              .title = "apt-get install without --no-install-recommends",
                              .severity = Severity::low,
                              .fix = Fix::safe,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Add --no-install-recommends and name the packages that are needed.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::apt_recommends
