#include "base/text.h"
#include "checks/base_images.h"
#include "checks/check.h"
#include "checks/image_reference.h"
#include "checks/inputs.h"
#include "checks/packages.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::sudo_used {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// RUN is root unless USER says otherwise; then sudo does nothing but change the environment. In the container it is a
// way up for whoever breaks in.
bool is_root_at(const dockerfile::File& file, const Instruction& in) {
  if (in.onbuild || in.stage < 0) return false;
  if (const Instruction* user = in_effect_at(file, in, Keyword::user)) {
    std::string_view name = user->words.empty() ? std::string_view{} : cut(user->words[0].text, ":").before;
    return name == "root" || name == "0";
  }
  std::string_view base = base_image(file, file.stages[in.stage]);
  ImageReference image = parse_image_reference(base);
  return !base.empty() && image.official() && !runs_unprivileged(image);
}

void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::run) continue;
    for (const shell::Command& command : in.commands) {
      if (command.words.empty() || base_name(command.words[0].text) != "sudo") continue;
      const shell::Word& sudo = command.words[0];
      constexpr std::string_view kMessage = "sudo in a build step: switch by USER instead";
      bool plain = command.words.size() > 1 && sudo.span.of(input.file.bytes) == "sudo" &&
                   !command.words[1].text.starts_with('-') && is_root_at(input.file, in);
      uint32_t end = sudo.span.end;
      while (plain && end < input.file.bytes.size() && input.file.bytes[end] == ' ') ++end;
      if (plain && end < command.words[1].span.begin + 1 && end == command.words[1].span.begin)
        out.add(sudo.span, kMessage, {Edit{{sudo.span.begin, end}, {}, {}}});
      else
        out.add(sudo.span, kMessage);
    }
  }
  for (const Instruction* in : shipped_instructions(input, Keyword::run)) {
    for (size_t i = 0; i < in->commands.size(); ++i) {
      PackageCall call = package_call(in->commands[i]);
      if (call.task != PackageTask::install || removed_later(in->commands, i)) continue;
      for (const shell::Word* package : call.packages)
        if (package_name(package->text) == "sudo")
          out.add(package->span, "the image has sudo: whoever gets into the container has a way to become root");
    }
  }
}

constexpr std::string_view kAliases[] = {"DL3004",      "DS-0010",       "CKV2_DOCKER_1", "no-sudo-in-dockerfile",
                                         "DKL-DI-0001", "run_using_sudo"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/build/building/best-practices/#user"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nRUN apt-get update && sudo  apt-get install -y curl\n",
     .good = "FROM debian:12-slim\nRUN apt-get update && apt-get install -y curl\n"},
    {.bad = "FROM debian:12-slim\nRUN apt-get update && apt-get install -y curl sudo\n"},
    {.bad = "FROM registry.example/app:1\nUSER app\nRUN sudo -E make install\n"},
    {.good = "FROM debian:12-slim\nRUN echo sudo && rm -rf /etc/sudoers.d && cp sudo.txt /srv\n"},
    {.good = "FROM debian:12-slim AS build\nRUN apt-get install -y sudo\nFROM scratch\nCOPY --from=build /app /app\n"},
};
constexpr Check kChecks[] = {{.id = "DF026",
                              .name = "sudo-used",
                              .title = "sudo used or installed",
                              .severity = Severity::medium,
                              .fix = Fix::safe,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Do what needs root before USER, and drop sudo; where a program must change "
                                        "users when it starts, gosu or setpriv will do.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::sudo_used
