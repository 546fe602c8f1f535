#include <string>
#include <vector>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::workdir_relative {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

bool is_absolute(std::string_view path) {
  bool drive = path.size() > 1 && is_letter(path[0]) && path[1] == ':';
  return path.starts_with('/') || path.starts_with('\\') || path.starts_with('$') || drive;
}

// A relative WORKDIR continues the one before it, and the first continues the base image's, which may change.
void run(const DockerfileInput& input, Findings& out) {
  struct Directory {
    bool set = false;
    std::string path;  // empty where it is not known
  };
  constexpr size_t kLongest = 4096;  // PATH_MAX
  std::vector<Directory> at_end(input.file.stages.size());
  for (const dockerfile::Stage& stage : input.file.stages) {
    Directory& now = at_end[static_cast<size_t>(stage.index)];
    if (stage.parent >= 0 && stage.parent < stage.index) now = at_end[static_cast<size_t>(stage.parent)];
    for (const Instruction& in : stage.instructions) {
      if (in.keyword != Keyword::workdir || in.words.empty() || in.onbuild || in.words[0].text.empty()) continue;
      const dockerfile::Word& word = in.words[0];
      bool variable = word.text.find('$') != std::string_view::npos;
      if (is_absolute(word.text)) {
        now = {true, word.text.starts_with('/') && !variable ? std::string(word.text) : ""};
        continue;
      }
      std::string path = "/" + normalise_path(now.path + "/" + std::string(word.text));
      std::string_view message =
          now.set ? "a relative WORKDIR depends on the one before it" : "a relative WORKDIR depends on the base image";
      Severity severity = now.set ? Severity::info : out.check().severity;
      bool plain = word.span.of(input.file.bytes) == word.text && !variable;
      if (plain && (!now.set || !now.path.empty()))
        out.as(severity).add(word.span, message, {Edit{word.span, path, {}}});
      else
        out.as(severity).add(word.span, message);
      bool known = now.set && !now.path.empty() && !variable && path.size() < kLongest;
      now = {true, known ? path : ""};
    }
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
