#include <algorithm>
#include <vector>

#include "base/text.h"
#include "checks/check.h"
#include "checks/image_reference.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::undefined_variable {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// Variables that BuildKit and every image set (docs.docker.com/reference/dockerfile, "Predefined ARGs").
constexpr std::string_view kPredefined[] = {"PATH",        "HOME",      "HTTP_PROXY",       "http_proxy", "HTTPS_PROXY",
                                            "https_proxy", "FTP_PROXY", "ftp_proxy",        "NO_PROXY",   "no_proxy",
                                            "ALL_PROXY",   "all_proxy", "SOURCE_DATE_EPOCH"};
bool is_predefined(std::string_view name) {
  return name.starts_with("TARGET") || name.starts_with("BUILD") ||
         std::ranges::find(kPredefined, name) != std::end(kPredefined);
}

// $NAME and ${NAME} without a default; the other forms say what to do when there is no value.
std::vector<std::string_view> plain_references(std::string_view value, char escape) {
  std::vector<std::string_view> names;
  for (size_t i = 0; i + 1 < value.size(); ++i) {
    if (value[i] == escape) {
      ++i;
      continue;
    }
    if (value[i] != '$') continue;
    bool braces = value[i + 1] == '{';
    size_t begin = braces ? i + 2 : i + 1, end = begin;
    while (end < value.size() && (is_letter(value[end]) || is_digit(value[end]) || value[end] == '_')) ++end;
    if (end == begin || is_digit(value[begin])) continue;
    if (braces && (end == value.size() || value[end] != '}')) continue;
    names.push_back(value.substr(begin, end - begin));
  }
  return names;
}

// Images that set no variable but PATH, so that what the stage does not set is not set.
bool sets_only_path(const ImageReference& base) {
  return base.official() && (base.repository == "debian" || base.repository == "ubuntu" ||
                             base.repository == "alpine" || base.repository == "busybox");
}

const dockerfile::Pair* find_global(const dockerfile::File& file, std::string_view name) {
  for (const Instruction& in : file.instructions) {
    if (in.keyword == Keyword::from) break;
    for (const dockerfile::Pair& pair : in.pairs)
      if (in.keyword == Keyword::arg && pair.name == name) return &pair;
  }
  return nullptr;
}

void run(const DockerfileInput& input, Findings& out) {
  const dockerfile::File& file = input.file;
  for (const dockerfile::Stage& stage : file.stages) {
    for (std::string_view name : plain_references(stage.reference, file.escape))
      if (!is_predefined(name) && find_global(file, name) == nullptr)
        out.add_item(name, stage.reference_span, out.text({"no ARG before the first FROM defines ", name}));
  }
  for (const Instruction& in : file.instructions) {
    if (in.stage < 0 || in.onbuild) continue;
    const dockerfile::Stage* root = chain_of(file, file.stages[in.stage]).back();
    bool empty_base = root->scratch || (!root->image.empty() && sets_only_path(parse_image_reference(root->image)));
    auto look_at = [&](std::string_view text, Span at) {
      for (std::string_view name : plain_references(text, file.escape)) {
        if (is_predefined(name) || variable_at(file, in, name) != nullptr) continue;
        bool set_here = std::ranges::any_of(in.pairs, [&](const dockerfile::Pair& pair) { return pair.name == name; });
        if (set_here) continue;  // DF076, or an extension of what the base image sets
        if (find_global(file, name) != nullptr)
          out.add_item(name, at,
                       out.text({name, " is an ARG from before FROM: this stage sees it only behind an ARG ", name,
                                 " of its own"}));
        else if (empty_base)
          out.add_item(name, at, out.text({"nothing defines ", name, ", so it is empty here"}));
      }
    };
    constexpr Keyword kExpanding[] = {Keyword::add,  Keyword::copy,   Keyword::expose, Keyword::stopsignal,
                                      Keyword::user, Keyword::volume, Keyword::workdir};
    if (std::ranges::find(kExpanding, in.keyword) != std::end(kExpanding))
      for (const dockerfile::Word& word : in.words) look_at(word.text, word.span);
    if (in.keyword == Keyword::env || in.keyword == Keyword::label || in.keyword == Keyword::arg)
      for (const dockerfile::Pair& pair : in.pairs) look_at(pair.value, pair.span);
  }
}

constexpr std::string_view kAliases[] = {"UndefinedVar", "InvalidDefaultArgInFrom"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/reference/build-checks/undefined-var/",
                                            "https://docs.docker.com/reference/build-checks/undefined-arg-in-from/"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:$TAG\n"},
    {.bad = "ARG DIR=/srv\nFROM python:3.13-slim\nWORKDIR $DIR\n"},
    {.bad = "FROM alpine:3.22\nARG VERSION=1\nCOPY app-$VERSOIN /app\n"},
    {.good = "ARG TAG=12-slim\nFROM debian:${TAG} AS base\nARG TAG\nENV A=$TAG PATH=$PATH:/x B=${NONE:-x}\nFROM "
             "base\nCOPY a-$A-$TARGETARCH /a\nRUN echo $NAME\n"},
    {.good = "FROM python:3.13-slim\nENV A=$PYTHON_VERSION B=\\$X\n"},
    {.good = "FROM $BUILDPLATFORM\n"},
};
constexpr Check kChecks[] = {{.id = "DF084",
                              .name = "undefined-variable",
                              .title = "Undefined variable or empty FROM default",
                              .severity = Severity::low,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Define it by ARG or ENV before, or repeat the ARG behind FROM.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::undefined_variable
