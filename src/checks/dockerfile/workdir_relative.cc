#include <string>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::workdir_relative {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

bool is_absolute(std::string_view path) {
  bool drive = path.size() > 1 && is_letter(path[0]) && path[1] == ':';
  return path.starts_with('/') || path.starts_with('\\') || path.starts_with('$') || drive;
}

// The directory that the last absolute WORKDIR and the relative ones behind it lead to; empty where there is none, or
// one is a variable.
std::string directory_before(const dockerfile::File& file, const Instruction& at) {
  std::string directory;
  for (const Instruction* in : instructions_of(file, file.stages[at.stage])) {
    if (in->span.begin >= at.span.begin) break;
    if (in->keyword != Keyword::workdir || in->words.empty()) continue;
    std::string_view path = in->words[0].text;
    if (is_absolute(path))
      directory = path.starts_with('/') && path.find('$') == std::string_view::npos ? std::string(path) : "";
    else if (!directory.empty())
      directory += "/" + std::string(path);
  }
  return directory;
}

// A relative WORKDIR continues the one before it, and the first continues the base image's, which may change.
void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::workdir || in.words.empty() || in.onbuild || in.stage < 0) continue;
    const dockerfile::Word& word = in.words[0];
    if (is_absolute(word.text) || word.text.empty()) continue;
    bool plain = word.span.of(input.file.bytes) == word.text && word.text.find('$') == std::string_view::npos;
    bool follows = in_effect_at(input.file, in, Keyword::workdir) != nullptr;
    std::string before = directory_before(input.file, in);
    std::string path = "/" + normalise_path(before + "/" + std::string(word.text));
    std::string_view message =
        follows ? "a relative WORKDIR depends on the one before it" : "a relative WORKDIR depends on the base image";
    Severity severity = follows ? Severity::info : out.check().severity;
    if (plain && (!follows || !before.empty()))
      out.as(severity).add(word.span, message, {Edit{word.span, path, {}}});
    else
      out.as(severity).add(word.span, message);
  }
}

constexpr std::string_view kAliases[] = {"DL3000", "DS-0009", "CKV_DOCKER_10", "WorkdirRelativePath",
                                         "workdir_path_not_absolute"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/reference/build-checks/workdir-relative-path/"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nWORKDIR srv/app\n", .good = "FROM debian:12-slim\nWORKDIR /srv/app\n"},
    {.bad = "FROM debian:12-slim\nWORKDIR /srv\nWORKDIR app\n",
     .good = "FROM debian:12-slim\nWORKDIR /srv\nWORKDIR /srv/app\n"},
    {.good = "FROM debian:12-slim\nWORKDIR $HOME\nWORKDIR \"/srv/app\"\n"},
    {.good = "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nWORKDIR C:\\app\nWORKDIR c:/app\n"},
};
constexpr Check kChecks[] = {{.id = "DF032",
                              .name = "workdir-relative",
                              .title = "WORKDIR not absolute",
                              .severity = Severity::medium,
                              .fix = Fix::behaviour_changing,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Write the whole path.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::workdir_relative
