#include "checks/check.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::maintainer_used {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::maintainer) continue;
    constexpr std::string_view kMessage = "MAINTAINER is deprecated: a label says it";
    std::string_view who = in.words.empty() ? std::string_view{} : in.words[0].text;
    bool plain = !who.empty() && who.find_first_of("\"\\$\n`") == std::string_view::npos;
    if (plain)
      out.add(in.span, kMessage,
              {Edit{in.span, out.text({"LABEL org.opencontainers.image.authors=\"", who, "\""}), {}}});
    else
      out.add(in.span, kMessage);
  }
}

constexpr std::string_view kAliases[] = {"DL4000",
                                         "DS-0022",
                                         "CKV_DOCKER_6",
                                         "maintainer-is-deprecated",
                                         "maintainer_instruction_being_used",
                                         "MaintainerDeprecated"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/reference/build-checks/maintainer-deprecated/"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nMAINTAINER Team Web <web@team.example>\n",
     .good = "FROM debian:12-slim\nLABEL org.opencontainers.image.authors=\"Team Web <web@team.example>\"\n"},
    {.good = "FROM debian:12-slim\nLABEL maintainer=web\n"},
};
constexpr Check kChecks[] = {{.id = "DF075",
                              .name = "maintainer-used",
                              .title = "MAINTAINER used",
                              .severity = Severity::info,
                              .fix = Fix::safe,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Use LABEL org.opencontainers.image.authors.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::maintainer_used
