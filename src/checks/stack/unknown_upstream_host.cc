#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "base/text.h"
#include "checks/check.h"
#include "checks/image_reference.h"
#include "checks/inputs.h"
#include "checks/nginx_scope.h"
#include "checks/secret_names.h"
#include "formats/dockerfile.h"
#include "formats/yaml.h"

namespace drydock::checks::unknown_upstream_host {
namespace {

using Names = std::set<std::string, std::less<>>;

void add(Names& names, std::string_view name) {
  if (!name.empty()) names.insert(to_lower(name));
}

void add_items(Names& names, const tree::Node* list, bool behind_colon) {
  if (list == nullptr || !list->is_sequence()) return;
  for (const tree::Node* item : list->items) {
    Cut link = cut(item->text, ":");  // "service:alias"
    add(names, behind_colon && link.found ? link.after : item->text);
  }
}

// Names by which containers reach each other: service, container_name, hostname, network aliases, links, extra_hosts.
// Of every compose file of the scan, since another one may join the same network.
Names known_names(const StackInput& input) {
  Names names;
  for (const Service& service : input.stack.services) {
    add(names, service.name);
    add(names, service.container.hostname.value);
    for (const Text& host : service.container.extra_hosts) {
      size_t end = host.value.find_first_of(":=");
      add(names, host.value.substr(0, end));
    }
  }
  for (const Source& source : input.sources.all()) {
    const auto* file = source.kind == SourceKind::compose ? source.as<yaml::File>() : nullptr;
    const tree::Node* services = file == nullptr ? nullptr : file->root().find("services");
    if (services == nullptr || !services->is_mapping()) continue;
    for (const tree::Member& member : services->members) {
      const tree::Node& service = *member.value;
      add(names, member.key->text);
      add(names, service.string_at("container_name"));
      add(names, service.string_at("hostname"));
      add_items(names, service.find("links"), true);
      add_items(names, service.find("external_links"), true);
      const tree::Node* networks = service.find("networks");
      if (networks == nullptr || !networks->is_mapping()) continue;
      for (const tree::Member& network : networks->members) add_items(names, network.value->find("aliases"), false);
    }
  }
  return names;
}

// Other stacks may be on an external network, with names that stand nowhere here.
bool shares_a_network(const Stack& stack) {
  return std::ranges::any_of(stack.networks, [](const Network& network) { return network.external; });
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host.starts_with("127.") || host == "::1" || host == "0.0.0.0";
}

// One word of letters: names with dots are looked up in the world's DNS, and addresses need no looking up.
bool is_container_name(std::string_view host) {
  return !host.empty() && host.find_first_of(".:$%{}*/") == std::string_view::npos &&
         !std::ranges::all_of(host, is_digit);
}

// Runs in a container of this stack: a service mounts the file or its folder, or is built from nginx around it.
const Service* service_running(const StackInput& input, std::string_view path) {
  for (const Service& service : input.stack.services) {
    for (const Mount& mount : service.container.mounts) {
      if (mount.kind != MountKind::bind || mount.source.empty() || mount.source.starts_with('/')) continue;
      std::string source = normalise_path(std::string(input.stack.directory) + "/" + std::string(mount.source));
      if (!source.empty() && (path == source || (path.starts_with(source) && path[source.size()] == '/')))
        return &service;
    }
    if (!service.build.context.known()) continue;
    std::string_view context = service.build.context.value;
    const Source* source = input.sources.find(service.build.dockerfile.value);
    const auto* file = source == nullptr ? nullptr : source->as<dockerfile::File>();
    const dockerfile::Stage* stage = file == nullptr ? nullptr : file->final_stage();
    bool nginx = stage != nullptr && parse_image_reference(stage->image).name().starts_with("nginx");
    bool inside = context.empty() || context == "." ||
                  (path.starts_with(context) && path.size() > context.size() && path[context.size()] == '/');
    if (nginx && inside) return &service;
  }
  return nullptr;
}

struct Target {
  std::string_view host, port;
  const nginx::Directive* at;
};

// Hosts of proxy_pass and of the servers in upstream blocks, without names of upstream blocks and variables.
std::vector<Target> targets_of(const nginx::File& file, const Names& upstreams) {
  std::vector<Target> targets;
  for (const nginx::Directive* directive : all_directives(file, {})) {
    std::string_view address;
    if (directive->name == "proxy_pass" || directive->name == "fastcgi_pass" || directive->name == "uwsgi_pass" ||
        directive->name == "grpc_pass")
      address = directive->argument(0);
    if (directive->name == "server" && directive->parent != nullptr && directive->parent->name == "upstream")
      address = directive->argument(0);
    if (address.empty() || address.find('$') != std::string_view::npos ||
        address.find("unix:") != std::string_view::npos)
      continue;
    UrlLogin url = parse_url(address);
    Cut host = cut(cut(address, "/").before, ":");
    std::string_view name = url.found ? url.host : host.before;
    if (upstreams.contains(to_lower(name))) continue;
    targets.push_back({name, url.found ? url.port : host.after, directive});
  }
  return targets;
}

Names ports_of(const nginx::File& file) {
  Names ports;
  for (const nginx::Directive* listen : all_directives(file, "listen")) {
    Cut address = cut_last(listen->argument(0), ":");
    ports.insert(std::string(address.found ? address.after : address.before));
  }
  return ports;
}

Location location_of(const Source& source, Span span) {
  LineColumn place = source.lines.at(span.begin);
  return {.path = source.path, .layer = {}, .span = span, .line = place.line, .column = place.column};
}

void check_nginx(const StackInput& input, const Names& names, Findings& out) {
  Names upstreams;
  for (const Source& source : input.sources.all())
    if (const auto* file = source.as<nginx::File>())
      for (const nginx::Directive* upstream : all_directives(*file, "upstream")) add(upstreams, upstream->argument(0));
  for (const Source& source : input.sources.all()) {
    const auto* file = source.as<nginx::File>();
    std::string_view folder = input.stack.directory;
    if (file == nullptr ||
        (!folder.empty() &&
         !(source.path.starts_with(folder) && source.path.size() > folder.size() && source.path[folder.size()] == '/')))
      continue;
    const Service* runs = service_running(input, source.path);
    std::vector<Target> targets = targets_of(*file, upstreams);
    // Without a container that is known to read the file, a neighbour that is a service says that it is meant for here.
    bool meant_for_here = runs != nullptr || std::ranges::any_of(targets, [&](const Target& target) {
                            return names.contains(to_lower(target.host));
                          });
    if (!meant_for_here) continue;
    Names ports = ports_of(*file);
    for (const Target& target : targets) {
      bool host_network = runs != nullptr && runs->container.network_mode.set();
      if (is_loopback(target.host)) {
        if (runs != nullptr && !host_network &&
            !ports.contains(target.port.empty() ? std::string_view("80") : target.port))
          out.add_item(
              target.host, location_of(source, target.at->span),
              out.text({target.host, " is the container of ", runs->name, " itself, where nothing else listens"}));
      } else if (is_container_name(target.host) && !names.contains(to_lower(target.host)) && !host_network) {
        out.add_item(target.host, location_of(source, target.at->span),
                     out.text({"no service, alias or host of the stack is called ", target.host}));
      }
    }
  }
}

void check_environment(const StackInput& input, const Names& names, Findings& out) {
  for (const Service& service : input.stack.services) {
    if (service.container.network_mode.set()) continue;  // host, or another container's: localhost may be right
    for (const EnvironmentVariable& variable : service.container.environment) {
      if (!variable.value.known()) continue;
      UrlLogin url = parse_url(trim(variable.value.value));
      if (!url.found) continue;
      std::string_view scheme = cut(url.scheme, "+").before;
      constexpr std::string_view kStores[] = {"postgres", "postgresql", "mysql", "mariadb", "redis",
                                              "rediss",   "amqp",       "amqps", "mongodb", "memcached"};
      bool store = std::ranges::find(kStores, scheme) != std::end(kStores) && url.scheme != "mongodb+srv";
      // A browser may use an http URL, and there localhost is the visitor's own machine.
      if (!store) continue;
      std::string_view item = out.text({service.name, " ", variable.name});
      if (is_loopback(url.host))
        out.add_item(item, variable.value.at,
                     out.text({"in the container of ", service.name, ", ", url.host, " of ", variable.name,
                               " is the container itself"}));
      else if (is_container_name(url.host) && !names.contains(to_lower(url.host)))
        out.add_item(
            item, variable.value.at,
            out.text({"no service, alias or host of the stack is called ", url.host, " as in ", variable.name}));
    }
  }
}

void run(const StackInput& input, Findings& out) {
  if (input.stack.empty()) return out.not_applicable("there is no compose file");
  if (shares_a_network(input.stack))
    return out.not_applicable("an external network may bring names that stand nowhere here");
  Names names = known_names(input);
  check_nginx(input, names, out);
  check_environment(input, names, out);
}

constexpr std::string_view kReferences[] = {"https://docs.docker.com/compose/how-tos/networking/"};
constexpr Example kExamples[] = {
    {.bad = "-- compose.yaml --\nservices:\n  web:\n    image: nginx:1.29\n    volumes:\n      - "
            "./nginx/web.conf:/etc/nginx/conf.d/default.conf:ro\n  app:\n    image: app:1\n-- nginx/web.conf "
            "--\nserver {\n    listen 80;\n    location / {\n        proxy_pass http://backend:8000;\n    }\n}\n"},
    {.bad = "-- compose.yaml --\nservices:\n  web:\n    image: nginx:1.29\n    volumes:\n      - "
            "./nginx:/etc/nginx/conf.d:ro\n-- nginx/web.conf --\nserver {\n    listen 80;\n    location / {\n        "
            "proxy_pass http://localhost:3000;\n    }\n}\n"},
    {.bad = "-- compose.yaml --\nservices:\n  app:\n    image: app:1\n    environment:\n      DATABASE_URL: "
            "postgres://app@postgres/app\n  db:\n    image: postgres:17\n"},
    {.good = "-- compose.yaml --\nservices:\n  web:\n    image: nginx:1.29\n    volumes:\n      - "
             "./nginx/web.conf:/etc/nginx/conf.d/default.conf:ro\n  app:\n    image: app:1\n    networks:\n      "
             "default:\n        aliases: [backend]\n  db:\n    image: postgres:17\n    container_name: store\n-- "
             "nginx/web.conf --\nupstream pool {\n    server backend:8000;\n    server unix:/run/app.sock;\n}\nserver "
             "{\n    listen 80;\n    location / {\n        proxy_pass http://pool;\n    }\n    location /v {\n        "
             "proxy_pass http://$target;\n    }\n    location /s {\n        proxy_pass http://store:80;\n    }\n    "
             "location /x {\n        proxy_pass https://api.vendor.example;\n    }\n}\n"},
    // nginx on the host: there localhost is right.
    {.good = "-- compose.yaml --\nservices:\n  app:\n    image: app:1\n    ports: [\"127.0.0.1:8000:8000\"]\n-- "
             "nginx/web.conf --\nserver {\n    listen 80;\n    location / {\n        proxy_pass "
             "http://localhost:8000;\n    }\n}\n"},
    {.good = "-- compose.yaml --\nservices:\n  app:\n    image: app:1\n    environment:\n      DATABASE_URL: "
             "postgres://app@${DB_HOST}/app\n      SITE_URL: http://localhost:3000\n      REDIS_URL: "
             "redis://cache.corp.example/0\n"},
    {.good = "-- compose.yaml --\nservices:\n  app:\n    image: app:1\n    environment:\n      DATABASE_URL: "
             "postgres://app@shared-db/app\n    networks: [shared]\nnetworks:\n  shared:\n    external: true\n"},
};
constexpr Check kChecks[] = {{.id = "CS003",
                              .name = "unknown-upstream-host",
                              .title = "Proxy or app names a host that no service has",
                              .severity = Severity::medium,
                              .references = kReferences,
                              .advice = "Name the service, or give it the name as a network alias.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::unknown_upstream_host
