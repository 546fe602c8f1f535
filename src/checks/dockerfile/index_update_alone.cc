#include "base/text.h"
#include "checks/check.h"
#include "checks/commands.h"
#include "checks/inputs.h"
#include "checks/packages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::index_update_alone {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// Docker caches the step: next month's install in the step below works on today's index, and fails or installs old
// packages.
bool refreshes(const PackageCall& call) { return call.task == PackageTask::refresh; }

// Anything that may read the index: an install, a script, a tool with an install of its own.
bool may_install(const shell::Command& command) {
  PackageCall call = package_call(command);
  if (!call.manager.empty())
    return call.task == PackageTask::install || call.task == PackageTask::upgrade || call.task == PackageTask::other;
  if (!command.words.empty() && (command.words[0].text.find('/') != std::string_view::npos || command.words[0].expands))
    return true;
  std::string_view program = command.program();
  if (program.ends_with(".sh") || program == "xargs" || program == "." || program == "source" || program == "dpkg" ||
      program == "make")
    return true;
  for (const shell::Word& word : command.arguments())
    if (word.text.find("install") != std::string_view::npos || word.text.find("apt") != std::string_view::npos ||
        word.text.ends_with(".sh"))
      return true;
  return false;
}

void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::run) continue;
    bool kept = false;
    for (std::string_view target : scratch_mounts(in))
      kept |= target.starts_with("/var/lib/apt") || target.starts_with("/var/cache");
    if (kept) continue;
    constexpr std::string_view kMessage = "the package index is updated in a step of its own, which Docker caches";
    if (in.form == dockerfile::Form::exec && in.words.size() >= 2) {
      std::string_view program = base_name(in.words[0].text);
      std::string_view verb;
      bool installs = false;
      for (const dockerfile::Word& word : in.words.subspan(1)) {
        if (verb.empty() && !word.text.starts_with('-')) verb = word.text;
        installs |= word.text == "add" || word.text == "install";
      }
      bool manager = program == "apt-get" || program == "apt" || program == "apk";
      if (manager && verb == "update" && !installs) out.add(in.span, kMessage);
    }
    const shell::Command* update = nullptr;
    for (const shell::Command& command : in.commands) {
      if (refreshes(package_call(command)))
        update = &command;
      else if (update != nullptr && may_install(command))
        update = nullptr;
    }
    if (update == nullptr) continue;
    // Where the install stands in the next RUN, the two become one.
    const Instruction* next =
        &in + 1 < input.file.instructions.data() + input.file.instructions.size() ? &in + 1 : nullptr;
    bool joins = next != nullptr && next->keyword == Keyword::run && next->stage == in.stage && !next->onbuild &&
                 !in.onbuild && in.form == dockerfile::Form::shell && next->form == dockerfile::Form::shell &&
                 in.flags.empty() && next->flags.empty() && in.heredocs.empty() && next->heredocs.empty() &&
                 !next->commands.empty() && !in.commands.empty() && in.commands.back().joint == shell::Joint::end &&
                 next->commands[0].depth == 0 &&
                 package_call(next->commands[0]).manager == package_call(*update).manager &&
                 package_call(next->commands[0]).task == PackageTask::install;
    if (joins) {
      std::string_view between = Span{in.span.end, next->span.begin}.of(input.file.bytes);
      std::string_view before = Span{next->keyword_span.end, next->commands[0].span.begin}.of(input.file.bytes);
      joins = trim(between).empty() && before == " ";
    }
    if (joins)
      out.add(update->span, kMessage, {Edit{{in.span.end, next->commands[0].span.begin}, " && ", {}}});
    else
      out.add(update->span, kMessage);
  }
}

constexpr std::string_view kAliases[] = {"DS-0017", "CKV_DOCKER_5", "CIS-DI-0007", "CIS 4.7",
                                         "update_instruction_alone"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/build/building/best-practices/#apt-get",
                                            "CIS Docker 4.7"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nRUN apt-get update\nRUN apt-get install -y curl\n",
     .good = "FROM debian:12-slim\nRUN apt-get update && apt-get install -y curl\n"},
    {.bad = "FROM alpine:3.22\nRUN apk update && adduser -D app\n"},
    {.bad = "FROM debian:12-slim\nRUN [\"apt-get\", \"update\"]\n"},
    {.good = "FROM debian:12-slim\nRUN apt-get update && apt-get install -y curl\nRUN [\"apk\", \"--update\", \"add\", "
             "\"curl\"]\n"},
    {.good = "FROM alpine:3.22\nRUN apk --update add curl && npm update\n"},
    {.good = "FROM debian:12-slim\nRUN <<EOF\napt-get update\napt-get install -y curl\nEOF\n"},
    {.good = "FROM debian:12-slim\nRUN /usr/bin/update && ./update\n"},
    {.good = "FROM debian:12-slim\nRUN --mount=type=cache,target=/var/lib/apt apt-get update\n"},
    {.good = "FROM mcr.microsoft.com/playwright:v1.55.0\nRUN apt-get update && npx playwright install --with-deps\n"},
};
constexpr Check kChecks[] = {{.id = "DF056",
                              .name = "index-update-alone",
                              .title = "Package index update alone in a RUN",
                              .severity = Severity::medium,
                              .fix = Fix::safe,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Update and install in one RUN.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::index_update_alone
