#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include "base/text.h"
#include "checks/check.h"
#include "checks/commands.h"
#include "checks/inputs.h"
#include "checks/packages.h"
#include "checks/secret_names.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::credential_in_build_step {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

bool is_variable(std::string_view value) {
  return value.find('$') != std::string_view::npos || value.find('`') != std::string_view::npos;
}

// A file that logs its reader in somewhere.
std::string_view credential_file(std::string_view path) {
  if (path.find('$') != std::string_view::npos && path.find('/') == std::string_view::npos) return {};
  std::string_view name = base_name(path);
  for (std::string_view file :
       {".netrc", "_netrc", ".npmrc", ".yarnrc", ".yarnrc.yml", ".pypirc", ".git-credentials", ".pgpass", ".my.cnf"})
    if (name == file) return file;
  if (path.ends_with(".docker/config.json")) return "config.json";
  if (path.ends_with(".aws/credentials")) return "credentials";
  return {};
}

bool mounts_secret(const Instruction& in) {
  for (const dockerfile::Flag& flag : in.flags)
    if (flag.name == "mount" && (flag.value.find("type=secret") != std::string_view::npos ||
                                 flag.value.find("type=ssh") != std::string_view::npos))
      return true;
  return false;
}

// Settings of a package manager that hold no login: `registry=https://...`.
bool speaks_of_login(std::string_view text) {
  for (std::string_view word : {"_auth", "password", "token", "machine ", "login ", "username"})
    if (contains_ignoring_case(text, word)) return true;
  return !literal_url_password(text).empty();
}

struct Credential {
  const shell::Word* word = nullptr;  // that holds it
  std::string_view what, file;        // the file it is kept in; empty: none
  bool variable = false;
};

const shell::Word* option_value(std::span<const shell::Word> words, std::initializer_list<std::string_view> names,
                                std::string_view& value) {
  for (size_t i = 0; i < words.size(); ++i)
    for (std::string_view name : names) {
      if (words[i].text == name && i + 1 < words.size()) return value = words[i + 1].text, &words[i + 1];
      if (words[i].text.size() > name.size() && words[i].text.starts_with(name) && words[i].text[name.size()] == '=')
        return value = words[i].text.substr(name.size() + 1), &words[i];
    }
  return nullptr;
}

bool has_word(std::span<const shell::Word> words, std::string_view text) {
  return std::ranges::any_of(words, [&](const shell::Word& word) { return word.text == text; });
}

Credential find_credential(const shell::Command& command, bool piped_from_printer, std::string_view printed) {
  std::string_view program = command.program();
  std::span<const shell::Word> words = command.arguments();
  std::string_view value;
  if (program == "aws" && has_word(words, "configure") && has_word(words, "set")) {
    for (size_t i = 0; i + 1 < words.size(); ++i)
      if (words[i].text.ends_with("aws_secret_access_key") || words[i].text.ends_with("aws_session_token"))
        return {&words[i + 1], "aws configure set", "credentials", is_variable(words[i + 1].text)};
  } else if (program == "gcloud" && has_word(words, "auth")) {
    if (has_word(words, "activate-service-account"))
      if (const shell::Word* word = option_value(words, {"--key-file"}, value))
        return {word, "gcloud auth", "gcloud", true};
  } else if (program == "az" && has_word(words, "login")) {
    if (const shell::Word* word = option_value(words, {"-p", "--password"}, value))
      return {word, "az login", ".azure", is_variable(value)};
  } else if ((program == "docker" || program == "podman" || program == "helm") && has_word(words, "login")) {
    if (const shell::Word* word = option_value(words, {"-p", "--password"}, value))
      return {word, "a registry login", "config.json", is_variable(value)};
  } else if ((program == "npm" || program == "yarn" || program == "pnpm") && has_word(words, "config") &&
             has_word(words, "set")) {
    for (size_t i = 0; i < words.size(); ++i) {
      std::string_view text = words[i].text;
      if (text.find("_authToken") == std::string_view::npos && text.find("_auth") == std::string_view::npos &&
          text.find("_password") == std::string_view::npos && text.find("npmAuthToken") == std::string_view::npos)
        continue;
      Cut pair = cut(text, "=");
      const shell::Word* word = pair.found ? &words[i] : i + 1 < words.size() ? &words[i + 1] : &words[i];
      return {word, "the package manager's login", ".npmrc", is_variable(word->text)};
    }
  } else if (program == "git") {
    bool keeps = has_word(words, "clone") || has_word(words, "config") || has_word(words, "remote");
    for (const shell::Word& word : words) {
      size_t at = word.text.find("://");
      if (at == std::string_view::npos) continue;
      size_t scheme = at;
      while (scheme > 0 && is_letter(word.text[scheme - 1])) --scheme;
      UrlLogin url = parse_url(word.text.substr(scheme));
      bool token = !url.has_password && url.scheme == "https" && !url.user.empty() && url.user != "git";
      if (!keeps || !url.found || (!url.has_password && !token)) continue;
      std::string_view secret = url.has_password ? url.password : url.user;
      return {&word, "a login in git's URL", has_word(words, "config") ? ".gitconfig" : ".git", is_variable(secret)};
    }
  } else if (!pip_arguments(command).empty()) {
    if (const shell::Word* word = option_value(words, {"--index-url", "--extra-index-url", "-i"}, value))
      if (!literal_url_password(value).empty()) return {word, "a login in the package index's URL", {}, false};
  }
  // echo ... > .netrc, printf ... | tee .npmrc
  std::string_view text = printed;
  std::string_view file;
  const shell::Word* target = nullptr;
  if (program == "echo" || program == "printf" || program == "cat") {
    for (const shell::Redirection& to : command.redirections)
      if (to.op.starts_with('>') && !credential_file(to.target.text).empty())
        file = credential_file(to.target.text), target = &to.target;
  } else if (program == "tee" && piped_from_printer) {
    for (const shell::Word& word : words)
      if (!credential_file(word.text).empty()) file = credential_file(word.text), target = &word;
  }
  if (target != nullptr && speaks_of_login(text)) return {target, "a login", file, is_variable(text)};
  return {};
}

