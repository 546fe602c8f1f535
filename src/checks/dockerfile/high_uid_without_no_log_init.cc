#include <algorithm>

#include "checks/check.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::high_uid_without_no_log_init {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// useradd writes /var/log/lastlog and faillog up to the uid: sparse files, which the layer's tar holds in full.
void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::run) continue;
    for (const shell::Command& command : in.commands) {
      if (command.program() != "useradd" || command.has_flag("--no-log-init", 'l')) continue;
      std::span<const shell::Word> words = command.arguments();
      bool high = false;
      for (size_t i = 0; i < words.size(); ++i) {
        std::string_view word = words[i].text, uid;
        if ((word == "-u" || word == "--uid") && i + 1 < words.size()) uid = words[i + 1].text;
        if (word.starts_with("--uid=")) uid = word.substr(6);
        high |= uid.size() > 5 && std::ranges::all_of(uid, is_digit);
      }
      if (!high || words.empty()) continue;
      uint32_t at = words[0].span.begin;
      out.add(command.span, "useradd with a high uid makes huge log files in the layer", {Edit{{at, at}, "-l ", {}}});
    }
  }
}

constexpr std::string_view kAliases[] = {"DL3046"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/build/building/best-practices/#user"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nRUN useradd -u 1000610001 app\n",
     .good = "FROM debian:12-slim\nRUN useradd -l -u 1000610001 app\n"},
    {.good = "FROM debian:12-slim\nRUN useradd -u 10001 app && useradd --no-log-init --uid=1000610001 b && useradd -lu "
             "1234567 c\n"},
};
constexpr Check kChecks[] = {{.id = "DF068",
                              .name = "high-uid-without-no-log-init",
                              .title = "useradd with high UID lacks -l",
                              .severity = Severity::info,
                              .fix = Fix::safe,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Add --no-log-init (-l).",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::high_uid_without_no_log_init
