#include <algorithm>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::archive_copied_then_extracted {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

constexpr std::string_view kArchives[] = {".tar",    ".tar.gz", ".tgz",     ".tar.bz2", ".tbz2",
                                          ".tar.xz", ".txz",    ".tar.zst", ".zip"};

// The archive stays in the layer of its COPY, whatever later steps delete.
void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction* copy : shipped_instructions(input, Keyword::copy)) {
    if (copy->flag("from") != nullptr || copy->words.size() < 2) continue;
    for (const dockerfile::Word& source : copy->sources()) {
      std::string_view name = base_name(source.text);
      bool archive = std::ranges::any_of(kArchives, [&](std::string_view suffix) { return name.ends_with(suffix); });
      if (!archive || name.find_first_of("*?$") != std::string_view::npos) continue;
      bool extracted = false;
      for (const Instruction& in : input.file.stages[copy->stage].instructions) {
        if (in.keyword != Keyword::run || in.span.begin < copy->span.begin) continue;
        for (const shell::Command& command : in.commands) {
          std::string_view program = command.program();
          std::span<const shell::Word> words = command.arguments();
          bool extracts = program == "unzip" || program == "gunzip";
          if ((program == "tar" || program == "bsdtar") && !words.empty())
            extracts = command.has_flag("--extract", 'x') ||
                       (!words[0].text.starts_with('-') && words[0].text.find('x') != std::string_view::npos);
          if (extracts)
            for (const shell::Word& word : words) extracted |= base_name(word.text) == name;
        }
      }
      if (!extracted) continue;
      bool zip = name.ends_with(".zip");
      out.add(source.span, zip ? "the archive is copied into a layer and unpacked in the next: it ships twice"
                               : "the archive is copied into a layer and unpacked in the next: ADD unpacks it at once");
    }
  }
}

constexpr std::string_view kAliases[] = {"DL3010"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/build/building/best-practices/#add-or-copy"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nCOPY dist/app.tar.gz /tmp/\nRUN tar -xzf /tmp/app.tar.gz -C /srv && rm "
            "/tmp/app.tar.gz\n"},
    {.bad = "FROM debian:12-slim\nCOPY app.zip /tmp/\nRUN unzip /tmp/app.zip\n"},
    {.good = "FROM debian:12-slim\nADD app.tar.gz /srv/\nCOPY data.tar.gz /srv/\nRUN tar -xzf /opt/other.tar.gz\n"},
    {.good = "FROM debian:12-slim AS build\nFROM debian:12-slim\nCOPY --from=build /app.tar /tmp/\nRUN tar xf "
             "/tmp/app.tar\n"},
};
constexpr Check kChecks[] = {{.id = "DF069",
                              .name = "archive-copied-then-extracted",
                              .title = "Local archive copied then extracted",
                              .severity = Severity::info,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Use ADD for a local tar archive, or unpack it in an earlier stage.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::archive_copied_then_extracted
