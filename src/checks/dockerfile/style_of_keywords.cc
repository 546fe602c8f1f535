#include <string>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::style_of_keywords {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// BuildKit's three questions of style: keywords in one case, AS as FROM is written, no empty line inside an
// instruction.
bool is_lower(std::string_view word) { return word == to_lower(word); }

std::string to_upper(std::string_view word) {
  std::string text(word);
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return text;
}

// Lines with nothing on them behind a line that goes on.
void find_empty_lines(const dockerfile::File& file, const Instruction& in, Findings& out) {
  if (!in.heredocs.empty() || (in.keyword == Keyword::onbuild)) return;
  bool goes_on = false;
  uint32_t at = in.span.begin;
  while (at < in.span.end) {
    size_t newline = file.bytes.find('\n', at);
    uint32_t end = newline == std::string_view::npos ? in.span.end : static_cast<uint32_t>(newline) + 1;
    std::string_view line = trim(Span{at, end}.of(file.bytes));
    if (line.empty() && goes_on && end < in.span.end)
      out.add({at, end}, "an empty line inside an instruction; BuildKit will refuse it one day",
              {Edit{{at, end}, {}, {}}});
    if (!line.empty() && !line.starts_with('#')) goes_on = line.ends_with(file.escape);
    at = end;
  }
}

void run(const DockerfileInput& input, Findings& out) {
  size_t lower_case = 0, upper_case = 0;
  auto keyword_of = [&](const Instruction& in) { return in.keyword_span.of(input.file.bytes); };
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword == Keyword::unknown) continue;
    (is_lower(keyword_of(in)) ? lower_case : upper_case) += 1;
  }
  bool to_lower_case = lower_case > upper_case;
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword == Keyword::unknown) continue;
    std::string_view written = keyword_of(in);
    std::string wanted = to_lower_case ? to_lower(written) : to_upper(written);
    if (written != wanted)
      out.add(in.keyword_span, out.text({written, " is written unlike the other instructions"}),
              {Edit{in.keyword_span, wanted, {}}});
    find_empty_lines(input.file, in, out);
  }
  for (const dockerfile::Stage& stage : input.file.stages) {
    if (stage.name.empty() || stage.name_span.begin < stage.reference_span.end) continue;
    std::string_view between = Span{stage.reference_span.end, stage.name_span.begin}.of(input.file.bytes);
    std::string_view as = trim(between);
    if (as.size() != 2 || !equal_ignoring_case(as, "as")) continue;
    uint32_t begin = stage.reference_span.end + static_cast<uint32_t>(between.find(as));
    std::string_view wanted = to_lower_case ? "as" : "AS";
    if (as != wanted)
      out.add({begin, begin + 2}, "AS and FROM are written in different cases", {Edit{{begin, begin + 2}, wanted, {}}});
  }
}

constexpr std::string_view kAliases[] = {"ConsistentInstructionCasing", "FromAsCasing", "NoEmptyContinuation"};
constexpr std::string_view kReferences[] = {
    "https://docs.docker.com/reference/build-checks/consistent-instruction-casing/",
    "https://docs.docker.com/reference/build-checks/from-as-casing/",
    "https://docs.docker.com/reference/build-checks/no-empty-continuation/"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim as build\nrun true\nCOPY a /a\n",
     .good = "FROM debian:12-slim AS build\nRUN true\nCOPY a /a\n"},
    {.bad = "FROM debian:12-slim\nRUN a && \\\n\n    b\n", .good = "FROM debian:12-slim\nRUN a && \\\n    b\n"},
    {.good = "from debian:12-slim as build\nrun true\n"},
    {.good = "FROM debian:12-slim AS build\nRUN a && \\\n  # a comment\n    b\n\nRUN <<EOF\na \\\n\nb\nEOF\n"},
};
constexpr Check kChecks[] = {{.id = "DF085",
                              .name = "style-of-keywords",
                              .title = "Style: casing, empty continuation, comment in exec form",
                              .severity = Severity::info,
                              .fix = Fix::safe,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Write keywords in capitals, and no empty lines inside an instruction.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::style_of_keywords
