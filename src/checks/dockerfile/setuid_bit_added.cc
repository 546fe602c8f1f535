#include <algorithm>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::setuid_bit_added {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

struct Mode {
  bool user = false, group = false;
};

// 4755, u+s, ug+rws; directories with setgid (2775) only hand their group down.
Mode parse_mode(std::string_view text) {
  Mode mode;
  if (!text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '7'; })) {
    while (text.size() > 4 && text.starts_with('0')) text.remove_prefix(1);
    if (text.size() != 4) return mode;
    int special = text[0] - '0';
    return {(special & 4) != 0, (special & 2) != 0};
  }
  for (std::string_view clause : split(text, ',')) {
    size_t op = clause.find_first_of("+=");
    if (op == std::string_view::npos || clause.find('s', op) == std::string_view::npos) continue;
    std::string_view who = clause.substr(0, op);
    if (who.find_first_not_of("ugoa") != std::string_view::npos) continue;
    mode.user |= who.empty() || who.find_first_of("ua") != std::string_view::npos;
    mode.group |= who.empty() || who.find_first_of("ga") != std::string_view::npos;
  }
  return mode;
}

void report(Mode mode, Span at, Findings& out) {
  if (mode.user)
    out.add(at, "the file runs as its owner for whoever starts it (setuid)");
  else if (mode.group)
    out.as(Severity::info).add(at, "the setgid bit is set");
}

void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction* in : shipped_instructions(input, Keyword::run)) {
    for (const shell::Command& command : in->commands) {
      std::span<const shell::Word> words = command.arguments();
      if (command.program() == "chmod") {
        for (const shell::Word& word : words) {
          if (word.text.starts_with('-')) continue;
          report(parse_mode(word.text), command.span, out);
          break;
        }
      } else if (command.program() == "install") {
        for (size_t i = 0; i < words.size(); ++i) {
          if (words[i].text == "-m" && i + 1 < words.size()) report(parse_mode(words[i + 1].text), command.span, out);
          if (words[i].text.starts_with("--mode=")) report(parse_mode(words[i].text.substr(7)), command.span, out);
          if (words[i].text.starts_with("-m") && words[i].text.size() > 2)
            report(parse_mode(words[i].text.substr(2)), command.span, out);
        }
      }
    }
  }
  for (Keyword keyword : {Keyword::copy, Keyword::add})
    for (const Instruction* in : shipped_instructions(input, keyword))
      if (const dockerfile::Flag* mode = in->flag("chmod")) report(parse_mode(mode->value), mode->span, out);
}

constexpr std::string_view kAliases[] = {"CIS-DI-0008", "CIS 4.8"};
constexpr std::string_view kReferences[] = {"CIS Docker 4.8"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nRUN chmod u+s /usr/bin/tool\n"},
    {.bad = "FROM debian:12-slim\nRUN chmod -R 4755 /usr/bin/tool && install -m 6755 a /b\n"},
    {.bad = "FROM debian:12-slim\nCOPY --chmod=4755 tool /usr/bin/\n"},
    {.good = "FROM debian:12-slim\nRUN chmod a-s /usr/bin/tool && chmod u-s /bin/x && chmod 0755 /a && chmod 1777 /tmp "
             "&& chmod +x setuid.s\n"},
    {.good = "FROM debian:12-slim AS build\nRUN chmod u+s /a\nFROM scratch\nCOPY --from=build /app /app\n"},
};
constexpr Check kChecks[] = {{.id = "DF081",
                              .name = "setuid-bit-added",
                              .title = "setuid/setgid bits added or left",
                              .severity = Severity::low,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Drop the bit; a container that needs a right can be given the one capability. "
                                        "no-new-privileges makes setuid bits void.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::setuid_bit_added
