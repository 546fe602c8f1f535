#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/production.h"
#include "formats/dockerfile.h"

namespace drydock::checks::tls_verification_off_by_variable {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

enum class Off { when_zero, when_false, when_true, when_set, when_empty };

struct Variable {
  std::string_view name;
  Off off;
};
// Each by its program's documentation; names of npm compare without case.
constexpr Variable kVariables[] = {
    {"PYTHONHTTPSVERIFY", Off::when_zero},      {"NODE_TLS_REJECT_UNAUTHORIZED", Off::when_zero},
    {"NPM_CONFIG_STRICT_SSL", Off::when_false}, {"GIT_SSL_NO_VERIFY", Off::when_set},
    {"PIP_TRUSTED_HOST", Off::when_set},        {"CURL_INSECURE", Off::when_true},
    {"REQUESTS_CA_BUNDLE", Off::when_empty},
};

bool switches_off(std::string_view name, std::string_view value) {
  value = trim(value);
  if (value.size() >= 2 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0])
    value = value.substr(1, value.size() - 2);
  if (value.find('$') != std::string_view::npos) return false;
  for (const Variable& row : kVariables) {
    bool same = row.off == Off::when_false ? equal_ignoring_case(row.name, name) : row.name == name;
    if (!same) continue;
    switch (row.off) {
      case Off::when_zero: return value == "0";
      case Off::when_false: return equal_ignoring_case(value, "false") || value == "0";
      case Off::when_true: return is_truthy(value);
      // git switches verification off for any value; an empty one still counts as set for `export`, not for us.
      case Off::when_set: return !value.empty();
      case Off::when_empty: return value.empty();
    }
  }
  return false;
}

void run(const DockerfileInput& input, Findings& out) {
  auto report = [&](std::string_view name, Span at) {
    out.add_item(name, at, out.text({name, " switches off the verification of certificates"}));
  };
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword == Keyword::env || in.keyword == Keyword::arg) {
      for (const dockerfile::Pair& pair : in.pairs)
        if (pair.has_value && switches_off(pair.name, pair.value)) report(pair.name, pair.span);
      continue;
    }
    if (in.keyword != Keyword::run && in.keyword != Keyword::cmd && in.keyword != Keyword::entrypoint) continue;
    for (const shell::Command& command : in.commands) {
      auto look_at = [&](std::span<const shell::Word> words) {
        for (const shell::Word& word : words) {
          Cut pair = cut(word.text, "=");
          if (pair.found && switches_off(pair.before, pair.after)) report(pair.before, word.span);
        }
      };
      look_at(command.assignments);
      std::string_view first = command.words.empty() ? std::string_view{} : base_name(command.words[0].text);
      if (first == "export" || first == "env" || first == "declare") look_at(command.words);
    }
  }
}

constexpr std::string_view kAliases[] = {"CKV2_DOCKER_5", "CKV2_DOCKER_6", "CKV2_DOCKER_12", "CKV2_DOCKER_14",
                                         "CKV2_DOCKER_16"};
constexpr std::string_view kReferences[] = {
    "https://cwe.mitre.org/data/definitions/295.html",
    "https://nodejs.org/api/cli.html#node_tls_reject_unauthorizedvalue",
    "https://git-scm.com/docs/git#Documentation/git.txt-codeGITSSLNOVERIFYcode"};
constexpr Example kExamples[] = {
    {.bad = "FROM node:22\nENV NODE_TLS_REJECT_UNAUTHORIZED=0\n"},
    {.bad = "FROM node:22\nENV A=1 \\\n    npm_config_strict_ssl=\"false\"\n"},
    {.bad = "FROM debian:12-slim\nRUN GIT_SSL_NO_VERIFY=1 git clone https://git.example/a\n"},
    {.bad = "FROM python:3.13-slim\nRUN export PYTHONHTTPSVERIFY=0 && python get.py\n"},
    {.good = "FROM node:22\nENV NODE_TLS_REJECT_UNAUTHORIZED=1 MY_NODE_TLS_REJECT_UNAUTHORIZED=0\n"},
    {.good = "FROM node:22\nRUN unset GIT_SSL_NO_VERIFY && echo NODE_TLS_REJECT_UNAUTHORIZED=0\n"},
    {.good = "FROM python:3.13-slim\nENV REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca.pem PYTHONHTTPSVERIFY=1\nARG "
             "PIP_TRUSTED_HOST\n"},
};
constexpr Check kChecks[] = {
    {.id = "DF022",
     .name = "tls-verification-off-by-variable",
     .title = "TLS verification off by environment",
     .severity = Severity::high,
     .aliases = kAliases,
     .references = kReferences,
     .advice = "Remove it; add the certificate authority of a private server to the image's trust store.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::tls_verification_off_by_variable
