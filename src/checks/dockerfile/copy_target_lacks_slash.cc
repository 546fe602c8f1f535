#include <algorithm>

#include "checks/check.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::copy_target_lacks_slash {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// BuildKit reads "." and ".." as directories, too.
void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::copy || in.sources().size() < 2) continue;
    const dockerfile::Word& target = in.words.back();
    std::string_view text = target.text;
    if (text.ends_with('/') || text.ends_with('\\') || text == "." || text == ".." || text.ends_with("/.") ||
        text.ends_with("/.."))
      continue;
    if (text.empty() || text.find('$') != std::string_view::npos) continue;
    bool heredoc =
        std::ranges::any_of(in.sources(), [](const dockerfile::Word& source) { return source.text.starts_with("<<"); });
    if (heredoc) continue;
    std::string_view written = target.span.of(input.file.bytes);
    uint32_t end = written.ends_with('"') || written.ends_with('\'') ? target.span.end - 1 : target.span.end;
    out.add(target.span, "several sources need a directory as their target, with a slash at its end",
            {Edit{{end, end}, "/", {}}});
  }
}

constexpr std::string_view kAliases[] = {"DL3021", "DS-0011",
                                         "copy_with_more_than_two_arguments_not_ending_with_slash"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/reference/dockerfile/#destination"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nCOPY a b /srv\n", .good = "FROM debian:12-slim\nCOPY a b /srv/\n"},
    {.bad = "FROM debian:12-slim\nCOPY --chown=1:1 [\"a\", \"b\", \"/srv\"]\n",
     .good = "FROM debian:12-slim\nCOPY --chown=1:1 [\"a\", \"b\", \"/srv/\"]\n"},
    {.good = "FROM debian:12-slim\nWORKDIR /srv\nCOPY a b ./\nCOPY a b .\nCOPY \"a\" \"b\" \"/x/\"\nCOPY a* /srv\nCOPY "
             "a b $DIR\n"},
    {.good = "FROM debian:12-slim\nCOPY <<a <<b /srv/\nx\na\ny\nb\n"},
};
constexpr Check kChecks[] = {{.id = "DF070",
                              .name = "copy-target-lacks-slash",
                              .title = "COPY with several sources, target lacks /",
                              .severity = Severity::medium,
                              .fix = Fix::safe,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "End the target with a slash.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::copy_target_lacks_slash
