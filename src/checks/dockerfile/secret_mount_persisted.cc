#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/packages.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::secret_mount_persisted {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

std::vector<std::string> mounted_secrets(const Instruction& in) {
  std::vector<std::string> paths;
  for (const dockerfile::Flag& flag : in.flags) {
    if (flag.name != "mount" || flag.value.find("type=secret") == std::string_view::npos) continue;
    std::string_view id, target;
    bool variable = false;
    for (std::string_view field : split(flag.value, ',')) {
      Cut pair = cut(field, "=");
      if (pair.before == "id") id = pair.after;
      if (pair.before == "target" || pair.before == "dst" || pair.before == "destination") target = pair.after;
      variable |= pair.before == "env";
    }
    if (!target.empty())
      paths.emplace_back(target);
    else if (!id.empty() && !variable)
      paths.push_back("/run/secrets/" + std::string(id));
  }
  return paths;
}

// Written to a file that is in the layer: not to a device, and not to where nothing stays.
bool stays(std::string_view path) {
  return !path.empty() && !path.starts_with("/dev/") && !path.starts_with("/run/") && !path.starts_with("/proc/") &&
         path != "&1" && path != "&2" && path != "-";
}

const shell::Word* written_to(const shell::Command& command) {
  for (const shell::Redirection& to : command.redirections)
    if ((to.op == ">" || to.op == ">>" || to.op == "&>") && to.fd != 2 && stays(to.target.text)) return &to.target;
  return nullptr;
}

// The mount is gone after the step; a copy of it is not.
void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction* in : shipped_instructions(input, Keyword::run)) {
    std::vector<std::string> secrets = mounted_secrets(*in);
    for (size_t i = 0; i < in->commands.size(); ++i) {
      const shell::Command& command = in->commands[i];
      std::string_view program = command.program();
      std::span<const shell::Word> words = command.arguments();
      const shell::Word* target = nullptr;
      if ((program == "cp" || program == "install" || program == "mv" || program == "ln") && words.size() >= 2) {
        bool symbolic = program == "ln" && command.has_flag("--symbolic", 's');
        if (std::ranges::find(secrets, words[words.size() - 2].text) != secrets.end() && stays(words.back().text) &&
            !symbolic)
          target = &words.back();
      } else if (program == "cat") {
        for (const shell::Word& word : words)
          if (std::ranges::find(secrets, word.text) != secrets.end()) target = written_to(command);
      } else if (program == "echo" || program == "printf") {
        for (const shell::Word& word : words) {
          if (!word.expands) continue;
          for (const std::string& secret : secrets)
            if (word.text.find(secret) != std::string_view::npos) target = written_to(command);
        }
      }
      if (target == nullptr || deleted_later(in->commands, i, {target->text})) continue;
      out.add(command.span,
              out.text({"the mounted secret is written to ", target->text, ", which stays in the layer"}));
    }
  }
}

constexpr std::string_view kReferences[] = {"https://docs.docker.com/build/building/secrets/"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nRUN --mount=type=secret,id=token cp /run/secrets/token /srv/token\n"},
    {.bad = "FROM debian:12-slim\nRUN --mount=type=secret,id=token cat /run/secrets/token > /srv/token\n"},
    {.bad = "FROM debian:12-slim\nRUN --mount=type=secret,id=token,target=/t echo \"TOKEN=$(cat /t)\" >> .env\n"},
    {.good =
         "FROM debian:12-slim\nRUN --mount=type=secret,id=token TOKEN=$(cat /run/secrets/token) make > build.log\n"},
    {.good = "FROM debian:12-slim\nRUN --mount=type=secret,id=token cp /run/secrets/token /srv/token && make && rm -f "
             "/srv/token\n"},
    {.good = "FROM debian:12-slim AS build\nRUN --mount=type=secret,id=token cp /run/secrets/token /t\nFROM "
             "scratch\nCOPY --from=build /app /app\n"},
};
constexpr Check kChecks[] = {
    {.id = "DF016",
     .name = "secret-mount-persisted",
     .title = "Build secret persisted by a mount misuse",
     .severity = Severity::high,
     .references = kReferences,
     .advice = "Let the program read the mount where it is, or remove the copy in the same RUN.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::secret_mount_persisted
