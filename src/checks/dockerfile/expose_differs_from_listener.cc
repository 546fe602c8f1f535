#include <algorithm>
#include <charconv>
#include <vector>

#include "base/text.h"
#include "checks/check.h"
#include "checks/commands.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::expose_differs_from_listener {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// The port behind host:port, :port, [::]:port; empty if there is none or it is a variable.
std::string_view port_in(std::string_view address) {
  size_t colon = address.rfind(':');
  std::string_view port = colon == std::string_view::npos ? address : address.substr(colon + 1);
  if (port.empty() || port.size() > 5 || !std::ranges::all_of(port, is_digit)) return {};
  return port;
}

// Where the started server listens, by the options of those that have one port and say it on the command line.
std::string_view listening_port(std::span<const std::string_view> words) {
  if (words.empty()) return {};
  std::string_view program;
  std::string_view port;
  int ports = 0;
  for (size_t i = 0; i < words.size(); ++i) {
    std::string_view name = base_name(words[i]);
    if (name == "gunicorn" || name == "hypercorn" || name == "uvicorn" || name == "flask" || name == "fastapi")
      program = name;
    if (program.empty()) continue;
    bool binds = program == "gunicorn" || program == "hypercorn";
    std::string_view option = binds ? "--bind" : "--port", brief = binds ? "-b" : program == "flask" ? "-p" : "";
    std::string_view value;
    if ((words[i] == option || (!brief.empty() && words[i] == brief)) && i + 1 < words.size()) value = words[i + 1];
    if (words[i].starts_with(option) && words[i].size() > option.size() && words[i][option.size()] == '=')
      value = words[i].substr(option.size() + 1);
    if (value.empty() || value.starts_with("unix:")) continue;
    port = port_in(value);
    ++ports;
  }
  return ports == 1 ? port : std::string_view{};
}

bool covers(std::string_view exposed, std::string_view port) {
  Cut range = cut(cut(exposed, "/").before, "-");
  int first = 0, last = 0, wanted = 0;
  auto number = [](std::string_view text, int& value) {
    return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc{};
  };
  if (!number(range.before, first) || !number(port, wanted)) return true;
  if (!range.found) return first == wanted;
  return !number(range.after, last) || (first <= wanted && wanted <= last);
}

void run(const DockerfileInput& input, Findings& out) {
  for (const dockerfile::Stage* stage : shipped_stages(input)) {
    std::vector<const dockerfile::Word*> exposed;
    bool variable = false;
    for (const Instruction* in : instructions_of(input.file, *stage)) {
      if (in->keyword != Keyword::expose) continue;
      for (const dockerfile::Word& word : in->words) {
        exposed.push_back(&word);
        variable |= word.text.find('$') != std::string_view::npos;
      }
    }
    std::span<const std::string_view> allowed = input.context.settings.allowed_ports;
    for (const dockerfile::Word* word : exposed) {
      bool listed = allowed.empty() || word->text.find('$') != std::string_view::npos;
      for (std::string_view port : allowed)
        listed |= port == word->text || (cut(port, "/").before == word->text && !port.ends_with("/udp"));
      if (!listed)
        out.add_item(word->text, word->span, out.text({"port ", word->text, " is not among the allowed ports"}));
    }
    const Instruction* entrypoint = in_effect(input.file, *stage, Keyword::entrypoint);
    const Instruction* command = in_effect(input.file, *stage, Keyword::cmd);
    const Instruction* start = command != nullptr ? command : entrypoint;
    if (start == nullptr || start->form != dockerfile::Form::exec || variable) continue;
    std::vector<std::string_view> words = started_words(entrypoint, command);
    std::string_view port = listening_port(words);
    if (port.empty() ||
        std::ranges::any_of(exposed, [&](const dockerfile::Word* word) { return covers(word->text, port); }))
      continue;
    if (exposed.empty())
      out.as(Severity::info)
          .add_item(port, start->span, out.text({"the program listens on port ", port, ", which no EXPOSE tells"}));
    else if (exposed.size() == 1 && cut(exposed[0]->text, "/").after != "udp" &&
             exposed[0]->span.of(input.file.bytes) == exposed[0]->text)
      out.add_item(port, exposed[0]->span,
                   out.text({"EXPOSE says ", exposed[0]->text, ", and the program listens on port ", port}),
                   {Edit{exposed[0]->span, port, {}}});
    else
      out.add_item(port, start->span, out.text({"the program listens on port ", port, ", which no EXPOSE tells"}));
  }
}

constexpr std::string_view kAllowed[] = {"8000/tcp"};

constexpr std::string_view kReferences[] = {"https://docs.docker.com/reference/dockerfile/#expose"};
constexpr Example kExamples[] = {
    {.bad = "FROM python:3.13-slim\nEXPOSE 5000\nCMD [\"gunicorn\", \"--bind\", \"0.0.0.0:8000\", \"app:app\"]\n",
     .good = "FROM python:3.13-slim\nEXPOSE 8000\nCMD [\"gunicorn\", \"--bind\", \"0.0.0.0:8000\", \"app:app\"]\n"},
    {.bad = "FROM python:3.13-slim\nCMD [\"uvicorn\", \"app:app\", \"--port=8080\"]\n"},
    {.bad = "FROM python:3.13-slim\nEXPOSE 9000\n", .settings = {.allowed_ports = kAllowed}},
    {.good = "FROM python:3.13-slim\nEXPOSE 8000-8010/tcp\nCMD [\"gunicorn\", \"-b\", \":8000\", \"app:app\"]\n"},
    {.good = "FROM python:3.13-slim\nARG PORT\nEXPOSE $PORT\nCMD [\"flask\", \"run\", \"--port=5000\"]\n"},
    {.good =
         "FROM python:3.13-slim\nEXPOSE 8000\nCMD [\"gunicorn\", \"--bind\", \"unix:/run/app.sock\", \"app:app\"]\n"},
    {.good = "FROM python:3.13-slim\nEXPOSE 8000\nCMD [\"gunicorn\", \"app:app\"]\n",
     .settings = {.allowed_ports = kAllowed}},
};
constexpr Check kChecks[] = {{.id = "DF095",
                              .name = "expose-differs-from-listener",
                              .title = "EXPOSE differs from the listener or the declared list",
                              .severity = Severity::low,
                              .fix = Fix::behaviour_changing,
                              .references = kReferences,
                              .advice = "EXPOSE the port that the program listens on.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::expose_differs_from_listener
