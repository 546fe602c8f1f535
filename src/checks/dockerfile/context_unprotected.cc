#include <algorithm>
#include <string>
#include <vector>

#include "base/glob.h"
#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::context_unprotected {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// docs.docker.com/build/concepts/context, ".dockerignore files": later lines win, `!` takes back, and a name ignored
// hides what is below it.
bool ignores(std::string_view patterns, std::string_view name) {
  bool ignored = false;
  while (!patterns.empty()) {
    std::string_view line = trim(take_line(patterns));
    if (line.empty() || line.starts_with('#')) continue;
    bool back = line.starts_with('!');
    if (back) line = trim(line.substr(1));
    while (line.starts_with('/')) line.remove_prefix(1);
    if (line.starts_with("./")) line.remove_prefix(2);
    while (line.starts_with("**/")) line.remove_prefix(3);
    if (line.ends_with("/**")) line.remove_suffix(3);
    while (line.ends_with('/')) line.remove_suffix(1);
    if (line == "**" || line == "." || line.empty()) line = "*";
    if (line.find('/') != std::string_view::npos) continue;  // speaks of what is below
    if (glob_match(line, name)) ignored = !back;
  }
  return ignored;
}

std::string join(std::string_view directory, std::string_view name) {
  return directory.empty() || directory == "." ? std::string(name) : std::string(directory) + "/" + std::string(name);
}

// The file that Docker would read, as far as it is known which folder is the context: NAME.dockerignore beside the
// Dockerfile wins over .dockerignore in the context.
const Source* ignore_file(const DockerfileInput& input) {
  if (const Source* own = input.sources->find(std::string(input.path) + ".dockerignore")) return own;
  for (const Service* service : input.services)
    if (service->build.context.known())
      if (const Source* found = input.sources->find(join(service->build.context.value, ".dockerignore"))) return found;
  if (!input.services.empty()) return nullptr;
  if (const Source* beside = input.sources->find(join(directory_of(input.path), ".dockerignore"))) return beside;
  return input.sources->find(".dockerignore");
}

void run(const DockerfileInput& input, Findings& out) {
  if (input.sources == nullptr) return;
  const Source* ignore = ignore_file(input);
  std::string_view patterns = ignore == nullptr ? std::string_view{} : ignore->bytes;
  std::string_view missing;
  std::string lines;
  for (std::string_view name : {".git", ".env"}) {
    if (ignores(patterns, name)) continue;
    missing = missing.empty() ? name : out.text({missing, " and ", name});
    lines.append(name).push_back('\n');
  }
  if (missing.empty()) return;
  std::vector<const Instruction*> shipped = shipped_instructions(input, Keyword::copy);
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::copy || in.onbuild || in.flag("from") != nullptr) continue;
    bool whole = std::ranges::any_of(in.sources(), [](const dockerfile::Word& word) {
      return word.text == "." || word.text == "./" || word.text == "/" || word.text == "*";
    });
    if (!whole) continue;
    bool ships = std::ranges::find(shipped, &in) != shipped.end();
    Severity severity = ships ? out.check().severity : Severity::low;
    if (ignore == nullptr) {
      out.as(severity).add(
          in.span,
          ships ? "the whole build context is copied into the image, and no .dockerignore keeps .git, .env and keys out"
                : "the whole build context is copied into a build stage, and no .dockerignore keeps .git, .env and "
                  "keys out");
      continue;
    }
    std::string_view message =
        out.text({"the whole build context is copied, and ", ignore->path, " does not keep out ", missing});
    uint32_t end = static_cast<uint32_t>(patterns.size());
    bool open = !patterns.empty() && !patterns.ends_with('\n');
    out.as(severity).add(in.span, message, {Edit{{end, end}, out.text({open ? "\n" : "", lines}), ignore->path}});
    break;  // one edit mends all
  }
}

constexpr std::string_view kAliases[] = {"CopyIgnoredFile"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/build/concepts/context/#dockerignore-files"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nCOPY . /srv/\n"},
    {.bad = "-- Dockerfile --\nFROM debian:12-slim\nCOPY . /srv/\n-- .dockerignore --\nnode_modules\n",
     .good = "-- Dockerfile --\nFROM debian:12-slim\nCOPY . /srv/\n-- .dockerignore --\nnode_modules\n.git\n.env\n"},
    {.bad = "FROM debian:12-slim AS build\nCOPY ./ /src/\nFROM scratch\nCOPY --from=build /app /app\n"},
    {.good =
         "-- Dockerfile --\nFROM debian:12-slim\nCOPY . /srv/\n-- .dockerignore --\n**/.git\n.env*\n!.env.example\n"},
    {.good = "-- Dockerfile --\nFROM debian:12-slim\nCOPY . /srv/\n-- .dockerignore --\n*\n!src\n"},
    {.good = "-- docker/Dockerfile --\nFROM debian:12-slim\nCOPY . /srv/\n-- docker/Dockerfile.dockerignore --\n.*\n"},
    {.good = "FROM debian:12-slim AS build\nFROM scratch\nCOPY --from=build . /\nCOPY src /src\n"},
};
constexpr Check kChecks[] = {{.id = "DF015",
                              .name = "context-unprotected",
                              .title = "COPY . of the context without a protecting .dockerignore",
                              .severity = Severity::high,
                              .fix = Fix::safe,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Write a .dockerignore that lists .git, .env*, keys, dependencies and what "
                                        "else is not the application, or copy by name.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::context_unprotected