// A file of an earlier step stays in its layer, whatever later steps delete. What a variable holds leaks only with a
// layer that ships; what is written out leaks with this file.
void run(const DockerfileInput& input, Findings& out) {
  std::vector<const Instruction*> shipped = shipped_instructions(input, Keyword::run);
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::run || mounts_secret(in)) continue;
    std::string printed;
    bool printer = false;
    for (size_t i = 0; i < in.commands.size(); ++i) {
      const shell::Command& command = in.commands[i];
      std::string_view program = command.program();
      bool prints = program == "echo" || program == "printf";
      if (prints || program == "cat") {
        printed.clear();
        for (const shell::Word& word : command.arguments()) printed.append(word.text).push_back(' ');
      }
      Credential found = find_credential(command, printer, printed);
      printer = prints && command.joint == shell::Joint::pipe;
      if (found.word == nullptr) continue;
      bool removed = !found.file.empty() && deleted_later(in.commands, i, {found.file});
      if (found.variable && (removed || std::ranges::find(shipped, &in) == shipped.end())) continue;
      std::string_view message = found.file.empty() || !found.variable
                                     ? out.text({found.what, " is written into the Dockerfile"})
                                     : out.text({found.what, " stays in the layer, in ", found.file});
      out.add(found.word->span, message);
    }
  }
}

constexpr std::string_view kAliases[] = {"DS-0031"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/build/building/secrets/",
                                            "https://cwe.mitre.org/data/definitions/522.html"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nARG KEY\nRUN aws configure set aws_secret_access_key $KEY\n"},
    {.bad = "FROM debian:12-slim\nRUN git clone https://deploy:hunter2@git.example/app.git /src\n"},
    {.bad = "FROM node:22-slim\nARG NPM_TOKEN\nRUN npm config set //registry.example/:_authToken=$NPM_TOKEN\n"},
    {.bad = "FROM python:3.13-slim\nRUN pip install --index-url https://ci:hunter2@pypi.example/simple app\n"},
    {.bad = "FROM debian:12-slim\nRUN echo \"machine git.example login ci password $PW\" > /root/.netrc\n"},
    {.bad = "FROM debian:12-slim\nRUN docker login -u ci -p hunter2 registry.example\n"},
    {.good = "FROM node:22-slim\nRUN --mount=type=secret,id=npm,target=/root/.npmrc npm ci\n"},
    {.good = "FROM node:22-slim\nARG NPM_TOKEN\nRUN echo \"//registry.example/:_authToken=$NPM_TOKEN\" > .npmrc && npm "
             "ci && rm .npmrc\n"},
    {.good = "FROM debian:12-slim\nRUN git clone https://git.example/app.git && git clone "
             "ssh://git@git.example/app.git && npm config set registry https://npm.example/\n"},
    {.good = "FROM debian:12-slim AS build\nARG TOKEN\nRUN git clone https://x:$TOKEN@git.example/app.git\nFROM "
             "scratch\nCOPY --from=build /app /app\n"},
    {.good = "FROM node:22-slim\nRUN echo \"registry=https://npm.example/\" > .npmrc\n"},
};
constexpr Check kChecks[] = {{.id = "DF013",
                              .name = "credential-in-build-step",
                              .title = "Credential set up in a RUN layer",
                              .severity = Severity::high,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Mount the login for the one step that needs it, RUN --mount=type=secret or "
                                        "type=ssh, and change what was built in.",
                              .run = run,
                              .examples = kExamples,
                              .masked = true}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::credential_in_build_step
