#include <algorithm>
#include <vector>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::env_refers_to_itself {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// Names that a value refers to: $NAME, ${NAME...}; an escaped $ names nothing.
std::vector<std::string_view> names_in(std::string_view value, char escape) {
  std::vector<std::string_view> names;
  for (size_t i = 0; i + 1 < value.size(); ++i) {
    if (value[i] == escape) {
      ++i;
      continue;
    }
    if (value[i] != '$') continue;
    size_t begin = value[i + 1] == '{' ? i + 2 : i + 1, end = begin;
    while (end < value.size() && (is_letter(value[end]) || is_digit(value[end]) || value[end] == '_')) ++end;
    if (end > begin) names.push_back(value.substr(begin, end - begin));
  }
  return names;
}

// Values are expanded with what held before the instruction (docs.docker.com/reference/dockerfile, "Environment
// replacement"), so a name that the same ENV sets is still empty.
void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::env || in.pairs.size() < 2) continue;
    for (const dockerfile::Pair& pair : in.pairs) {
      for (std::string_view name : names_in(pair.value, input.file.escape)) {
        if (name == pair.name || name == "PATH") continue;
        bool set_here =
            std::ranges::any_of(in.pairs, [&](const dockerfile::Pair& other) { return other.name == name; });
        if (set_here && variable_at(input.file, in, name) == nullptr)
          out.add_item(
              pair.name, pair.span,
              out.text({pair.name, " refers to ", name, ", which this same ENV sets: there it is still empty"}));
      }
    }
  }
}

constexpr std::string_view kAliases[] = {"DL3044"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/reference/dockerfile/#environment-replacement"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nENV BASE=/srv APP=$BASE/app\n"},
    {.bad = "FROM debian:12-slim\nENV APP=\"${BASE:-/x}/app\" \\\n    BASE=/srv\n"},
    {.good = "FROM debian:12-slim\nENV BASE=/srv\nENV BASE=/opt APP=$BASE/app PATH=$PATH:/srv/bin\n"},
    {.good = "FROM debian:12-slim\nENV BASE=/srv APP=\\$BASE OTHER=$BASEMENT\n"},
};
constexpr Check kChecks[] = {{.id = "DF076",
                              .name = "env-refers-to-itself",
                              .title = "ENV refers to a variable defined in the same ENV",
                              .severity = Severity::medium,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Set the first variable in an ENV of its own.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::env_refers_to_itself
