#include <set>
#include <string>

#include "base/arena.h"
#include "checks/check.h"
#include "checks/commands.h"
#include "checks/inputs.h"
#include "formats/shell.h"

namespace drydock::checks::unchecked_download {
namespace {

// Scripts of the project run on machines that hold keys. What they fetch must be the file that somebody looked at.

// `curl -o tool URL`, `wget -O tool URL`, `curl URL > tool`: the file that is written; empty if it is not said.
std::string_view written_file(const shell::Command& command) {
  for (const shell::Redirection& redirection : command.redirections)
    if (redirection.op == ">" || redirection.op == ">|") return redirection.target.text;
  std::span<const shell::Word> words = command.arguments();
  bool curl = command.program() == "curl";
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    std::string_view word = words[i].text;
    if (word == "--output" || word == "--output-document") return words[i + 1].text;
    if (word.size() > 1 && word[0] == '-' && word[1] != '-' && word.back() == (curl ? 'o' : 'O'))
      return words[i + 1].text;
  }
  return {};
}

void check_script(const Source& source, Findings& out) {
  Arena arena;
  std::span<const shell::Command> commands = shell::split(source.bytes, arena);
  auto add = [&](const shell::Command& command, std::string_view downloader) {
    LineColumn place = source.lines.at(command.span.begin);
    Location at{.path = source.path, .layer = {}, .span = command.span, .line = place.line, .column = place.column};
    out.add(at, out.text({"what ", downloader, " fetches runs without a look at its checksum or signature"}));
  };
  for (const PipedScript& script : piped_scripts(commands)) add(*script.runs, script.downloader);
  if (verifies_download(commands)) return;
  std::set<std::string, std::less<>> fetched;
  for (const shell::Command& command : commands) {
    std::string_view program = command.program();
    if (program == "curl" || program == "wget") {
      if (std::string_view file = written_file(command); !file.empty()) fetched.insert(std::string(file));
    }
    if (program != "chmod" && program != "sh" && program != "bash") continue;
    std::span<const shell::Word> words = command.arguments();
    if (words.empty()) continue;
    bool runs = program != "chmod" || words[0].text.find('x') != std::string_view::npos ||
                words[0].text.starts_with("7") || words[0].text.starts_with("07");
    for (const shell::Word& word : words) {
      if (!runs || !fetched.contains(word.text)) continue;
      add(command, "a download");
      break;
    }
  }
}

void run(const StackInput& input, Findings& out) {
  // A script belongs to one stack, or to the root's where there are several.
  for (const Source& source : input.sources.all())
    if (source.kind == SourceKind::script && source.path.starts_with(input.stack.directory)) check_script(source, out);
}

constexpr std::string_view kReferences[] = {"https://cwe.mitre.org/data/definitions/494.html"};
constexpr Example kExamples[] = {
    {.bad = "-- install.sh --\n#!/bin/sh\ncommand -v tool >/dev/null || curl -sfL https://get.tool.example | sh\n"},
    {.bad = "-- install.sh --\n#!/bin/sh\ncurl -fsSLo /usr/local/bin/tool https://get.tool.example/tool\nchmod +x "
            "/usr/local/bin/tool\n"},
    {.good = "-- install.sh --\n#!/bin/sh\n# curl -sfL https://get.tool.example | sh\ncurl -fsSLo tool "
             "https://get.tool.example/tool\necho \"$SUM  tool\" | sha256sum -c -\nchmod +x tool\n"},
    {.good = "-- install.sh --\n#!/bin/sh\ncurl -fsS https://api.tool.example/v1/version | jq -r .version\nchmod +x "
             "own.sh\n"},
};
constexpr Check kChecks[] = {{.id = "CS017",
                              .name = "unchecked-download",
                              .title = "Script or documented command runs an unchecked download",
                              .severity = Severity::high,
                              .references = kReferences,
                              .advice = "Fetch a released version, compare its sha256 or signature, then run it.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::unchecked_download
