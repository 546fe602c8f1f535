#include <charconv>
#include <vector>

#include "base/text.h"
#include "checks/check.h"
#include "checks/commands.h"
#include "checks/inputs.h"
#include "checks/packages.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::ssh_in_image {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

bool is_server_package(std::string_view name, std::string_view manager) {
  if (name == "openssh-server" || name == "dropbear" || name == "dropbear-run" || name == "tinyssh") return true;
  return manager == "apk" && name == "openssh";  // Alpine's openssh holds the server, too
}

// A second way in, with keys of its own to keep; `docker exec` needs no daemon.
void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction* in : shipped_instructions(input, Keyword::expose)) {
    for (const dockerfile::Word& word : in->words) {
      Cut range = cut(cut(word.text, "/").before, "-");
      int first = 0, last = 0;
      if (std::from_chars(range.before.data(), range.before.data() + range.before.size(), first).ec != std::errc{})
        continue;
      last = first;
      if (range.found &&
          std::from_chars(range.after.data(), range.after.data() + range.after.size(), last).ec != std::errc{})
        continue;
      if (first <= 22 && 22 <= last && range.before.find('.') == std::string_view::npos &&
          range.before.find(':') == std::string_view::npos)
        out.add(word.span, "the image announces the SSH port 22");
    }
  }
  for (const Instruction* in : shipped_instructions(input, Keyword::run)) {
    for (size_t i = 0; i < in->commands.size(); ++i) {
      PackageCall call = package_call(in->commands[i]);
      if (call.task != PackageTask::install || removed_later(in->commands, i)) continue;
      for (const shell::Word* package : call.packages)
        if (is_server_package(package_name(package->text), call.manager))
          out.add(package->span, out.text({"the image holds an SSH server: ", package_name(package->text)}));
    }
  }
  for (const dockerfile::Stage* stage : shipped_stages(input)) {
    for (Keyword keyword : {Keyword::entrypoint, Keyword::cmd}) {
      const Instruction* start = in_effect(input.file, *stage, keyword);
      if (start == nullptr) continue;
      std::vector<std::string_view> words = command_words(*start);
      if (!words.empty() && (base_name(words[0]) == "sshd" || base_name(words[0]) == "dropbear"))
        out.add(start->span, "the container runs an SSH server");
    }
  }
}

constexpr std::string_view kAliases[] = {"DS-0004", "CKV_DOCKER_1", "CIS 5.7", "exposing_port_22"};
constexpr std::string_view kReferences[] = {"CIS Docker 5.7",
                                            "https://docs.docker.com/reference/cli/docker/container/exec/"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nEXPOSE 80 22/tcp\n"},
    {.bad = "FROM debian:12-slim\nEXPOSE 20-25\n"},
    {.bad = "FROM alpine:3.22\nRUN apk add --no-cache openssh\n"},
    {.bad = "FROM debian:12-slim\nCMD [\"/usr/sbin/sshd\", \"-D\"]\n"},
    {.good = "FROM debian:12-slim\nEXPOSE 2222 220 8022/tcp\nRUN apt-get install -y openssh-client\n"},
    {.good = "FROM debian:12-slim AS test\nEXPOSE 22\nFROM scratch\nCOPY --from=test /app /app\n"},
};
constexpr Check kChecks[] = {{.id = "DF027",
                              .name = "ssh-in-image",
                              .title = "SSH port or daemon in the image",
                              .severity = Severity::medium,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Drop the SSH server: docker exec opens a shell in a running container.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::ssh_in_image
