#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::password_set_in_image {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// A password in an image is the same in every container of it, and its hash is in /etc/shadow of a layer.
bool is_locked(std::string_view hash) {
  return hash.empty() || hash == "!" || hash == "!!" || hash == "*" || hash == "x";
}

// The value of -p or --password among useradd's words.
const shell::Word* password_option(const shell::Command& command) {
  std::span<const shell::Word> words = command.arguments();
  for (size_t i = 0; i < words.size(); ++i) {
    std::string_view word = words[i].text;
    if ((word == "-p" || word == "--password") && i + 1 < words.size())
      return is_locked(words[i + 1].text) ? nullptr : &words[i + 1];
    if (word.starts_with("--password=")) return is_locked(word.substr(11)) ? nullptr : &words[i];
  }
  return nullptr;
}

void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction* in : shipped_instructions(input, Keyword::run)) {
    for (const shell::Command& command : in->commands) {
      std::string_view program = command.program();
      if (program == "chpasswd") {
        out.add(command.span, "chpasswd sets a password in the image");
      } else if (program == "passwd" && command.has_flag("--stdin")) {
        out.add(command.span, "passwd sets a password in the image");
      } else if (program == "useradd" || program == "usermod") {
        if (const shell::Word* password = password_option(command))
          out.add(password->span, out.text({program, " sets a password in the image"}));
      }
    }
  }
}

constexpr std::string_view kAliases[] = {"CKV2_DOCKER_17", "DKL-LI-0001"};
constexpr std::string_view kReferences[] = {"https://cwe.mitre.org/data/definitions/259.html"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nRUN echo \"root:$ROOT_PW\" | chpasswd\n"},
    {.bad = "FROM fedora:42\nRUN echo secret | passwd --stdin app\n"},
    {.bad = "FROM debian:12-slim\nRUN useradd -m -p '$6$abc' app\n"},
    {.good = "FROM debian:12-slim\nRUN passwd -l root && passwd -d app && useradd -m -p '!' app\n"},
    {.good = "FROM debian:12-slim\nRUN rm /usr/sbin/chpasswd && cp chpasswd.txt /srv/\n"},
    {.good = "FROM debian:12-slim AS build\nRUN echo root:x | chpasswd\nFROM scratch\nCOPY --from=build /app /app\n"},
};
constexpr Check kChecks[] = {{.id = "DF025",
                              .name = "password-set-in-image",
                              .title = "Password set in the image",
                              .severity = Severity::high,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Create accounts without a password; nobody logs in to a container by one. "
                                        "Change the password where it was used.",
                              .run = run,
                              .examples = kExamples,
                              .masked = true}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::password_set_in_image
