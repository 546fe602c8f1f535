#include "inventory/compose_service.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/text.h"
#include "formats/dockerfile.h"
#include "formats/dotenv.h"
#include "inventory/compose_merge.h"
#include "inventory/compose_syntax.h"

namespace drydock::compose {
namespace {

Origin origin_of(const Value& value) { return value.from_environment ? Origin::environment : Origin::compose; }

// Lists whose later entries take the place of earlier ones of the same key (13-merge.md, "Unique resources").
template <class T>
class UniqueList {
 public:
  void add(std::string key, const T& item) {
    auto [found, added] = index_.try_emplace(std::move(key), items_.size());
    if (added)
      items_.push_back(item);
    else
      items_[found->second] = item;
  }
  std::vector<T>& items() { return items_; }

 private:
  std::vector<T> items_;
  std::unordered_map<std::string, size_t> index_;
};

class ServiceReader {
 public:
  ServiceReader(const Member& member, Work& work, uint32_t& elements_left)
      : name_(work.pool.copy(member.key)), value_(*member.value), work_(work), elements_left_(elements_left) {
    service_.name = name_;
    service_.at = location_of(*member.scope, member.key_span);
  }

  Service read(const std::set<std::string_view>& profiles);

 private:
  const Value* find(std::string_view key) const { return value_.find(key); }
  const Value* find_path(std::initializer_list<std::string_view> keys) const {
    const Value* at = &value_;
    for (std::string_view key : keys)
      if (at = at->is_mapping() ? at->find(key) : nullptr; at == nullptr) return nullptr;
    return at;
  }

  std::string_view keep(std::string_view text) { return work_.pool.copy(text); }

  template <class T>
  std::span<const T> keep_list(const std::vector<T>& items) {
    size_t count = std::min<size_t>(items.size(), elements_left_);
    if (count < items.size()) work_.over_budget("list elements", service_.at);
    elements_left_ -= static_cast<uint32_t>(count);
    return work_.pool.copy_span(std::span<const T>(items.data(), count));
  }

  Text text_of(const Value& value, std::string_view text) {
    return {.value = keep(text), .origin = origin_of(value), .unresolved = value.unresolved, .at = location_of(value)};
  }
  Text text_of(const Value* value) {
    if (value == nullptr || !value->is_scalar()) return {};
    return text_of(*value, value->text);
  }
  Text text_at(std::string_view key) { return text_of(find(key)); }

  template <class T, class Parse>
  Sourced<T> parsed(const Value* value, std::string_view what, Parse parse) {
    Sourced<T> out;
    if (value == nullptr || !value->is_scalar()) return out;
    out.origin = origin_of(*value);
    out.at = location_of(*value);
    out.unresolved = value->unresolved;
    if (std::optional<T> found = parse(*value); found && !value->unresolved)
      out.value = *found;
    else if (!value->unresolved)
      unreadable(out.unresolved, *value, what);
    return out;
  }
  Sourced<bool> bool_of(const Value* value) {
    return parsed<bool>(value, "a boolean", [](const Value& v) -> std::optional<bool> {
      if (v.is_true()) return true;
      if (v.is_false()) return false;
      return std::nullopt;
    });
  }
  Sourced<int64_t> bytes_of(const Value* value) {
    return parsed<int64_t>(value, "a size", [](const Value& v) { return parse_bytes(v.text); });
  }
  Sourced<int64_t> integer_of(const Value* value) {
    return parsed<int64_t>(value, "a number", [](const Value& v) { return parse_integer(v.text); });
  }
  Sourced<double> number_of(const Value* value) {
    return parsed<double>(value, "a number", [](const Value& v) { return parse_number(v.text); });
  }

  void unreadable(bool& unresolved, const Value& value, std::string_view what) {
    unresolved = true;
    Location at = location_of(value);
    work_.unknown("unreadable " + std::string(at.path) + ":" + std::to_string(at.span.begin),
                  {SubjectKind::service, name_}, at, work_.pool.join("\"", value.literal, "\" is not ", what));
  }

