#include <algorithm>
#include <initializer_list>
#include <vector>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::service_user_overpowered {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

bool is_powerful(std::string_view group) {
  constexpr std::string_view kGroups[] = {"root", "0", "sudo", "wheel", "docker", "shadow", "disk"};
  return std::ranges::find(kGroups, group) != std::end(kGroups);
}

std::string_view value_of(std::span<const shell::Word> words, size_t& i,
                          std::initializer_list<std::string_view> names) {
  for (std::string_view name : names) {
    std::string_view word = words[i].text;
    if (word == name && i + 1 < words.size()) return words[++i].text;
    if (name.starts_with("--") && word.size() > name.size() && word.starts_with(name) && word[name.size()] == '=')
      return word.substr(name.size() + 1);
    if (!name.starts_with("--") && word.size() > 2 && word.starts_with(name) && !word.starts_with("--"))
      return word.substr(2);
  }
  return {};
}

// The accounts that containers of this file run as.
std::vector<std::string_view> service_users(const DockerfileInput& input) {
  std::vector<std::string_view> names;
  for (const dockerfile::Stage* stage : shipped_stages(input))
    if (const Instruction* user = in_effect(input.file, *stage, Keyword::user))
      if (!user->words.empty()) names.push_back(cut(user->words[0].text, ":").before);
  return names;
}

void run(const DockerfileInput& input, Findings& out) {
  std::vector<std::string_view> users = service_users(input);
  auto is_service = [&](std::string_view name) { return std::ranges::find(users, name) != users.end(); };
  for (const Instruction* in : shipped_instructions(input, Keyword::run)) {
    for (const shell::Command& command : in->commands) {
      std::string_view program = command.program();
      std::span<const shell::Word> words = command.arguments();
      if (program == "echo" || program == "printf") {
        bool all = false;
        for (const shell::Word& word : words)
          if (word.text.find("NOPASSWD") != std::string_view::npos) {
            std::string_view who = trim(word.text).substr(0, trim(word.text).find_first_of(" \t"));
            all |= is_service(who) || who.starts_with('%') || who == "ALL" || who.starts_with('$');
          }
        if (all) out.add(command.span, "the service user may become root by sudo without a password");
        continue;
      }
      bool creates = program == "useradd" || program == "adduser" || program == "usermod";
      if (!creates && program != "addgroup" && program != "gpasswd") continue;
      // The names that are no option: adduser NAME [GROUP], addgroup NAME GROUP.
      std::vector<std::string_view> operands;
      std::string_view powerful, shell, uid;
      for (size_t i = 0; i < words.size(); ++i) {
        std::string_view groups = value_of(words, i, {"-G", "--groups", "-g", "--gid", "--ingroup", "-aG", "-a"});
        if (!groups.empty()) {
          for (std::string_view group : split(groups, ','))
            if (is_powerful(group)) powerful = group;
          continue;
        }
        if (std::string_view value = value_of(words, i, {"-s", "--shell"}); !value.empty()) {
          shell = value;
        } else if (std::string_view number = value_of(words, i, {"-u", "--uid"}); !number.empty()) {
          uid = number;
        } else if (words[i].text == "-h" || words[i].text == "-d" || words[i].text == "--home" ||
                   words[i].text == "--home-dir" || words[i].text == "-c" || words[i].text == "--comment" ||
                   words[i].text == "--gecos") {
          ++i;
        } else if (!words[i].text.starts_with('-')) {
          operands.push_back(words[i].text);
        }
      }
      if (operands.empty()) continue;
      // useradd takes the name last, adduser first.
      std::string_view name = operands[0];
      if (!is_service(name)) continue;
      if (!creates || program == "adduser")
        if (operands.size() > 1 && is_powerful(operands[1])) powerful = operands[1];
      if (uid == "0")
        out.add(command.span, out.text({"the service user ", name, " has the uid of root"}));
      else if (!powerful.empty())
        out.add(command.span, out.text({"the service user ", name, " is in the group ", powerful}));
      else if (creates && (shell.ends_with("/bash") || shell.ends_with("/sh") || shell.ends_with("/zsh") ||
                           shell.ends_with("/ash")))
        out.as(Severity::info).add(command.span, out.text({"the service user ", name, " has the login shell ", shell}));
    }
  }
}

constexpr std::string_view kReferences[] = {"https://docs.docker.com/build/building/best-practices/#user",
                                            "https://manpages.debian.org/stable/passwd/useradd.8.en.html"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nRUN useradd -r -G sudo app\nUSER app\n"},
    {.bad = "FROM debian:12-slim\nRUN useradd -o -u 0 app\nUSER app\n"},
    {.bad = "FROM debian:12-slim\nRUN adduser --system app && adduser app sudo\nUSER app\n"},
    {.bad = "FROM debian:12-slim\nRUN useradd -m -s /bin/bash app && echo \"app ALL=(ALL) NOPASSWD:ALL\" > "
            "/etc/sudoers.d/app\nUSER app\n"},
    {.bad = "FROM alpine:3.22\nRUN adduser -D app && addgroup app wheel\nUSER app\n"},
    {.good =
         "FROM debian:12-slim\nRUN groupadd -r app && useradd -r -g app -u 1001 -s /usr/sbin/nologin app\nUSER app\n"},
    {.good = "FROM debian:12-slim\nRUN useradd -G sudo admin && useradd -r app\nUSER app:app\n"},
    {.good = "FROM alpine:3.22\nRUN addgroup -S app && adduser -S -G app -h /srv app\nUSER app\n"},
};
constexpr Check kChecks[] = {
    {.id = "DF004",
     .name = "service-user-overpowered",
     .title = "Created service user has shell, password or root group",
     .severity = Severity::low,
     .references = kReferences,
     .advice = "Create a system account with a group of its own, no password and /usr/sbin/nologin as its shell.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::service_user_overpowered
