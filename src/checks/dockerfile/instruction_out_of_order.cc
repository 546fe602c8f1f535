#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::instruction_out_of_order {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

void run(const DockerfileInput& input, Findings& out) {
  bool has_from = false;
  for (const Instruction& in : input.file.instructions) has_from |= in.keyword == Keyword::from && !in.onbuild;
  bool started = !has_from;  // a fragment is no Dockerfile of its own
  for (const Instruction& in : input.file.instructions) {
    started |= in.keyword == Keyword::from;
    if (!started && in.keyword != Keyword::arg && in.keyword != Keyword::unknown)
      out.add(in.span, "only ARG may stand before the first FROM");
    if (in.keyword != Keyword::onbuild) continue;
    // The parser keeps the keyword where it takes no such trigger.
    std::string_view trigger = trim(Span{in.span.begin + 7, in.span.end}.of(input.file.bytes));
    for (std::string_view refused : {"ONBUILD", "FROM", "MAINTAINER"}) {
      bool names = trigger.size() > refused.size() && is_space(trigger[refused.size()]) &&
                   equal_ignoring_case(trigger.substr(0, refused.size()), refused);
      if (names) out.add(in.span, out.text({"ONBUILD takes no ", refused}));
    }
  }
}

constexpr std::string_view kAliases[] = {"DL3043", "DL3061"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/reference/dockerfile/#format",
                                            "https://docs.docker.com/reference/dockerfile/#onbuild"};
constexpr Example kExamples[] = {
    {.bad = "RUN true\nFROM debian:12-slim\n"},
    {.bad = "FROM debian:12-slim\nONBUILD FROM debian:12-slim\n"},
    {.bad = "FROM debian:12-slim\nONBUILD ONBUILD RUN true\n"},
    {.good = "# a comment\nARG TAG=12-slim\nFROM debian:$TAG\nONBUILD RUN true\n"},
    {.good = "RUN true\n"},
};
constexpr Check kChecks[] = {
    {.id = "DF077",
     .name = "instruction-out-of-order",
     .title = "Invalid instruction order or ONBUILD target",
     .severity = Severity::medium,
     .aliases = kAliases,
     .references = kReferences,
     .advice = "Begin with ARG and FROM; put triggers that build on each other into the images that use them.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::instruction_out_of_order
