#include <string>
#include <utility>

#include "base/text.h"
#include "checks/check.h"
#include "checks/image_reference.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::foreign_interpreter_copied {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// "3.12" of ".../lib/python3.12/site-packages".
std::string_view python_in_path(std::string_view path) {
  size_t at = path.find("/python3.");
  if (at == std::string_view::npos) return {};
  std::string_view version = path.substr(at + 7);
  size_t end = 2;
  while (end < version.size() && is_digit(version[end])) ++end;
  return end > 2 ? version.substr(0, end) : std::string_view{};
}

// The interpreter of an image, where its tag says it: python:3.12.4-slim, debian:12 (wiki.debian.org/Python). A tag "3"
// says nothing.
std::string_view python_of(const ImageReference& base) {
  if (!base.official()) return {};
  if (base.repository == "python") {
    if (!base.tag.starts_with("3.")) return {};
    size_t end = 2;
    while (end < base.tag.size() && is_digit(base.tag[end])) ++end;
    return end > 2 ? base.tag.substr(0, end) : std::string_view{};
  }
  constexpr std::pair<std::string_view, std::string_view> kDebian[] = {
      {"11", "3.9"}, {"bullseye", "3.9"}, {"12", "3.11"}, {"bookworm", "3.11"}, {"13", "3.13"}, {"trixie", "3.13"}};
  std::string_view release = cut(cut(base.tag, "-").before, ".").before;
  if (base.repository == "debian")
    for (auto [name, version] : kDebian)
      if (name == release) return version;
  return {};
}

bool is_environment(std::string_view path, const dockerfile::File& file, const dockerfile::Stage& stage) {
  for (const Instruction* in : instructions_of(file, stage))
    for (const shell::Command& command : in->commands) {
      std::string_view program = command.program();
      bool creates = program == "virtualenv", module = false;
      for (const shell::Word& word : command.arguments()) {
        creates |= word.text == "venv" || word.text == "virtualenv";
        module |= word.text == path;
      }
      if (creates && module) return true;
    }
  return false;
}

void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction* in : shipped_instructions(input, Keyword::copy)) {
    const dockerfile::Flag* from = in->flag("from");
    if (from == nullptr || in->words.size() != 2) continue;
    const dockerfile::Stage* source_stage = input.file.find_stage(from->value);
    std::string source(in->words[0].text), target(in->destination());
    while (source.size() > 1 && source.ends_with('/')) source.pop_back();
    while (target.size() > 1 && target.ends_with('/')) target.pop_back();
    const dockerfile::Stage& stage = input.file.stages[in->stage];
    std::string_view here = python_of(parse_image_reference(base_image(input.file, stage)));
    std::string_view there = source_stage == nullptr
                                 ? std::string_view{}
                                 : python_of(parse_image_reference(base_image(input.file, *source_stage)));
    std::string_view in_path = python_in_path(source);
    bool environment = source_stage != nullptr && is_environment(source, input.file, *source_stage);
    if (!here.empty() && !in_path.empty() && in_path != here && !python_in_path(target).empty()) {
      out.add(in->span, out.text({"these are packages of Python ", in_path, ", and the image has Python ", here}));
    } else if (environment && !here.empty() && !there.empty() && here != there) {
      out.add(in->span,
              out.text({"this virtual environment was made with Python ", there, ", and the image has Python ", here}));
    } else if (environment && source != target && target.starts_with('/') && target.find('$') == std::string::npos) {
      // Its scripts name their interpreter by the whole path (docs.python.org/3/library/venv.html).
      bool into =
          std::string_view(in->destination()).ends_with('/') && target + "/" + std::string(base_name(source)) == source;
      if (!into) out.add(in->span, "a virtual environment works only at the path where it was made");
    }
  }
}

constexpr std::string_view kReferences[] = {"https://docs.python.org/3/library/venv.html",
                                            "https://docs.docker.com/build/building/multi-stage/"};
constexpr Example kExamples[] = {
    {.bad = "FROM python:3.12-slim AS build\nFROM python:3.13-slim\nCOPY --from=build "
            "/usr/local/lib/python3.12/site-packages /usr/local/lib/python3.12/site-packages\n"},
    {.bad = "FROM python:3.12-slim AS build\nRUN python -m venv /venv\nFROM python:3.12-slim\nCOPY --from=build /venv "
            "/opt/venv\n"},
    {.bad = "FROM python:3.12-slim AS build\nRUN python -m venv /venv\nFROM python:3.13-slim\nCOPY --from=build /venv "
            "/venv\n"},
    {.good = "ARG V=3.12\nFROM python:$V-slim AS build\nRUN python -m venv /opt/venv\nFROM python:$V-slim\nCOPY "
             "--from=build /opt/venv/ /opt/venv/\nCOPY --from=build /usr/local/lib/python3.12/site-packages "
             "/usr/local/lib/python3.12/site-packages\n"},
    {.good = "FROM python:3-slim AS build\nFROM python:3-slim\nCOPY --from=build "
             "/usr/local/lib/python3.12/site-packages /usr/local/lib/python3.12/site-packages\n"},
};
constexpr Check kChecks[] = {{.id = "DF088",
                              .name = "foreign-interpreter-copied",
                              .title = "Copied libraries belong to another interpreter",
                              .severity = Severity::medium,
                              .references = kReferences,
                              .advice = "Use one ARG for both base images, and keep a virtual environment's path.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::foreign_interpreter_copied