  // Scalars of a list (or one scalar); `unique` drops repetitions, as Compose does for most lists.
  std::span<const Text> texts_of(const Value* value, bool unique = true) {
    if (value == nullptr) return {};
    UniqueList<Text> list;
    size_t position = 0;
    for (const Value* item : as_list(value, work_)->items) {
      if (!item->is_scalar() || item->tag == Tag::reset) continue;
      // Two values that are unknown here may differ where they are known.
      std::string key(item->unresolved ? item->literal : item->text);
      list.add(unique ? key : std::to_string(position++), text_of(*item, item->text));
    }
    return keep_list(list.items());
  }
  std::span<const Text> texts_at(std::string_view key) { return texts_of(find(key)); }

  // The names of a list or mapping by name, at the place of the name.
  std::span<const Text> names_of(const Value* value) {
    if (value == nullptr) return {};
    UniqueList<Text> list;
    for (const Member& member : as_names(value, work_)->members) {
      if (member.value->tag == Tag::reset) continue;
      list.add(std::string(member.key), Text{.value = keep(member.key),
                                             .origin = Origin::compose,
                                             .at = location_of(*member.scope, member.key_span)});
    }
    return keep_list(list.items());
  }

  std::span<const Text> command_of(const Value* value);
  void add_pairs(const Value* value, UniqueList<EnvironmentVariable>& list, bool pass_through);
  std::span<const EnvironmentVariable> pairs_of(const Value* value, bool pass_through) {
    UniqueList<EnvironmentVariable> list;
    add_pairs(value, list, pass_through);
    return keep_set(list);
  }
  std::span<const EnvironmentVariable> keep_set(UniqueList<EnvironmentVariable>& list) {
    std::erase_if(list.items(), [](const EnvironmentVariable& v) { return v.name.empty(); });
    return keep_list(list.items());
  }
  void read_env_files(UniqueList<EnvironmentVariable>& variables);
  void read_env_file(const Source& source, std::string_view path, bool raw, UniqueList<EnvironmentVariable>& variables);
  void read_environment();
  void read_build();
  void read_mounts();
  std::optional<Mount> mount_of(const Value& item);
  void read_ports();
  Port port_of(const Value& item);
  Port long_port_of(const Value& item);
  void read_resources();
  void read_healthcheck();
  void read_networks();
  void read_devices();
  std::span<const Text> secrets_of(const Value* value);
  void read_restart();
  void classify();
  Role role_of_build() const;

