#include <charconv>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::expose_malformed {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

bool is_port(std::string_view text) {
  uint32_t port = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
  return failed == std::errc{} && end == text.data() + text.size() && port <= 65535;
}

void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::expose) continue;
    for (const dockerfile::Word& word : in.words) {
      if (word.text.find('$') != std::string_view::npos) continue;
      Cut protocol = cut(word.text, "/");
      Cut range = cut(protocol.before, "-");
      std::string_view name = protocol.after;
      std::string_view port = range.before;
      if (protocol.before.find(':') != std::string_view::npos)
        out.add(word.span,
                "EXPOSE takes a port of the container alone: addresses and host ports are given when it runs");
      else if (!is_port(port) || (range.found && !is_port(range.after)))
        out.add(word.span, out.text({word.text, " is no port between 0 and 65535, nor a range of such"}));
      else if (range.found &&
               (port.size() > range.after.size() || (port.size() == range.after.size() && port > range.after)))
        out.add(word.span, "the range ends before it starts");
      else if (protocol.found && !equal_ignoring_case(name, "tcp") && !equal_ignoring_case(name, "udp") &&
               !equal_ignoring_case(name, "sctp"))
        out.add(word.span, out.text({"the protocol is tcp, udp or sctp, not \"", name, "\""}));
      else if (name != to_lower(name))
        out.add(word.span, "the protocol is written in lower case");
    }
  }
}

constexpr std::string_view kAliases[] = {
    "DL3011", "DS-0008", "invalid-port", "ExposeInvalidFormat", "ExposeProtoCasing", "unix_ports_out_of_range"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/reference/dockerfile/#expose",
                                            "https://docs.docker.com/reference/build-checks/expose-invalid-format/"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nEXPOSE 80000\n"},
    {.bad = "FROM debian:12-slim\nEXPOSE 127.0.0.1:80:80\n"},
    {.bad = "FROM debian:12-slim\nEXPOSE 80/TCP\n"},
    {.bad = "FROM debian:12-slim\nEXPOSE 80/http\n"},
    {.bad = "FROM debian:12-slim\nEXPOSE 9000-8000\n"},
    {.good = "FROM debian:12-slim\nARG PORT\nEXPOSE 80 443/tcp 53/udp 3868/sctp 8000-8010/tcp $PORT ${PORT}/tcp\n"},
};
constexpr Check kChecks[] = {{.id = "DF029",
                              .name = "expose-malformed",
                              .title = "EXPOSE port out of range or malformed",
                              .severity = Severity::low,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Write EXPOSE port, or EXPOSE port/tcp, udp or sctp.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::expose_malformed
