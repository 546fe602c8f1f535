#include <algorithm>
#include <string>

#include "base/text.h"
#include "checks/check.h"
#include "checks/commands.h"
#include "checks/inputs.h"
#include "checks/production.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::foreign_port_exposed {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// Debuggers listen on ports that others use as well (5005: Rasa, 5678: n8n), so the runtime must fit.
constexpr std::string_view kPostgres[] = {"postgres", "pgbouncer", "postgis", "timescale", "patroni", "pgvector"};
constexpr std::string_view kMysql[] = {"mysql", "mariadb", "percona"};
constexpr std::string_view kRedis[] = {"redis", "valkey", "keydb", "dragonfly"};
constexpr std::string_view kMongo[] = {"mongo", "ferretdb"};
constexpr std::string_view kDocker[] = {"docker", "dind"};

struct Row {
  std::string_view port, what;
  std::span<const std::string_view> servers;
  std::string_view runtime;
};
constexpr Row kRows[] = {
    {"5432", "PostgreSQL", kPostgres, {}},
    {"3306", "MySQL", kMysql, {}},
    {"6379", "Redis", kRedis, {}},
    {"27017", "MongoDB", kMongo, {}},
    {"2375", "the Docker engine without TLS", kDocker, {}},
    {"9229", "the Node.js inspector", {}, "node"},
    {"5678", "debugpy", {}, "python"},
    {"5005", "the Java debugger", {}, "java"},
};

void run(const DockerfileInput& input, Findings& out) {
  if (is_development_path(input.path)) return;
  for (const dockerfile::Stage* stage : shipped_stages(input)) {
    if (is_development_name(stage->name)) continue;
    const Instruction* entrypoint = in_effect(input.file, *stage, Keyword::entrypoint);
    const Instruction* command = in_effect(input.file, *stage, Keyword::cmd);
    if (entrypoint == nullptr && command == nullptr) continue;  // the base image's own program
    std::string started(base_image(input.file, *stage));
    for (std::string_view word : started_words(entrypoint, command)) started.append(" ").append(word);
    for (const Instruction* in : instructions_of(input.file, *stage)) {
      if (in->keyword != Keyword::expose) continue;
      for (const dockerfile::Word& word : in->words) {
        std::string_view port = cut(word.text, "/").before;
        for (const Row& row : kRows) {
          if (row.port != port) continue;
          bool fits =
              row.runtime.empty()
                  ? std::ranges::none_of(
                        row.servers, [&](std::string_view server) { return contains_ignoring_case(started, server); })
                  : contains_ignoring_case(started, row.runtime);
          if (fits)
            out.add_item(port, word.span, out.text({"the application's image exposes port ", port, " of ", row.what}));
        }
      }
    }
  }
}

constexpr std::string_view kAliases[] = {"CIS 5.9"};
constexpr std::string_view kReferences[] = {"CIS Docker 5.9", "https://docs.docker.com/reference/dockerfile/#expose"};
constexpr Example kExamples[] = {
    {.bad = "FROM node:22-slim\nEXPOSE 3000 9229\nCMD [\"node\", \"server.js\"]\n"},
    {.bad = "FROM python:3.13-slim\nEXPOSE 8000\nEXPOSE 5432/tcp\nCMD [\"gunicorn\", \"app:app\"]\n"},
    {.good = "FROM postgres:17\nEXPOSE 5432\nCMD [\"postgres\"]\n"},
    {.good = "FROM debian:12-slim\nRUN apt-get install -y redis-server\nEXPOSE 6379\nCMD [\"redis-server\"]\n"},
    {.good = "FROM node:22-slim\nEXPOSE 5678\nCMD [\"n8n\"]\n"},
    {.good = "FROM registry.example/pg:1\nEXPOSE 5432\n"},
    {.good = "FROM node:22-slim AS dev\nEXPOSE 9229\nCMD [\"node\", \"server.js\"]\nFROM node:22-slim\nCMD [\"node\", "
             "\"server.js\"]\n"},
};
constexpr Check kChecks[] = {
    {.id = "DF028",
     .name = "foreign-port-exposed",
     .title = "Debug or database port exposed by an app image",
     .severity = Severity::medium,
     .aliases = kAliases,
     .references = kReferences,
     .advice = "Expose the port the application answers on, and nothing else. Keep debuggers to a development stage.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::foreign_port_exposed
