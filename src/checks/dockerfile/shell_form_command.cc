#include <algorithm>
#include <string>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"
#include "formats/json.h"

namespace drydock::checks::shell_form_command {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// In shell form /bin/sh is process 1 and passes no signal on: `docker stop` waits ten seconds and kills.
//
// Exec form does the same only where the shell has nothing to do: one command, no variable, glob, redirection or
// assignment. Only then an edit is offered.
bool needs_no_shell(const Instruction& in) {
  if (in.commands.size() != 1) return false;
  const shell::Command& command = in.commands[0];
  if (command.words.empty() || !command.assignments.empty() || !command.redirections.empty() || command.depth != 0)
    return false;
  return std::ranges::none_of(command.words, [](const shell::Word& word) {
    return word.expands || (!word.quoted && word.text.find_first_of("*?[~{!") != std::string_view::npos);
  });
}

std::string exec_form(const shell::Command& command) {
  std::string json = "[";
  for (const shell::Word& word : command.words) {
    if (json.size() > 1) json += ", ";
    json::append_string(json, word.text);
  }
  return json + "]";
}

void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::cmd && in.keyword != Keyword::entrypoint && in.keyword != Keyword::healthcheck) continue;
    if (in.form != dockerfile::Form::shell || in.stage < 0) continue;
    if (in.json_like) {
      out.as(Severity::medium)
          .add(in.span,
               "this looks like exec form but is no JSON array, so a shell runs it as it stands; text behind the "
               "bracket and single quotes do that");
      continue;
    }
    // A shell that somebody chose, for instance with pipefail, is there by design.
    if (in_effect(input.file, input.file.stages[in.stage], Keyword::shell) != nullptr || in.text.empty()) continue;
    bool exec = in.text.starts_with("exec ");
    if (in.keyword == Keyword::healthcheck && in.commands.size() > 1) {
      out.as(Severity::info).add(in.span, "this HEALTHCHECK needs a shell in the image");
    } else if (exec) {
      out.as(Severity::info).add(in.span, "shell form whose shell makes way by exec");
    } else if (needs_no_shell(in)) {
      const shell::Command& command = in.commands[0];
      Span words{command.words.front().span.begin, command.words.back().span.end};
      out.add(in.span, "shell form: the program is a child of /bin/sh and gets no signals",
              {Edit{words, exec_form(command), {}}});
    } else {
      out.add(in.span, "shell form: the program is a child of /bin/sh and gets no signals");
    }
  }
}

constexpr std::string_view kAliases[] = {"DL3025", "prefer-json-notation", "JSONArgsRecommended",
                                         "not_using_json_in_cmd_and_entrypoint_arguments"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/reference/build-checks/json-args-recommended/",
                                            "https://docs.docker.com/reference/dockerfile/#shell-and-exec-form"};
constexpr Example kExamples[] = {
    {.bad = "FROM python:3.13-slim\nCMD gunicorn -b 0.0.0.0:8000 'my app:app'\n",
     .good = "FROM python:3.13-slim\nCMD [\"gunicorn\", \"-b\", \"0.0.0.0:8000\", \"my app:app\"]\n"},
    {.bad = "FROM python:3.13-slim\nCMD ['gunicorn', 'wsgi:app']\n"},
    {.bad = "FROM python:3.13-slim\nCMD [\"gunicorn\", \"wsgi:app\"] # the server\n"},
    {.bad = "FROM python:3.13-slim\nCMD gunicorn -b 0.0.0.0:$PORT wsgi:app\n"},
    {.good = "FROM python:3.13-slim\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nCMD gunicorn wsgi:app\n"},
    {.good = "FROM python:3.13-slim\nCMD [\"sh\", \"-c\", \"exec gunicorn -b 0.0.0.0:$PORT wsgi:app\"]\n"},
    {.good = "FROM python:3.13-slim\nRUN pip list\n"},
};
constexpr Check kChecks[] = {
    {.id = "DF040",
     .name = "shell-form-command",
     .title = "Shell form CMD/ENTRYPOINT/HEALTHCHECK CMD",
     .severity = Severity::low,
     .fix = Fix::behaviour_changing,
     .aliases = kAliases,
     .references = kReferences,
     .advice = "Write a JSON array with double quotes and nothing behind it: CMD [\"program\", \"argument\"].",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::shell_form_command
