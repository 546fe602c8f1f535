#include <algorithm>

#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::prefix_tree_copied {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

void run(const DockerfileInput& input, Findings& out) {
  constexpr std::string_view kTrees[] = {"/usr/local/bin", "/usr/bin", "/usr/local", "/usr",
                                         "/opt",           "/bin",     "/usr/sbin"};
  for (const Instruction* in : shipped_instructions(input, Keyword::copy)) {
    if (in->flag("from") == nullptr) continue;
    for (const dockerfile::Word& word : in->sources()) {
      std::string_view path = word.text;
      if (path.ends_with("/*") || path.ends_with("/.")) path.remove_suffix(2);
      while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
      if (std::ranges::find(kTrees, path) != std::end(kTrees))
        out.add(word.span, out.text({"all of ", path,
                                     " is copied: pip, compilers and what else the build stage has there come along"}));
    }
  }
}

constexpr std::string_view kReferences[] = {"https://docs.docker.com/build/building/multi-stage/"};
constexpr Example kExamples[] = {
    {.bad = "FROM python:3.13-slim AS build\nFROM python:3.13-slim\nCOPY --from=build /usr/local/bin /usr/local/bin\n"},
    {.bad = "FROM python:3.13-slim AS build\nFROM python:3.13-slim\nCOPY --from=build /usr/local/ /usr/local/\n"},
    {.good = "FROM python:3.13-slim AS build\nFROM python:3.13-slim\nCOPY --from=build /usr/local/bin/gunicorn "
             "/usr/local/bin/\nCOPY --from=build /opt/venv /opt/venv\nCOPY bin /usr/local/bin\n"},
};
constexpr Check kChecks[] = {
    {.id = "DF089",
     .name = "prefix-tree-copied",
     .title = "COPY --from takes a whole bin or prefix tree",
     .severity = Severity::low,
     .references = kReferences,
     .advice =
         "Copy the files by name, or install into a folder of its own (a virtual environment, --prefix) and copy that.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::prefix_tree_copied
