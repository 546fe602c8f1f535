#include <map>
#include <ranges>
#include <string>

#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/production.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::debug_baked_in {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;
using dockerfile::Pair;

// The value in quotes keeps them.
std::string quoted_as(std::string_view written, std::string_view value) {
  bool quoted =
      written.size() >= 2 && (written.front() == '"' || written.front() == '\'') && written.back() == written.front();
  if (!quoted) return std::string(value);
  return written.front() + std::string(value) + written.front();
}

// Only what the shipped image ends up with: a later ENV of the same name takes an earlier one back.
std::map<std::string_view, const Pair*> environment_of(const dockerfile::File& file, const dockerfile::Stage& shipped) {
  std::map<std::string_view, const Pair*> environment;
  for (const dockerfile::Stage* stage : chain_of(file, shipped) | std::views::reverse)
    for (const Instruction& in : stage->instructions)
      if (in.keyword == Keyword::env && !in.onbuild)
        for (const Pair& pair : in.pairs) environment[pair.name] = &pair;
  return environment;
}

void run(const DockerfileInput& input, Findings& out) {
  if (is_development_path(input.path)) return;
  for (const dockerfile::Stage* shipped : shipped_stages(input)) {
    if (shipped != input.file.final_stage() && is_development_name(shipped->name)) continue;
    for (const auto& [name, pair] : environment_of(input.file, *shipped)) {
      DevelopmentSetting setting = development_setting(name, pair->value);
      if (setting.what.empty()) continue;
      std::string_view message = out.text({"ENV ", name, " turns on ", setting.what, " in the image"});
      std::string_view written = pair->value_span.of(input.file.bytes);
      if (setting.replacement.empty())
        out.add_item(name, pair->span, message);
      else
        out.add_item(name, pair->span, message, {Edit{pair->value_span, quoted_as(written, setting.replacement), {}}});
    }
  }
}

constexpr std::string_view kReferences[] = {"https://flask.palletsprojects.com/en/stable/debugging/",
                                            "https://nodejs.org/en/learn/getting-started/debugging",
                                            "https://cwe.mitre.org/data/definitions/489.html"};
constexpr Example kExamples[] = {
    {.bad = "FROM python:3.13-slim\nENV FLASK_DEBUG=1 APP_ENV=\"development\"\n",
     .good = "FROM python:3.13-slim\nENV FLASK_DEBUG=0 APP_ENV=\"production\"\n"},
    {.bad = "FROM node:22\nENV NODE_OPTIONS=--inspect=0.0.0.0:9229\n"},
    {.good =
         "FROM node:22 AS build\nENV NODE_ENV=development\nRUN npm ci\nFROM node:22-slim\nENV NODE_ENV=production\n"},
    {.good = "FROM node:22 AS base\nENV NODE_ENV=development\nFROM base\nENV NODE_ENV=production\n"},
    {.good = "FROM node:22\nARG MODE\nENV NODE_ENV=$MODE DEBUG=false\n"},
    {.good = "FROM node:22\nENV DEBUG=express:*\n"},
    {.good = "FROM node:22\nENV NODE_ENV=development\n", .path = "Dockerfile.dev"},
};
constexpr Check kChecks[] = {
    {.id = "DF042",
     .name = "debug-baked-in",
     .title = "Debug or development mode baked in",
     .severity = Severity::high,
     .fix = Fix::safe,
     .references = kReferences,
     .advice = "Ship the image in production mode, and turn debugging on from outside where it is needed.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::debug_baked_in
