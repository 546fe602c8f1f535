#include <string>

#include "checks/check.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::legacy_env_form {
namespace {

using dockerfile::Keyword;

// `ENV name value` takes the rest of the line as one value, so that a second pair on it is swallowed.
void run(const DockerfileInput& input, Findings& out) {
  for (const dockerfile::Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::env && in.keyword != Keyword::label) continue;
    for (const dockerfile::Pair& pair : in.pairs) {
      if (!pair.legacy) continue;
      std::string_view message = "a blank instead of = between name and value is the legacy form";
      std::string_view value = pair.value_span.of(input.file.bytes);
      Span gap{pair.name_span.end, pair.value_span.begin};
      bool plain = value.find_first_of(" \t\"'\\`\n\r#") == std::string_view::npos;
      bool needs_quotes = value.find_first_of("\t\"'\\`\n\r#") == std::string_view::npos;
      if (plain)
        out.add(in.span, message, {Edit{gap, "=", {}}});
      else if (needs_quotes)
        out.add(in.span, message, {Edit{{gap.begin, pair.value_span.end}, out.text({"=\"", value, "\""}), {}}});
      else
        out.add(in.span, message);
    }
  }
}

constexpr std::string_view kAliases[] = {"LegacyKeyValueFormat"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/reference/build-checks/legacy-key-value-format/"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nENV PYTHONUNBUFFERED 1\nENV GREETING  hello you\n",
     .good = "FROM debian:12-slim\nENV PYTHONUNBUFFERED=1\nENV GREETING=\"hello you\"\n"},
    {.good = "FROM debian:12-slim\nENV A=1 B=\"2 3\"\n"},
    {.good = "FROM debian:12-slim\nLABEL org.opencontainers.image.title=\"a b\"\n"},
};
constexpr Check kChecks[] = {{.id = "DF083",
                              .name = "legacy-env-form",
                              .title = "Legacy `ENV key value` form",
                              .severity = Severity::info,
                              .fix = Fix::safe,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Write ENV name=value.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::legacy_env_form
