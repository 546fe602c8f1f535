#include <algorithm>
#include <charconv>
#include <string>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::service_uid {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// A uid that all services agree on makes shared volumes work; below 1000 are the accounts of the system.
void run(const DockerfileInput& input, Findings& out) {
  uint32_t expected = input.context.settings.expected_uid;
  std::string wanted = std::to_string(expected);
  auto judge = [&](std::string_view number, Span at) {
    uint32_t uid = 0;
    auto [end, failed] = std::from_chars(number.data(), number.data() + number.size(), uid);
    if (failed != std::errc{} || end != number.data() + number.size() || uid == 0 || uid == expected) return;
    if (uid < 1000)
      out.add(at, out.text({"uid ", number, " is below 1000, where the accounts of the system are"}));
    else
      out.as(Severity::info).add(at, out.text({"uid ", number, " is not the policy's ", wanted}));
  };
  for (const dockerfile::Stage* stage : shipped_stages(input)) {
    const Instruction* user = in_effect(input.file, *stage, Keyword::user);
    if (user == nullptr || user->words.empty()) continue;
    std::string_view name = cut(user->words[0].text, ":").before;
    if (!name.empty() && is_digit(name[0])) {
      judge(name, user->span);
      continue;
    }
    for (const Instruction* in : instructions_of(input.file, *stage)) {
      if (in->keyword != Keyword::run) continue;
      for (const shell::Command& command : in->commands) {
        std::string_view program = command.program();
        if (program != "useradd" && program != "adduser") continue;
        std::span<const shell::Word> words = command.arguments();
        bool names = std::ranges::any_of(words, [&](const shell::Word& word) { return word.text == name; });
        for (size_t i = 0; names && i < words.size(); ++i) {
          std::string_view word = words[i].text;
          if ((word == "-u" || word == "--uid") && i + 1 < words.size()) judge(words[i + 1].text, words[i + 1].span);
          if (word.starts_with("--uid=")) judge(word.substr(6), words[i].span);
        }
      }
    }
  }
}

constexpr std::string_view kReferences[] = {"https://docs.docker.com/build/building/best-practices/#user"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nRUN useradd -u 999 app\nUSER app\n"},
    {.bad = "FROM debian:12-slim\nUSER 10001:10001\n"},
    {.good = "FROM debian:12-slim\nRUN useradd --uid 1001 app && useradd -u 500 other\nUSER app\n"},
    {.good = "FROM debian:12-slim\nUSER 1001\n"},
    {.good = "FROM node:22-slim\nUSER node\n"},
    {.good = "FROM debian:12-slim\nUSER 10001\n", .settings = {.expected_uid = 10001}},
};
constexpr Check kChecks[] = {
    {.id = "DF091",
     .name = "service-uid",
     .title = "Service uid differs from policy",
     .severity = Severity::low,
     .references = kReferences,
     .advice = "Give the account the policy's uid (expected_uid in drydock.yaml, 1001 by default).",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::service_uid
