#include "inventory/compose_syntax.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>

#include "base/text.h"

namespace drydock::compose {
namespace {

struct RoleRow {
  std::string_view name;  // the last component, or its beginning up to '-' or '_' ("nginx" fits "nginx-unprivileged")
  Role role;
};

constexpr RoleRow kImages[] = {
    {"nginx", Role::reverse_proxy},
    {"openresty", Role::reverse_proxy},
    {"traefik", Role::reverse_proxy},
    {"caddy", Role::reverse_proxy},
    {"haproxy", Role::reverse_proxy},
    {"envoy", Role::reverse_proxy},
    {"kong", Role::reverse_proxy},
    {"httpd", Role::reverse_proxy},
    {"swag", Role::reverse_proxy},
    {"postgres", Role::database},
    {"postgresql", Role::database},
    {"postgis", Role::database},
    {"pgvector", Role::database},
    {"timescaledb", Role::database},
    {"mysql", Role::database},
    {"mariadb", Role::database},
    {"percona", Role::database},
    {"mongo", Role::database},
    {"mongodb", Role::database},
    {"mssql", Role::database},
    {"cockroach", Role::database},
    {"clickhouse", Role::database},
    {"cassandra", Role::database},
    {"couchdb", Role::database},
    {"influxdb", Role::database},
    {"neo4j", Role::database},
    {"elasticsearch", Role::database},
    {"opensearch", Role::database},
    {"redis", Role::cache},
    {"valkey", Role::cache},
    {"keydb", Role::cache},
    {"memcached", Role::cache},
    {"dragonfly", Role::cache},
    {"rabbitmq", Role::queue},
    {"nats", Role::queue},
    {"kafka", Role::queue},
    {"cp-kafka", Role::queue},
    {"redpanda", Role::queue},
    {"activemq", Role::queue},
    {"pulsar", Role::queue},
    {"mosquitto", Role::queue},
    {"python", Role::application},
    {"node", Role::application},
    {"ruby", Role::application},
    {"golang", Role::application},
    {"php", Role::application},
    {"openjdk", Role::application},
    {"eclipse-temurin", Role::application},
    {"deno", Role::application},
    {"bun", Role::application},
    {"elixir", Role::application},
    {"dotnet", Role::application},
    {"aspnet", Role::application},
    {"rust", Role::application},
};

// Tools that ship beside a server and carry its name: they are clients of it, not one.
constexpr std::string_view kCompanions[] = {"exporter", "exporter2", "admin",     "express", "commander", "insight",
                                            "ui",       "backup",    "connect",   "tools",   "client",    "box",
                                            "manager",  "operator",  "companion", "init"};

constexpr RoleRow kPrograms[] = {
    {"nginx", Role::reverse_proxy},   {"traefik", Role::reverse_proxy}, {"caddy", Role::reverse_proxy},
    {"haproxy", Role::reverse_proxy}, {"envoy", Role::reverse_proxy},   {"postgres", Role::database},
    {"mysqld", Role::database},       {"mariadbd", Role::database},     {"mongod", Role::database},
    {"redis-server", Role::cache},    {"valkey-server", Role::cache},   {"memcached", Role::cache},
    {"rabbitmq-server", Role::queue}, {"nats-server", Role::queue},     {"gunicorn", Role::application},
    {"uvicorn", Role::application},   {"hypercorn", Role::application}, {"daphne", Role::application},
    {"uwsgi", Role::application},     {"flask", Role::application},     {"celery", Role::application},
    {"python", Role::application},    {"python3", Role::application},   {"node", Role::application},
    {"npm", Role::application},       {"npx", Role::application},       {"yarn", Role::application},
    {"pnpm", Role::application},      {"bun", Role::application},       {"deno", Role::application},
    {"next", Role::application},      {"java", Role::application},      {"php-fpm", Role::application},
    {"puma", Role::application},      {"rails", Role::application},     {"bundle", Role::application},
    {"dotnet", Role::application},
};

// The next ':' that no ${...} encloses.
size_t find_colon(std::string_view text, size_t from) {
  int open = 0;
  for (size_t i = from; i < text.size(); ++i) {
    if (text[i] == '$' && i + 1 < text.size() && text[i + 1] == '{') ++open;
    if (text[i] == '}' && open > 0) --open;
    if (text[i] == ':' && open == 0) return i;
  }
  return std::string_view::npos;
}

bool starts_with_drive(std::string_view text) {
  return text.size() >= 3 && is_letter(text[0]) && text[1] == ':' && (text[2] == '\\' || text[2] == '/');
}

}  // namespace

std::optional<PortRange> parse_port_range(std::string_view text) {
  Cut range = cut(text, "-");
  auto one = [](std::string_view digits) -> std::optional<uint16_t> {
    uint16_t port = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return port;
  };
  std::optional<uint16_t> first = one(range.before);
  std::optional<uint16_t> last = range.found ? one(range.after) : first;
  if (!first || !last || *last < *first) return std::nullopt;
  return PortRange{*first, *last};
}

PortFields split_port(std::string_view text) {
  PortFields fields;
  std::vector<std::string_view> parts;
  size_t from = 0;
  for (size_t at; (at = find_colon(text, from)) != std::string_view::npos; from = at + 1)
    parts.push_back(text.substr(from, at - from));
  std::string_view last = text.substr(from);
  // "/udp" follows the container's port, and a default inside ${...} may hold a slash of its own.
  size_t slash = last.ends_with('}') ? std::string_view::npos : last.rfind('/');
  fields.container = last.substr(0, slash);
  if (slash != std::string_view::npos) fields.protocol = last.substr(slash + 1);
  if (parts.empty()) return fields;
  fields.host = parts.back();
  if (parts.size() == 1) return fields;
  // All in front of the host's port is the address: IPv6 has colons of its own.
  fields.host_ip = text.substr(0, static_cast<size_t>(fields.host.data() - text.data()) - 1);
  if (fields.host_ip.size() >= 2 && fields.host_ip.starts_with('[') && fields.host_ip.ends_with(']'))
    fields.host_ip = fields.host_ip.substr(1, fields.host_ip.size() - 2);
  return fields;
}

std::optional<VolumeFields> split_volume(std::string_view text) {
  std::string_view parts[3];
  size_t count = 0;
  size_t from = 0;
  while (true) {
    if (count == 3) return std::nullopt;
    size_t search = starts_with_drive(text.substr(from)) ? from + 2 : from;
    size_t at = find_colon(text, search);
    parts[count++] = text.substr(from, at == std::string_view::npos ? at : at - from);
    if (at == std::string_view::npos) break;
    from = at + 1;
  }
  if (count == 1) return VolumeFields{.source = {}, .target = parts[0], .options = {}};
  if (parts[0].empty() || parts[1].empty()) return std::nullopt;
  return VolumeFields{parts[0], parts[1], parts[2]};
}

MountKind kind_of_source(std::string_view source) {
  if (source.starts_with("\\\\.\\pipe\\")) return MountKind::npipe;
  if (source.empty()) return MountKind::volume;
  if (source[0] == '.' || source[0] == '/' || source[0] == '~' || source.starts_with("\\\\")) return MountKind::bind;
  if (starts_with_drive(source)) return MountKind::bind;
  // A variable without a value: only the slash behind it tells. A volume's name has none.
  if (source[0] == '$' && source.find('/', source.starts_with("${") ? source.find('}') : 0) != std::string_view::npos)
    return MountKind::bind;
  return MountKind::volume;
}

std::optional<int64_t> parse_integer(std::string_view text) {
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<int64_t> parse_bytes(std::string_view text) {
  if (text == "-1") return -1;  // no limit
  size_t digits = 0;
  while (digits < text.size() && (is_digit(text[digits]) || text[digits] == '.')) ++digits;
  std::optional<double> number = parse_number(text.substr(0, digits));
  if (!number) return std::nullopt;
  std::string unit = to_lower(trim(text.substr(digits)));
  constexpr std::string_view kPrefixes = "kmgtp";
  int shift = 0;
  if (!unit.empty() && kPrefixes.find(unit[0]) != std::string_view::npos) {
    shift = 10 * (static_cast<int>(kPrefixes.find(unit[0])) + 1);
    unit.erase(0, 1);
  }
  if (!unit.empty() && unit != "b" && unit != "ib") return std::nullopt;
  double bytes = std::ldexp(*number, shift);
  if (bytes >= static_cast<double>(std::numeric_limits<int64_t>::max())) return std::nullopt;
  return static_cast<int64_t>(bytes);
}

std::vector<std::string> split_words(std::string_view command) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (size_t i = 0; i < command.size(); ++i) {
    char c = command[i];
    bool more = i + 1 < command.size();
    if (quote == '\'' ? c == '\'' : quote == '"' && c == '"') {
      quote = 0;
    } else if (c == '\\' && quote != '\'' && more) {
      // Inside "..." a backslash escapes only what would otherwise mean something.
      char next = command[i + 1];
      if (quote == '"' && next != '"' && next != '\\' && next != '$' && next != '`') word += c;
      word += next;
      in_word = true;
      ++i;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
      in_word = true;
    } else if (quote == 0 && is_space(c)) {
      if (in_word) words.push_back(std::move(word));
      word.clear();
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (in_word) words.push_back(std::move(word));
  return words;
}

std::string_view image_base_name(std::string_view image) {
  image = cut(image, "@").before;
  image = base_name(image);
  return cut(image, ":").before;
}

Role role_of_image(std::string_view image) {
  std::string name = to_lower(image_base_name(image));
  for (std::string_view part : split(name, '-'))
    if (std::ranges::find(kCompanions, part) != std::end(kCompanions)) return Role::other;
  for (const RoleRow& row : kImages) {
    if (!name.starts_with(row.name)) continue;
    if (name.size() == row.name.size() || name[row.name.size()] == '-' || name[row.name.size()] == '_') return row.role;
  }
  // Microsoft's images end in what they are of: mcr.microsoft.com/mssql/server.
  return image.find("/mssql/") != std::string_view::npos ? Role::database : Role::other;
}

Role role_of_program(std::string_view program) {
  std::string_view name = base_name(program);
  for (const RoleRow& row : kPrograms)
    if (name == row.name) return row.role;
  return Role::other;
}

}  // namespace drydock::compose
