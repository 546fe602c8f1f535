#include <algorithm>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::add_without_checksum {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

bool is_commit(std::string_view ref) {
  return ref.size() >= 40 &&
         std::ranges::all_of(ref, [](char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); });
}

// A Git repository is told from a file as BuildKit does: git@, git://, ssh://, or an http(s) URL whose path ends in
// .git (docs.docker.com/reference/dockerfile, "ADD <git repo>").
bool is_git(std::string_view source) {
  std::string_view path = cut(cut(source, "#").before, "?").before;
  return source.starts_with("git@") || source.starts_with("git://") || source.starts_with("ssh://") ||
         path.ends_with(".git");
}

// What a server sends tomorrow goes into the image unseen; a checksum or a full commit id says which bytes are meant.
void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::add || in.flag("checksum") != nullptr) continue;
    for (const dockerfile::Word& source : in.sources()) {
      bool web = source.text.starts_with("http://") || source.text.starts_with("https://");
      bool git = is_git(source.text) &&
                 (web || source.text.find("://") != std::string_view::npos || source.text.starts_with("git@"));
      if (!git && !web) continue;
      if (!git) {
        out.add(source.span, "ADD downloads this file and nothing checks what arrives");
        continue;
      }
      std::string_view ref = cut(cut(source.text, "#").after, ":").before;
      if (is_commit(ref)) continue;
      ExpandedText expanded = expand_at(input.file, in, ref);
      if (!expanded.complete)
        out.unknown(source.span, "the commit is a variable without a value here");
      else if (!is_commit(expanded.text))
        out.add(source.span, "ADD clones this repository at whatever the branch or tag points to");
    }
  }
}

constexpr std::string_view kAliases[] = {"CIS-DI-0009", "CIS 4.9", "curl_or_wget_instead_of_add"};
constexpr std::string_view kReferences[] = {"CIS Docker 4.9",
                                            "https://docs.docker.com/reference/dockerfile/#add---checksum"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nADD https://files.example/tool.tar.gz /opt/\n"},
    {.bad = "FROM debian:12-slim\nADD https://git.example/team/app.git#main /src\n"},
    {.bad = "FROM debian:12-slim\nADD git@git.example:team/app.git /src\n"},
    {.good = "FROM debian:12-slim\nADD --checksum=sha256:24454f830c https://files.example/tool.tar.gz /opt/\n"},
    {.good = "FROM debian:12-slim\nADD https://git.example/team/app.git#0123456789abcdef0123456789abcdef01234567:docs "
             "/src\n"},
    {.good = "FROM debian:12-slim\nARG COMMIT\nADD https://git.example/team/app.git#$COMMIT /src\n"},
    {.good = "FROM debian:12-slim\nADD app.tar.gz /srv/\n"},
};
constexpr Check kChecks[] = {
    {.id = "DF017",
     .name = "add-without-checksum",
     .title = "ADD of a remote URL or git repo without checksum",
     .severity = Severity::medium,
     .aliases = kAliases,
     .references = kReferences,
     .advice = "Give the file's digest by ADD --checksum=sha256:..., or a repository's full commit id behind the '#'.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::add_without_checksum
