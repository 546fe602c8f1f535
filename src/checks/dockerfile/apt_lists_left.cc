#include "base/text.h"
#include "checks/check.h"
#include "checks/commands.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::apt_lists_left {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

constexpr std::string_view kLists = "/var/lib/apt/lists";

// `rm -rf /var/lib/apt/lists/*` in its spellings, also a folder above and `/var/lib/{apt,dpkg}/...`.
bool removes_lists(const shell::Command& command) {
  std::string_view program = command.program();
  if (program != "rm" && program != "find") return false;
  for (const shell::Word& word : command.arguments()) {
    std::string_view text = word.text;
    if (text.starts_with(kLists)) return true;
    while (text.ends_with('/') || text.ends_with('*')) text.remove_suffix(1);
    if (text == "/var/lib/apt" || text == "/var/lib" || text == "/var") return true;
    if (text.starts_with("/var/") && text.find('{') != std::string_view::npos &&
        text.find("apt") != std::string_view::npos)
      return true;
  }
  return false;
}

void run(const DockerfileInput& input, Findings& out) {
  const std::vector<bool> shipped = shipped_layers(input);
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::run || in.onbuild || in.stage < 0 || !shipped[in.stage]) continue;
    bool mounted = false;
    for (std::string_view target : scratch_mounts(in))
      mounted |= target == kLists || (kLists.starts_with(target) && kLists[target.size()] == '/');
    if (mounted) continue;
    const shell::Command* update = nullptr;
    for (const shell::Command& command : in.commands) {
      std::string_view program = command.program();
      if (program == "apt-get" || program == "apt" || program == "aptitude") {
        const shell::Word* what = subcommand(command.arguments(), "oct");
        if (what != nullptr && what->text == "update" && update == nullptr) update = &command;
      } else if (update != nullptr && removes_lists(command)) {
        update = nullptr;
      }
    }
    if (update == nullptr) continue;
    constexpr std::string_view kMessage = "apt's package lists stay in this layer";
    const shell::Command& last = in.commands.back();
    bool plain_end = in.form == dockerfile::Form::shell && in.heredocs.empty() && last.depth == 0 &&
                     last.span.end == in.span.end && last.joint == shell::Joint::end;
    if (plain_end)
      out.add(update->span, kMessage, {Edit{{in.span.end, in.span.end}, " && rm -rf /var/lib/apt/lists/*", {}}});
    else
      out.add(update->span, kMessage);
  }
}

constexpr std::string_view kAliases[] = {"DL3009", "DKL-DI-0005", "remove-package-lists", "remove-package-cache",
                                         "apt_get_install_lists_were_not_deleted"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/build/building/best-practices/#apt-get"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nRUN apt-get update && apt-get install -y curl && apt-get clean\n",
     .good = "FROM debian:12-slim\nRUN apt-get update && apt-get install -y curl && apt-get clean && rm -rf "
             "/var/lib/apt/lists/*\n"},
    {.bad =
         "FROM debian:12-slim\nRUN apt-get update\nRUN rm -rf /var/lib/apt/lists/*\n"},  // the layer above keeps them
    {.good = "FROM debian:12-slim\nRUN apt-get update && apt-get install -y curl; rm -fr \"/var/lib/apt/lists/\"*\n"},
    {.good = "FROM debian:12-slim AS build\nRUN apt-get update\nFROM scratch\nCOPY --from=build /app /app\n"},
    {.good = "FROM debian:12-slim\nRUN --mount=type=cache,target=/var/lib/apt,sharing=locked apt-get update && apt-get "
             "install -y curl\n"},
    {.good = "FROM debian:12-slim\nRUN --mount=type=tmpfs,target=/var/lib/apt/lists apt-get update\n"},
};
constexpr Check kChecks[] = {
    {.id = "DF051",
     .name = "apt-lists-left",
     .title = "apt lists left in the layer",
     .severity = Severity::low,
     .fix = Fix::safe,
     .aliases = kAliases,
     .references = kReferences,
     .advice = "End the RUN that updates with rm -rf /var/lib/apt/lists/*; a later RUN cannot shrink it.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::apt_lists_left