  std::string_view name_;
  const Value& value_;
  Work& work_;
  uint32_t& elements_left_;
  Service service_;
};

// A string is split into words like a shell would, but no shell runs (05-services.md, "command"): unlike a Dockerfile's
// shell form. An empty string or list clears what the image says.
std::span<const Text> ServiceReader::command_of(const Value* value) {
  if (value == nullptr) return {};
  if (value->is_sequence()) return texts_of(value, false);
  if (!value->is_scalar()) return {};
  std::vector<Text> words;
  for (const std::string& word : split_words(value->text)) words.push_back(text_of(*value, word));
  if (words.empty()) words.push_back(text_of(*value, ""));
  return keep_list(words);
}

void ServiceReader::add_pairs(const Value* value, UniqueList<EnvironmentVariable>& list, bool pass_through) {
  if (value == nullptr) return;
  for (const Member& member : as_pairs(value, work_)->members) {
    const Value& right = *member.value;
    if (member.key.empty()) continue;
    if (right.tag == Tag::reset) {
      list.add(std::string(member.key), {});  // keep_set() drops it
      continue;
    }
    EnvironmentVariable variable{.name = keep(member.key)};
    if (right.is_scalar()) {
      variable.value = text_of(right, right.text);
      variable.interpolated = right.interpolated;
      variable.literal = keep(right.literal);
    } else {
      variable.value.at = location_of(*member.scope, member.key_span);
      auto found = member.scope->environment->find(member.key);
      bool defined = found != member.scope->environment->end() && !found->second.at.path.empty();
      if (pass_through && defined)
        variable.value = {.value = keep(found->second.value),
                          .origin = Origin::environment,
                          .unresolved = found->second.unresolved,
                          .at = found->second.at};
      else if (!pass_through)
        variable.value.origin = Origin::compose;  // a label without a value is empty
      variable.literal = variable.value.value;
    }
    list.add(std::string(member.key), variable);
  }
}

void ServiceReader::read_env_file(const Source& source, std::string_view path, bool raw,
                                  UniqueList<EnvironmentVariable>& variables) {
  // Each service that names the file reads it again: hostile input must not multiply the two.
  const dotenv::File& file = *source.as<dotenv::File>();
  if (!work_.take_values(file.entries.size() + value_.scope->environment->size(), service_.at)) return;
  // The project's variables win over those of the file itself (compose-go, dotenv).
  Environment visible = *value_.scope->environment;
  std::set<std::string_view> fixed;
  for (const auto& [name, variable] : visible) fixed.insert(name);
  for (const dotenv::Entry& entry : file.entries) {
    LineColumn place = source.lines.at(entry.value_span.begin);
    EnvironmentVariable variable{.name = keep(entry.name), .from_file = true, .literal = keep(entry.value)};
    variable.value = {
        .value = variable.literal,
        .origin = Origin::compose,
        .at = {.path = path, .layer = {}, .span = entry.value_span, .line = place.line, .column = place.column}};
    if (!entry.has_value) {
      auto found = value_.scope->environment->find(entry.name);
      bool defined = found != value_.scope->environment->end() && !found->second.at.path.empty();
      variable.value = {.at = variable.value.at};
      if (defined)
        variable.value = {.value = keep(found->second.value),
                          .origin = Origin::environment,
                          .unresolved = found->second.unresolved,
                          .at = found->second.at};
    } else if (!raw && entry.quote != dotenv::Quote::single && entry.value.find('$') != std::string_view::npos) {
      Expansion expansion = interpolate(entry.value, visible, work_);
      variable.value.value = keep(expansion.text);
      variable.value.unresolved = expansion.unresolved;
      if (expansion.from_environment) variable.value.origin = Origin::environment;
      variable.interpolated = expansion.interpolated;
    }
    if (entry.has_value && !fixed.contains(entry.name))
      visible.insert_or_assign(entry.name,
                               Variable{variable.value.value, variable.value.unresolved, variable.value.at});
    variables.add(std::string(entry.name), variable);
  }
}

void ServiceReader::read_env_files(UniqueList<EnvironmentVariable>& variables) {
  const Value* env_file = find("env_file");
  if (env_file == nullptr) return;
  UniqueList<const Value*> items;
  // The long form of a single file may stand without a list.
  std::span<const Value* const> written =
      env_file->is_mapping() ? std::span<const Value* const>(&env_file, 1) : as_list(env_file, work_)->items;
  for (const Value* item : written) {
    const Value* path = item->is_mapping() ? item->find("path") : item;
    if (item->tag == Tag::reset || path == nullptr || !path->is_scalar()) continue;
    items.add(std::string(path->scope->directory) + ":" + std::string(path->literal), item);
  }
  std::vector<Text> paths;
  for (const Value* item : items.items()) {
    const Value& written_path = item->is_mapping() ? *item->find("path") : *item;
    const Value* required = item->is_mapping() ? item->find("required") : nullptr;
    const Value* format = item->is_mapping() ? item->find("format") : nullptr;
    std::optional<std::string> path;
    if (!written_path.unresolved) path = join_path(written_path.scope->directory, written_path.text);
    Text text = text_of(written_path, path ? *path : written_path.text);
    paths.push_back(text);
    const Source* source = path ? work_.sources.find(*path) : nullptr;
    if (source != nullptr && source->as<dotenv::File>() != nullptr) {
      read_env_file(*source, text.value, format != nullptr && format->text == "raw", variables);
      continue;
    }
    if (source == nullptr && required != nullptr && required->is_false()) continue;
    std::string_view why =
        source ? source->problem.empty() ? "it is no env file" : source->problem : "it is not in the scanned folder";
    work_.unknown("env file " + std::string(text.value) + " of " + std::string(name_), {SubjectKind::file, text.value},
                  text.at, work_.pool.join("the env file ", text.value, " could not be read: ", why));
  }
  service_.env_files = keep_list(paths);
}

void ServiceReader::read_environment() {
  UniqueList<EnvironmentVariable> variables;
  read_env_files(variables);
  add_pairs(find("environment"), variables, true);
  service_.container.environment = keep_set(variables);
}

// A source without a value for its variables keeps its spelling ("${DATA}/db"): what interpolation leaves ("/db") would
// be another path. PWD is the one variable that Compose always has, and it means the project's folder.
std::string source_as_spelt(const Value& value, std::string_view spelt, std::string_view expanded) {
  if (!value.unresolved) return std::string(expanded);
  for (std::string_view pwd : {"${PWD}", "$PWD"})
    if (spelt == pwd || (spelt.starts_with(pwd) && spelt[pwd.size()] == '/'))
      return "." + std::string(spelt.substr(pwd.size()));
  return std::string(spelt);
}

bool is_remote_context(std::string_view context) {
  return context.find("://") != std::string_view::npos || context.starts_with("git@") ||
         context.starts_with("github.com/");
}

void ServiceReader::read_build() {
  const Value* build = find("build");
  if (build == nullptr || build->is_null()) return;
  const Value* context = build->is_mapping() ? build->find("context") : build;
  Build& out = service_.build;
  std::optional<std::string> folder;
  if (context != nullptr && context->is_scalar()) {
    out.context = text_of(context);
    std::string spelt = source_as_spelt(*context, context->literal, context->text);
    bool known = !context->unresolved || spelt.find('$') == std::string::npos;
    if (is_remote_context(spelt) || !known) {
      // Its Dockerfile lies elsewhere, or nobody knows where.
    } else if (folder = join_path(context->scope->directory, spelt); folder) {
      out.context.value = keep(*folder);
      out.context.unresolved = false;
    } else {
      out.context.unresolved = true;
      work_.unknown("context " + std::string(name_), {SubjectKind::service, name_}, out.context.at,
                    work_.pool.join("the build context ", context->text, " lies outside the scanned folder"));
    }
  } else if (build->is_mapping()) {
    // Without `context` it is the project's folder.
    out.context = {.value = keep(build->scope->directory), .origin = Origin::assumed, .at = location_of(*build)};
    folder = std::string(build->scope->directory);
  } else {
    return;
  }

  const Value* dockerfile = build->is_mapping() ? build->find("dockerfile") : nullptr;
  const Value* inlined = build->is_mapping() ? build->find("dockerfile_inline") : nullptr;
  if (inlined != nullptr && inlined->is_scalar()) {
    work_.unknown(
        "inline " + std::string(name_), {SubjectKind::service, name_}, location_of(*inlined),
        "the Dockerfile written inside the compose file (dockerfile_inline) is not checked: move it to a file");
  } else if (dockerfile != nullptr && dockerfile->is_scalar()) {
    out.dockerfile = text_of(dockerfile);
    std::optional<std::string> path;
    if (folder && !dockerfile->unresolved) path = join_path(*folder, dockerfile->text);
    if (path)
      out.dockerfile.value = keep(*path);
    else
      out.dockerfile.unresolved = true;
  } else if (folder) {
    out.dockerfile = {
        .value = keep(*join_path(*folder, "Dockerfile")), .origin = Origin::assumed, .at = out.context.at};
  }
  if (!build->is_mapping()) return;
  out.target = text_of(build->find("target"));
  out.args = pairs_of(build->find("args"), true);
  out.secrets = secrets_of(build->find("secrets"));
}

std::span<const Text> ServiceReader::secrets_of(const Value* value) {
  if (value == nullptr) return {};
  UniqueList<Text> list;
  for (const Value* item : as_list(value, work_)->items) {
    if (item->tag == Tag::reset) continue;
    const Value* source = item->is_mapping() ? item->find("source") : item;
    const Value* target = item->is_mapping() ? item->find("target") : source;
    if (source == nullptr || !source->is_scalar()) continue;
    std::string key(target != nullptr ? target->text : source->text);
    if (key.starts_with("/run/secrets/")) key.erase(0, std::string_view("/run/secrets/").size());
    list.add(std::move(key), text_of(source));
  }
  return keep_list(list.items());
}

std::optional<Mount> ServiceReader::mount_of(const Value& item) {
  Mount mount{.at = location_of(item)};
  if (item.is_scalar()) {
    std::optional<VolumeFields> fields = split_volume(item.unresolved ? item.literal : item.text);
    if (!fields) {
      bool ignored = false;
      if (!item.unresolved) unreadable(ignored, item, "a volume: write source:target or target");
      return std::nullopt;
    }
    mount.source = keep(source_as_spelt(item, fields->source, fields->source));
    mount.target = keep(fields->target);
    mount.options = keep(fields->options);
    mount.kind = kind_of_source(mount.source);
    for (std::string_view option : split(fields->options, ',')) mount.read_only |= option == "ro";
    return mount;
  }
  if (!item.is_mapping()) return std::nullopt;
  const Value* type = item.find("type");
  const Value* source = item.find("source");
  const Value* target = item.find("target");
  if (target != nullptr) mount.target = keep(target->unresolved ? target->literal : target->text);
  if (source != nullptr) mount.source = keep(source_as_spelt(*source, source->literal, source->text));
  if (const Value* read_only = item.find("read_only")) mount.read_only = read_only->is_true();
  constexpr std::pair<std::string_view, MountKind> kKinds[] = {{"volume", MountKind::volume},
                                                               {"bind", MountKind::bind},
                                                               {"tmpfs", MountKind::tmpfs},
                                                               {"image", MountKind::image},
                                                               {"npipe", MountKind::npipe}};
  mount.kind = kind_of_source(mount.source);
  for (const auto& [name, kind] : kKinds)
    if (type != nullptr && type->text == name) mount.kind = kind;
  const Value* bind = item.find("bind");
  if (const Value* propagation = bind ? bind->find("propagation") : nullptr) mount.options = keep(propagation->text);
  if (const Value* tmpfs = item.find("tmpfs"); tmpfs && tmpfs->is_mapping()) {
    std::string options;
    for (const Member& member : tmpfs->members)
      options += (options.empty() ? "" : ",") + std::string(member.key) + "=" + std::string(member.value->text);
    mount.options = keep(options);
  }
  return mount;
}

void ServiceReader::read_mounts() {
  UniqueList<Mount> mounts;
  if (const Value* volumes = find("volumes"); volumes && volumes->is_sequence()) {
    for (const Value* item : volumes->items) {
      if (item->tag == Tag::reset) continue;
      if (std::optional<Mount> mount = mount_of(*item)) {
        std::string key(mount->target);
        while (key.size() > 1 && key.ends_with('/')) key.pop_back();
        mounts.add(std::move(key), *mount);
      }
    }
  }
  if (const Value* tmpfs = find("tmpfs")) {
    for (const Value* item : as_list(tmpfs, work_)->items) {
      if (!item->is_scalar() || item->tag == Tag::reset) continue;
      Cut fields = cut(item->unresolved ? item->literal : item->text, ":");
      Mount mount{.kind = MountKind::tmpfs,
                  .target = keep(fields.before),
                  .options = keep(fields.after),
                  .at = location_of(*item)};
      for (std::string_view option : split(fields.after, ',')) mount.read_only |= option == "ro";
      mounts.add(std::string(fields.before), mount);
    }
  }
  service_.container.mounts = keep_list(mounts.items());
}

Port ServiceReader::long_port_of(const Value& item) {
  Port port{.at = location_of(item)};
  auto field = [&](std::string_view key) -> std::string_view {
    const Value* value = item.find(key);
    if (value == nullptr || !value->is_scalar()) return {};
    port.unresolved |= value->unresolved;
    return value->text;
  };
  std::string_view target = field("target"), published = field("published"), protocol = field("protocol");
  std::string_view host_ip = field("host_ip");
  if (host_ip.starts_with('[') && host_ip.ends_with(']')) host_ip = host_ip.substr(1, host_ip.size() - 2);
  port.host_ip = keep(host_ip);
  if (!protocol.empty()) port.protocol = keep(protocol);
  if (std::optional<PortRange> range = parse_port_range(target))
    port.container_first = range->first, port.container_last = range->last;
  else
    port.unresolved = true;
  if (std::optional<PortRange> range = parse_port_range(published))
    port.host_first = range->first, port.host_last = range->last;
  else
    port.unresolved |= !published.empty();
  std::string written(host_ip.find(':') == std::string_view::npos ? host_ip : "[" + std::string(host_ip) + "]");
  if (!written.empty()) written += ':';
  written += published;
  if (!written.empty()) written += ':';
  written += target;
  if (!protocol.empty() && protocol != "tcp") written += "/" + std::string(protocol);
  port.written = keep(written);
  return port;
}

Port ServiceReader::port_of(const Value& item) {
  if (item.is_mapping()) return long_port_of(item);
  Port port{.unresolved = item.unresolved, .at = location_of(item), .written = keep(item.literal)};
  // With a variable that has no value, each field is read on its own: the others are still known.
  PortFields fields = split_port(item.unresolved ? item.literal : item.text);
  auto value_of = [&](std::string_view field) {
    if (!item.unresolved || field.find('$') == std::string_view::npos) return field;
    Expansion expansion = interpolate(field, *item.scope->environment, work_);
    return expansion.unresolved ? std::string_view() : expansion.text;
  };
  std::string_view host = value_of(fields.host), container = value_of(fields.container);
  port.host_ip = keep(value_of(fields.host_ip));
  if (!fields.protocol.empty()) port.protocol = keep(value_of(fields.protocol));
  std::optional<PortRange> container_range = parse_port_range(container);
  std::optional<PortRange> host_range = parse_port_range(host);
  if (container_range) port.container_first = container_range->first, port.container_last = container_range->last;
  if (host_range) port.host_first = host_range->first, port.host_last = host_range->last;
  bool readable = container_range && (host_range || host.empty());
  if (!readable && !item.unresolved)
    unreadable(port.unresolved, item, "a port: write [ip:][host:]container[/protocol]");
  return port;
}

void ServiceReader::read_ports() {
  const Value* ports = find("ports");
  if (ports == nullptr || !ports->is_sequence()) return;
  UniqueList<Port> list;
  for (const Value* item : ports->items) {
    if (item->tag == Tag::reset || (!item->is_scalar() && !item->is_mapping())) continue;
    Port port = port_of(*item);
    // The unique key of 13-merge.md: {ip, target, published, protocol}; no address and 0.0.0.0 are the same.
    std::string key = port.host_ip.empty() ? "0.0.0.0" : std::string(port.host_ip);
    for (uint16_t number : {port.host_first, port.host_last, port.container_first, port.container_last})
      key += ":" + std::to_string(number);
    key += "/" + std::string(port.protocol);
    if (port.unresolved) key = "? " + std::string(port.written);
    list.add(std::move(key), port);
  }
  service_.container.ports = keep_list(list.items());
}

// deploy.resources says the same as the older mem_limit, cpus, pids_limit, and Compose refuses both with different
// values: where both stand, deploy is taken.
void ServiceReader::read_resources() {
  ContainerSpec& out = service_.container;
  auto either = [&](std::initializer_list<std::string_view> path, std::string_view legacy) {
    const Value* value = find_path(path);
    return value != nullptr && value->is_scalar() ? value : find(legacy);
  };
  out.memory_bytes = bytes_of(either({"deploy", "resources", "limits", "memory"}, "mem_limit"));
  out.memory_reservation_bytes = bytes_of(either({"deploy", "resources", "reservations", "memory"}, "mem_reservation"));
  out.memory_swap_bytes = bytes_of(find("memswap_limit"));
  out.shm_bytes = bytes_of(find("shm_size"));
  out.pids_limit = integer_of(either({"deploy", "resources", "limits", "pids"}, "pids_limit"));
  out.cpus = number_of(either({"deploy", "resources", "limits", "cpus"}, "cpus"));
  out.cpus_reservation = number_of(find_path({"deploy", "resources", "reservations", "cpus"}));
  if (out.cpus.set()) return;
  // cpu_quota microseconds out of each cpu_period, 100 ms unless said.
  Sourced<int64_t> quota = integer_of(find("cpu_quota"));
  Sourced<int64_t> period = integer_of(find("cpu_period"));
  if (!quota.set() || (quota.known() && quota.value <= 0)) return;
  double share = static_cast<double>(quota.value) /
                 static_cast<double>(period.known() && period.value > 0 ? period.value : 100'000);
  out.cpus = {.value = share, .origin = quota.origin, .unresolved = quota.unresolved, .at = quota.at};
}

void ServiceReader::read_healthcheck() {
  const Value* healthcheck = find("healthcheck");
  if (healthcheck == nullptr || !healthcheck->is_mapping()) return;
  Healthcheck& out = service_.container.healthcheck;
  out.origin = Origin::compose;
  out.at = location_of(*healthcheck);
  auto written = [&](std::string_view key) {
    const Value* value = healthcheck->find(key);
    return value != nullptr && value->is_scalar() ? keep(value->text) : std::string_view();
  };
  out.interval = written("interval");
  out.timeout = written("timeout");
  out.start_period = written("start_period");
  out.retries = integer_of(healthcheck->find("retries"));
  std::vector<std::string_view> test;
  if (const Value* value = healthcheck->find("test")) {
    if (value->is_scalar()) test = {"CMD-SHELL", keep(value->text)};
    for (const Value* item : value->items)
      if (item->is_scalar()) test.push_back(keep(item->text));
  }
  const Value* disable = healthcheck->find("disable");
  if (disable != nullptr && disable->is_true()) test = {"NONE"};
  out.disabled = !test.empty() && test[0] == "NONE";
  out.test = keep_list(test);
}

void ServiceReader::read_networks() {
  ContainerSpec& out = service_.container;
  out.network_mode = text_at("network_mode");
  const Value* networks = find("networks");
  if (networks != nullptr) out.networks = names_of(networks);
  // Compose puts a service that names none into "default" (05-services.md, "networks").
  if (!out.networks.empty() || out.network_mode.set()) return;
  out.networks = keep_list(std::vector<Text>{{.value = "default", .origin = Origin::assumed, .at = service_.at}});
}

void ServiceReader::read_devices() {
  const Value* devices = find("devices");
  if (devices == nullptr || !devices->is_sequence()) return;
  UniqueList<Text> list;
  for (const Value* item : devices->items) {
    if (item->tag == Tag::reset) continue;
    if (item->is_scalar()) list.add(std::string(item->text), text_of(item));
    const Value* source = item->is_mapping() ? item->find("source") : nullptr;
    if (source == nullptr || !source->is_scalar()) continue;
    std::string spelt(source->text);
    for (std::string_view key : {"target", "permissions"})
      if (const Value* more = item->find(key); more && more->is_scalar()) spelt += ":" + std::string(more->text);
    Text text = text_of(*source, spelt);
    text.at = location_of(*item);
    list.add(spelt, text);
  }
  service_.container.devices = keep_list(list.items());
}

// Compose falls back on deploy.restart_policy, in the words of Swarm.
void ServiceReader::read_restart() {
  Text& restart = service_.container.restart;
  restart = text_at("restart");
  if (restart.set()) return;
  restart = text_of(find_path({"deploy", "restart_policy", "condition"}));
  if (restart.value == "none") restart.value = "no";
  if (restart.value == "any") restart.value = "always";
}

// A Dockerfile whose last stage starts from nginx or postgres makes one of those; anything else makes an application.
Role ServiceReader::role_of_build() const {
  const Text& path = service_.build.dockerfile;
  const Source* source = path.known() ? work_.sources.find(path.value) : nullptr;
  const dockerfile::File* file = source ? source->as<dockerfile::File>() : nullptr;
  const dockerfile::Stage* stage = file ? file->final_stage() : nullptr;
  if (const Text& target = service_.build.target; stage && target.known())
    for (const dockerfile::Stage& candidate : file->stages)
      if (equal_ignoring_case(candidate.name, target.value)) stage = &candidate;
  // A stage's parent stands before it, so this ends.
  while (stage != nullptr && stage->parent >= 0 && stage->parent < stage->index) stage = &file->stages[stage->parent];
  Role role = stage != nullptr ? role_of_image(stage->image) : Role::other;
  return role == Role::other ? Role::application : role;
}

void ServiceReader::classify() {
  const ContainerSpec& container = service_.container;
  for (const Port& port : container.ports)
    service_.exposure = std::max(service_.exposure, port.loopback() ? Exposure::loopback : Exposure::published);
  // On the host's network each listening socket is the host's.
  if (container.network_mode.value == "host") service_.exposure = Exposure::published;

  if (service_.image.known()) service_.role = role_of_image(service_.image.value);
  // What is built here may carry any name: only what it is built from and its command tell it from an application.
  if (service_.build.set()) service_.role = role_of_build();
  if (service_.role != Role::other && !service_.build.set()) return;
  for (std::span<const Text> words : {container.entrypoint, container.command}) {
    if (words.empty()) continue;
    Role role = role_of_program(words[0].value);
    if (role != Role::other) service_.role = role;
    if (role != Role::other) break;
  }
}

Service ServiceReader::read(const std::set<std::string_view>& profiles) {
  ContainerSpec& out = service_.container;
  service_.image = text_at("image");
  read_build();
  out.user = text_at("user");
  out.privileged = bool_of(find("privileged"));
  out.read_only = bool_of(find("read_only"));
  out.init = bool_of(find("init"));
  out.tty = bool_of(find("tty"));
  out.stdin_open = bool_of(find("stdin_open"));
  out.pid = text_at("pid");
  out.ipc = text_at("ipc");
  out.uts = text_at("uts");
  out.userns_mode = text_at("userns_mode");
  out.cgroup = text_at("cgroup");
  out.cgroup_parent = text_at("cgroup_parent");
  out.runtime = text_at("runtime");
  out.isolation = text_at("isolation");
  out.cap_add = texts_at("cap_add");
  out.cap_drop = texts_at("cap_drop");
  out.security_opt = texts_at("security_opt");
  out.device_cgroup_rules = texts_at("device_cgroup_rules");
  out.group_add = texts_at("group_add");
  out.extra_hosts = texts_at("extra_hosts");
  out.dns = texts_at("dns");
  if (const Value* sysctls = find("sysctls"); sysctls && sysctls->is_mapping())
    out.sysctls = texts_of(as_list(sysctls, work_));
  else
    out.sysctls = texts_at("sysctls");
  out.expose = texts_at("expose");
  read_devices();
  out.command = command_of(find("command"));
  out.entrypoint = command_of(find("entrypoint"));
  out.working_dir = text_at("working_dir");
  out.stop_signal = text_at("stop_signal");
  out.hostname = text_at("hostname");
  read_restart();
  read_resources();
  read_environment();
  out.labels = pairs_of(find("labels"), false);
  read_mounts();
  read_ports();
  read_networks();
  out.secrets = secrets_of(find("secrets"));
  read_healthcheck();
  out.log_driver = text_of(find_path({"logging", "driver"}));
  out.log_options = pairs_of(find_path({"logging", "options"}), false);
  service_.depends_on = names_of(find("depends_on"));
  service_.profiles = texts_at("profiles");
  service_.active = service_.profiles.empty() || profiles.contains("*") ||
                    std::ranges::any_of(service_.profiles, [&](const Text& p) { return profiles.contains(p.value); });
  classify();
  return service_;
}

bool is_external(const Value& value) {
  // `external: {name: x}` is the older form of `external: true` with a name.
  const Value* external = value.is_mapping() ? value.find("external") : nullptr;
  return external != nullptr && (external->is_true() || external->is_mapping());
}

std::string_view kept_text(const Value& value, std::string_view key, Work& work) {
  const Value* found = value.is_mapping() ? value.find(key) : nullptr;
  return found != nullptr && found->is_scalar() ? work.pool.copy(found->text) : std::string_view();
}

}  // namespace

Service make_service(const Member& member, const std::set<std::string_view>& profiles, Work& work,
                     uint32_t& elements_left) {
  return ServiceReader(member, work, elements_left).read(profiles);
}

Network make_network(const Member& member, Work& work) {
  const Value& value = *member.value;
  const Value* internal = value.is_mapping() ? value.find("internal") : nullptr;
  return {.name = work.pool.copy(member.key),
          .internal = internal != nullptr && internal->is_true(),
          .external = is_external(value),
          .at = location_of(*member.scope, member.key_span)};
}

Volume make_volume(const Member& member, Work& work) {
  const Value& value = *member.value;
  Volume volume{.name = work.pool.copy(member.key),
                .external = is_external(value),
                .at = location_of(*member.scope, member.key_span)};
  const Value* options = value.is_mapping() ? value.find("driver_opts") : nullptr;
  if (options == nullptr || !options->is_mapping()) return volume;
  // The local driver's way of saying bind mount: type none, o: bind, device: the host's path.
  const Value* device = options->find("device");
  const Value* mount_options = options->find("o");
  bool binds = false;
  if (mount_options != nullptr)
    for (std::string_view option : split(mount_options->text, ','))
      binds |= trim(option) == "bind" || trim(option) == "rbind";
  if (binds && device != nullptr && device->is_scalar())
    volume.bind_device = work.pool.copy(source_as_spelt(*device, device->literal, device->text));
  return volume;
}

StackSecret make_secret(const Member& member, Work& work) {
  const Value& value = *member.value;
  StackSecret secret{.name = work.pool.copy(member.key),
                     .file = kept_text(value, "file", work),
                     .environment = kept_text(value, "environment", work),
                     .external = is_external(value),
                     .at = location_of(*member.scope, member.key_span)};
  if (!secret.file.empty())
    if (std::optional<std::string> path = join_path(value.scope->directory, secret.file))
      secret.file = work.pool.copy(*path);
  return secret;
}

}  // namespace drydock::compose
