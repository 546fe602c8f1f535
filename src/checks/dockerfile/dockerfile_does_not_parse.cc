#include <algorithm>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::dockerfile_does_not_parse {
namespace {

using dockerfile::Instruction;

// A comment has a line of its own; behind an instruction it becomes arguments, and the build fails or, worse, does
// something else. Such a text moves to a line above.
void run(const DockerfileInput& input, Findings& out) {
  std::string_view bytes = input.file.bytes;
  for (const tree::Problem& problem : input.file.problems) {
    auto owner = std::ranges::upper_bound(input.file.instructions, problem.at.begin, {},
                                          [](const Instruction& in) { return in.span.begin; });
    const Instruction* in = owner == input.file.instructions.begin() ? nullptr : &*std::prev(owner);
    std::string_view text = problem.at.of(bytes);
    bool trailing_comment = in != nullptr && text.starts_with('#') && text.find('\n') == std::string_view::npos &&
                            in->span.end == problem.at.end;
    if (!trailing_comment) {
      out.add(problem.at, problem.message);
      continue;
    }
    uint32_t begin = problem.at.begin;
    while (begin > 0 && (bytes[begin - 1] == ' ' || bytes[begin - 1] == '\t')) --begin;
    out.add(
        problem.at, problem.message,
        {Edit{{in->span.begin, in->span.begin}, out.text({text, "\n"}), {}}, Edit{{begin, problem.at.end}, {}, {}}});
  }
}

constexpr std::string_view kReferences[] = {"https://docs.docker.com/reference/dockerfile/#format"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim AS base # the start\nUSER app # not root\n",
     .good = "# the start\nFROM debian:12-slim AS base\n# not root\nUSER app\n"},
    {.bad = "FROM debian:12-slim\nRUNS make\n"},
    {.bad = "FROM debian:12-slim\nCOPY app\n"},
    {.good = "FROM debian:12-slim\nRUN make # all\n"},
    {.good = "FROM debian:12-slim\nENV COLOUR=\"#fff\" URL=https://a.example/#top\n"},
    {.good = "FROM debian:12-slim\n# a comment\nRUN make \\\n  # inside\n  all\n"},
};
constexpr Check kChecks[] = {
    {.id = "DF096",
     .name = "dockerfile-does-not-parse",
     .title = "Dockerfile does not parse as meant",
     .severity = Severity::high,
     .fix = Fix::safe,
     .references = kReferences,
     .advice = "Give comments a line of their own, and check the instruction against the reference.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::dockerfile_does_not_parse
