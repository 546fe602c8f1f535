#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"

namespace drydock::checks::port_on_all_interfaces {
namespace {

bool all_interfaces(std::string_view host_ip) {
  return host_ip.empty() || host_ip == "0.0.0.0" || host_ip == "::" || host_ip == "[::]" || host_ip == "*";
}

// "${BIND}:8080:80": three fields, the first one unknown. Colons inside ${...} separate nothing.
bool address_unknown(std::string_view written) {
  int braces = 0, fields = 1;
  for (char c : written) {
    if (c == '{') ++braces;
    if (c == '}' && braces > 0) --braces;
    if (c == ':' && braces == 0) ++fields;
  }
  return fields > 2 && written.starts_with('$');
}

void run(const ServiceInput& input, Findings& out) {
  const ContainerSpec& spec = input.service.container;
  if (spec.network_mode.set() && spec.network_mode.value != "bridge") return;  // ports are ignored, or another's
  for (const Port& port : spec.ports) {
    if (!all_interfaces(port.host_ip)) continue;
    if (port.unresolved && port.host_ip.empty() && address_unknown(port.written)) {
      out.unknown(port.at, "the address is a variable without a value here");
      continue;
    }
    bool front = input.service.role == Role::reverse_proxy && port.host_first == port.host_last &&
                 (port.host_first == 80 || port.host_first == 443);
    if (front) out.as(Severity::info);
    std::string_view message =
        out.text({"port ", port.written, " is open on every interface; Docker's own rules come before those of UFW"});
    // Short form only, and where the written text stands as it is, with or without quotes.
    const Source* source = input.sources.find(port.at.path);
    std::string_view node = source == nullptr ? std::string_view{} : port.at.span.of(source->bytes);
    bool quoted = node.size() == port.written.size() + 2 && node.substr(1, port.written.size()) == port.written;
    uint32_t begin = port.at.span.begin + (quoted ? 1 : 0);
    if (front || (!quoted && node != port.written)) {
      out.add_item(port.written, port.at, message);
    } else if (port.host_ip.empty()) {
      bool has_host_port = port.written.find(':') != std::string_view::npos;
      out.add_item(port.written, port.at, message,
                   {Edit{{begin, begin}, has_host_port ? "127.0.0.1:" : "127.0.0.1::", {}}});
    } else if (port.written.starts_with(port.host_ip)) {
      uint32_t size = static_cast<uint32_t>(port.host_ip.size());
      out.add_item(port.written, port.at, message, {Edit{{begin, begin + size}, "127.0.0.1", {}}});
    } else {
      out.add_item(port.written, port.at, message);
    }
  }
}

constexpr std::string_view kAliases[] = {"container_traffic_not_bound_to_host_interface", "CIS 5.14", "CL0005",
                                         "no-unbound-port-interfaces"};
constexpr std::string_view kReferences[] = {
    "CIS Docker 5.14", "https://docs.docker.com/engine/network/packet-filtering-firewalls/#docker-and-ufw"};
constexpr Example kExamples[] = {
    {.bad = "services:\n  web:\n    image: app:1\n    ports:\n      - \"8080:80\" # site\n      - 9000\n      - "
            "0.0.0.0:9001:81\n",
     .good = "services:\n  web:\n    image: app:1\n    ports:\n      - \"127.0.0.1:8080:80\" # site\n      - "
             "127.0.0.1::9000\n      - 127.0.0.1:9001:81\n"},
    {.bad = "services:\n  web:\n    image: app:1\n    ports:\n      - \"${PORT}:80\"\n",
     .good = "services:\n  web:\n    image: app:1\n    ports:\n      - \"127.0.0.1:${PORT}:80\"\n"},
    {.bad = "services:\n  web:\n    image: app:1\n    ports:\n      - target: 80\n        published: \"8080\"\n"},
    {.good = "services:\n  web:\n    image: app:1\n    ports:\n      - 127.0.0.1:8080:80\n      - \"[::1]:8080:80\"\n"},
    {.good = "services:\n  web:\n    image: app:1\n    ports:\n      - \"${BIND}:8080:80\"\n"},  // unknown
    {.good = "services:\n  web:\n    image: app:1\n    expose:\n      - \"80\"\n"},
};
constexpr Check kChecks[] = {
    {.id = "DC018",
     .name = "port-on-all-interfaces",
     .title = "Port published on all interfaces",
     .severity = Severity::medium,
     .fix = Fix::behaviour_changing,
     .aliases = kAliases,
     .references = kReferences,
     .advice = "Publish on 127.0.0.1 and let a reverse proxy face the world, or filter in the DOCKER-USER chain.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::port_on_all_interfaces
