#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::user_by_name {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// Kubernetes' runAsNonRoot can check a number alone: it does not read the image's /etc/passwd.
void run(const DockerfileInput& input, Findings& out) {
  for (const dockerfile::Stage* stage : shipped_stages(input)) {
    const Instruction* user = in_effect(input.file, *stage, Keyword::user);
    if (user == nullptr || user->words.empty()) continue;
    std::string_view name = cut(user->words[0].text, ":").before;
    if (name.empty() || is_digit(name[0]) || name.find('$') != std::string_view::npos) continue;
    out.add(user->span, out.text({"USER ", name, " is a name: only a number can be checked without the image"}));
  }
}

constexpr std::string_view kAliases[] = {"DL3066"};
constexpr std::string_view kReferences[] = {
    "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/"};
constexpr Example kExamples[] = {
    {.bad = "FROM node:22-slim\nUSER node\n"},
    {.good = "FROM node:22-slim\nUSER 1000:1000\n"},
    {.good = "FROM node:22-slim\nARG UID=1000\nUSER $UID\n"},
};
constexpr Check kChecks[] = {{.id = "DF003",
                              .name = "user-by-name",
                              .title = "USER is a name, not a numeric id",
                              .severity = Severity::info,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Write the account's uid, and its gid behind a colon.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::user_by_name
