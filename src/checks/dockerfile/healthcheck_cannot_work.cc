#include <algorithm>
#include <vector>

#include "base/text.h"
#include "checks/check.h"
#include "checks/commands.h"
#include "checks/image_reference.h"
#include "checks/inputs.h"
#include "checks/packages.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::healthcheck_cannot_work {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// Which of the two downloaders an official image has: its Debian variants neither, its full ones (buildpack-deps) both,
// Alpine's busybox has wget. Other images: not known.
enum class Has : uint8_t { unknown, no, yes };

Has has_program(const ImageReference& base, std::string_view program) {
  if (!base.official()) return Has::unknown;
  bool alpine = base.repository == "alpine" || base.tag.find("alpine") != std::string_view::npos;
  bool slim = base.tag.find("slim") != std::string_view::npos;
  bool language = base.repository == "python" || base.repository == "node" || base.repository == "ruby";
  if (base.repository == "debian" || base.repository == "ubuntu") return Has::no;
  if (!alpine && !language) return Has::unknown;
  if (alpine && (language || base.repository == "alpine")) return program == "wget" ? Has::yes : Has::no;
  return !language ? Has::unknown : slim ? Has::no : Has::yes;
}

// Some step may bring the program: it names it, runs a script, or installs what a variable or a file lists.
bool may_bring(const Instruction& in, std::string_view bytes, std::string_view program) {
  if (in.keyword != Keyword::run && in.keyword != Keyword::copy && in.keyword != Keyword::add) return false;
  if (in.span.of(bytes).find(program) != std::string_view::npos) return true;
  for (const shell::Command& command : in.commands) {
    if (command.program().ends_with(".sh") || command.program() == "xargs") return true;
    PackageCall call = package_call(command);
    if (call.task != PackageTask::install) continue;
    for (const shell::Word* package : call.packages)
      if (package->expands) return true;
  }
  return false;
}

// The words of the first command of the check.
std::vector<std::string_view> first_words(const Instruction& check) {
  std::vector<std::string_view> words;
  if (check.form == dockerfile::Form::exec)
    for (const dockerfile::Word& word : check.words) words.push_back(word.text);
  else if (!check.commands.empty())
    for (const shell::Word& word : check.commands[0].words) words.push_back(word.text);
  return words;
}

void run(const DockerfileInput& input, Findings& out) {
  for (const dockerfile::Stage* stage : shipped_stages(input)) {
    const Instruction* check = in_effect(input.file, *stage, Keyword::healthcheck);
    if (check == nullptr || check->healthcheck_none || check->form == dockerfile::Form::none) continue;
    std::vector<std::string_view> words = first_words(*check);
    if (words.empty()) continue;
    // [ "text" ] is the shell's test of a text that is not empty: true, whatever the program does.
    if (check->form == dockerfile::Form::shell && check->json_like) {
      out.add(
          check->span,
          "this is no JSON array, so the shell runs it: [ \"...\" ] tests that a text is not empty and never fails");
      continue;
    }
    std::string_view program = base_name(words[0]);
    if (check->form == dockerfile::Form::exec && program.ends_with(".py")) {
      bool executable = false;
      for (const Instruction* in : instructions_of(input.file, *stage)) {
        std::string_view text = in->span.of(input.file.bytes);
        executable |= in->flag("chmod") != nullptr ||
                      (in->keyword == Keyword::run && text.find("chmod") != std::string_view::npos);
      }
      if (!executable)
        out.add(check->span,
                out.text({program, " is started without an interpreter, and no step makes it executable"}));
      continue;
    }
    const dockerfile::Stage* root = chain_of(input.file, *stage).back();
    ImageReference base = parse_image_reference(root->image);
    bool distroless = base.registry == "gcr.io" && base.repository.starts_with("distroless/") &&
                      base.tag.find("debug") == std::string_view::npos;
    std::vector<const Instruction*> steps = instructions_of(input.file, *stage);
    auto brings = [&](std::string_view what) {
      return std::ranges::any_of(steps, [&](const Instruction* in) { return may_bring(*in, input.file.bytes, what); });
    };
    if ((root->scratch || distroless) && check->form == dockerfile::Form::shell &&
        in_effect(input.file, *stage, Keyword::shell) == nullptr) {
      if (!brings("sh") && !brings("busybox"))
        out.add(check->span, "the check is a shell command, and this image has no shell");
      continue;
    }
    if (program == "curl" || program == "wget") {
      Has has = root->scratch || distroless ? Has::no : root->image.empty() ? Has::unknown : has_program(base, program);
      if (has == Has::no && !brings(program)) {
        out.add(check->span, out.text({"the check runs ", program, ", which this image does not have"}));
        continue;
      }
    }
    // A server that speaks TLS answers no plain HTTP.
    bool plain = false;
    for (std::string_view word : words) plain |= word.find("http://") != std::string_view::npos;
    bool tls = false;
    for (std::string_view word :
         started_words(in_effect(input.file, *stage, Keyword::entrypoint), in_effect(input.file, *stage, Keyword::cmd)))
      tls |= word.find("--certfile") != std::string_view::npos ||
             word.find("--ssl-certfile") != std::string_view::npos ||
             word.find("--ssl-keyfile") != std::string_view::npos;
    if (plain && tls)
      out.add(check->span, "the check speaks plain HTTP to a server that is started with a TLS certificate");
  }
}

