#include "target/image_config.h"

#include <charconv>
#include <string>
#include <vector>

#include "base/text.h"
#include "formats/json.h"

namespace drydock::target {
namespace {

using tree::Node;

class ConfigReader {
 public:
  explicit ConfigReader(StringPool& pool) : pool_(pool) {}

  void read_container(const Node& config, ContainerSpec& spec) {
    spec.user = text(config.string_at("User"));
    spec.working_dir = text(config.string_at("WorkingDir"));
    spec.stop_signal = text(config.string_at("StopSignal"));
    spec.hostname = text(config.string_at("Hostname"));
    spec.entrypoint = words(config.find("Entrypoint"));
    spec.command = words(config.find("Cmd"));
    spec.environment = environment(config.find("Env"));
    spec.labels = labels(config.find("Labels"));
    spec.expose = exposed(config.find("ExposedPorts"));
    spec.mounts = volumes(config.find("Volumes"));
    if (const Node* healthcheck = config.find("Healthcheck"); healthcheck != nullptr && healthcheck->is_mapping()) {
      spec.healthcheck = read_healthcheck(*healthcheck);
    }
  }

  std::string_view copy(std::string_view bytes) { return pool_.copy(bytes); }

  std::span<const std::string_view> strings(const Node* list) {
    std::vector<std::string_view> found;
    for (const Node* item : items(list)) found.push_back(copy(item->text));
    return pool_.copy_span<std::string_view>(found);
  }

  std::span<const HistoryEntry> history(const Node* list, size_t layers) {
    std::vector<HistoryEntry> entries;
    int layer = 0;
    for (const Node* item : items(list)) {
      const Node* empty = item->find("empty_layer");
      entries.push_back({.created_by = copy(item->string_at("created_by")),
                         .comment = copy(item->string_at("comment")),
                         .created = time(item->string_at("created")),
                         .layer = empty != nullptr && empty->is_true() ? -1 : layer++});
    }
    if (static_cast<size_t>(layer) != layers) {
      for (HistoryEntry& entry : entries) entry.layer = -1;
    }
    return pool_.copy_span<HistoryEntry>(entries);
  }

  static Time time(std::string_view written) { return parse_time(written).value_or(Time{}); }

 private:
  Text text(std::string_view value) {
    if (value.empty()) return {};  // Go writes "" for what nobody set
    return {.value = copy(value), .origin = Origin::image};
  }

  static std::span<const Node* const> items(const Node* list) {
    return list != nullptr ? list->items : std::span<const Node* const>{};
  }
  static std::span<const tree::Member> members(const Node* map) {
    return map != nullptr ? map->members : std::span<const tree::Member>{};
  }

  std::span<const Text> words(const Node* list) {
    std::vector<Text> found;
    // Not text(): an empty word is a word.
    for (const Node* item : items(list)) found.push_back({.value = copy(item->text), .origin = Origin::image});
    return pool_.copy_span<Text>(found);
  }

  EnvironmentVariable variable(std::string_view name, std::string_view value) {
    return {.name = copy(name), .value = {.value = copy(value), .origin = Origin::image}, .literal = copy(value)};
  }
  std::span<const EnvironmentVariable> environment(const Node* list) {
    std::vector<EnvironmentVariable> found;
    for (const Node* item : items(list)) {
      Cut parts = cut(item->text, "=");
      found.push_back(variable(parts.before, parts.after));
    }
    return pool_.copy_span<EnvironmentVariable>(found);
  }
  std::span<const EnvironmentVariable> labels(const Node* map) {
    std::vector<EnvironmentVariable> found;
    for (const tree::Member& m : members(map)) found.push_back(variable(m.key->text, m.value->text));
    return pool_.copy_span<EnvironmentVariable>(found);
  }

  // {"8080/tcp": {}, "53/udp": {}} -> "8080", "53/udp"
  std::span<const Text> exposed(const Node* map) {
    std::vector<Text> found;
    for (const tree::Member& m : members(map)) {
      std::string_view port = m.key->text;
      if (port.ends_with("/tcp")) port.remove_suffix(4);
      found.push_back(text(port));
    }
    return pool_.copy_span<Text>(found);
  }
  std::span<const Mount> volumes(const Node* map) {
    std::vector<Mount> found;
    for (const tree::Member& m : members(map)) {
      found.push_back({.kind = MountKind::volume, .target = copy(m.key->text)});
    }
    return pool_.copy_span<Mount>(found);
  }

  static int64_t integer(const Node& map, std::string_view key) {
    std::string_view digits = map.string_at(key);
    int64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  }
  // Nanoseconds in the config, "30s" or "1500ms" as compose files spell it; "" for 0, which means the default.
  std::string_view duration(int64_t nanoseconds) {
    if (nanoseconds <= 0) return {};
    int64_t milliseconds = nanoseconds / 1'000'000;
    return copy(milliseconds % 1000 == 0 ? std::to_string(milliseconds / 1000) + "s"
                                         : std::to_string(milliseconds) + "ms");
  }
  Healthcheck read_healthcheck(const Node& node) {
    Healthcheck check{.test = strings(node.find("Test")),
                      .interval = duration(integer(node, "Interval")),
                      .timeout = duration(integer(node, "Timeout")),
                      .start_period = duration(integer(node, "StartPeriod"))};
    if (check.test.empty()) return {};  // inherits the base image's, which would be here if there were one
    check.origin = Origin::image;
    check.disabled = check.test[0] == "NONE";
    if (int64_t retries = integer(node, "Retries"); retries > 0) {
      check.retries = {.value = retries, .origin = Origin::image};
    }
    return check;
  }

  StringPool& pool_;
};

}  // namespace

Result<ImageConfig> parse_image_config(std::string_view bytes, StringPool& pool) {
  Arena arena;
  Result<const Node*> parsed = json::parse(bytes, arena);
  if (!parsed) return fail_in("image config", parsed.error());
  const Node& root = **parsed;
  const Node* diff_ids = root.find_path({"rootfs", "diff_ids"});
  if (!root.is_mapping() || (diff_ids != nullptr && !diff_ids->is_sequence() && !diff_ids->is_null())) {
    return fail(Errc::malformed, "image config: not an object with rootfs.diff_ids");
  }
  ConfigReader reader(pool);
  ImageConfig config{.architecture = reader.copy(root.string_at("architecture")),
                     .os = reader.copy(root.string_at("os")),
                     .variant = reader.copy(root.string_at("variant")),
                     .created = ConfigReader::time(root.string_at("created")),
                     .container = {},
                     .diff_ids = reader.strings(diff_ids),
                     .history = {}};
  config.history = reader.history(root.find("history"), config.diff_ids.size());
  if (const Node* container = root.find("config")) reader.read_container(*container, config.container);
  return config;
}

}  // namespace drydock::target