constexpr std::string_view kReferences[] = {"https://docs.docker.com/reference/dockerfile/#healthcheck"};
constexpr Example kExamples[] = {
    {.bad = "FROM python:3.13-slim\nHEALTHCHECK CMD curl --fail http://localhost:5000/ || exit 1\n"},
    {.bad = "FROM node:22-alpine\nHEALTHCHECK CMD [\"curl\", \"-f\", \"http://localhost:3000/\"]\n"},
    {.bad = "FROM python:3.13-slim\nCOPY . .\nHEALTHCHECK CMD [\"/app/healthcheck.py\"]\n"},
    {.bad = "FROM python:3.13-slim\nHEALTHCHECK CMD [ \"/app/healthcheck.sh\" ] # runs in the image\n"},
    {.bad = "FROM gcr.io/distroless/static-debian12\nHEALTHCHECK CMD /app check || exit 1\n"},
    {.bad = "FROM python:3.13\nHEALTHCHECK CMD curl -f http://localhost:8000/\nCMD [\"gunicorn\", "
            "\"--certfile=a.pem\", \"app:app\"]\n"},
    {.good = "FROM python:3.13-slim\nRUN apt-get update && apt-get install -y curl\nHEALTHCHECK CMD curl -f "
             "http://localhost:5000/\n"},
    {.good = "FROM python:3.13-slim\nRUN ./setup.sh\nHEALTHCHECK CMD curl -f http://localhost:5000/\n"},
    {.good = "FROM node:22-alpine\nHEALTHCHECK CMD wget -qO- http://localhost:3000/ || exit 1\n"},
    {.good = "FROM python:3.13\nHEALTHCHECK CMD curl -f http://localhost:5000/\n"},
    {.good = "FROM nginx:1.29-alpine\nHEALTHCHECK CMD curl -f http://localhost/\n"},
    {.good = "FROM python:3.13-slim\nCOPY --chmod=755 check.py /app/\nHEALTHCHECK CMD [\"/app/check.py\"]\n"},
    {.good = "FROM python:3.13-slim\nHEALTHCHECK CMD [\"python\", \"/app/check.py\"]\n"},
    {.good = "FROM gcr.io/distroless/static-debian12\nHEALTHCHECK CMD [\"/app\", \"check\"]\n"},
};
constexpr Check kChecks[] = {
    {.id = "DF037",
     .name = "healthcheck-cannot-work",
     .title = "HEALTHCHECK cannot work",
     .severity = Severity::medium,
     .references = kReferences,
     .advice = "Check with what the image has: python -c with urllib, node -e with fetch, busybox wget on Alpine.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::healthcheck_cannot_work
