// For tests: layers written by hand, and catalogers run on text.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "inventory/cataloger.h"
#include "model/layer.h"

namespace drydock::inventory {

// A layer that grows by one entry per call; each returns the entry's index.
class LayerBuilder {
 public:
  explicit LayerBuilder(std::string_view diff_id) { layer_.diff_id = layer_.pool.copy(diff_id); }

  uint32_t file(std::string_view path) { return add(path, FileType::regular, {}); }
  uint32_t directory(std::string_view path) { return add(path, FileType::directory, {}); }
  uint32_t symlink(std::string_view path, std::string_view to) { return add(path, FileType::symlink, to); }
  uint32_t hard_link(std::string_view path, std::string_view to) { return add(path, FileType::hard_link, to); }
  uint32_t whiteout(std::string_view path) {
    uint32_t entry = file(path);
    layer_.entries[entry].whiteout = true;
    return entry;
  }
  uint32_t opaque(std::string_view path) {
    uint32_t entry = file(path);
    layer_.entries[entry].opaque = true;
    return entry;
  }
  uint32_t keep(std::string_view path, std::string_view bytes) {
    uint32_t entry = file(path);
    layer_.kept.push_back({entry, layer_.pool.copy(bytes)});
    return entry;
  }
  // A file with what the catalogers read in it.
  uint32_t catalog(std::string_view path, std::string_view bytes) {
    uint32_t entry = file(path);
    static const Dispatcher dispatcher;
    dispatcher.run({.header = layer_.entries[entry].header, .bytes = bytes}, layer_, entry);
    return entry;
  }
  LayerRecord& record() { return layer_; }
  std::shared_ptr<const LayerRecord> seal() { return std::make_shared<const LayerRecord>(std::move(layer_)); }

 private:
  uint32_t add(std::string_view path, FileType type, std::string_view to) {
    LayerEntry entry;
    entry.header = {.path = layer_.pool.copy(path), .type = type, .link_target = layer_.pool.copy(to)};
    layer_.entries.push_back(entry);
    return static_cast<uint32_t>(layer_.entries.size() - 1);
  }
  LayerRecord layer_;
};

// What the catalogers say about one file.
inline LayerRecord cataloged(std::string_view path, std::string_view bytes) {
  LayerBuilder layer("");
  layer.catalog(path, bytes);
  return std::move(layer.record());
}

// "name version" lines with what else is set, for comparing at a glance:
// "lodash 4.17.20 dev", "libc6 2.36-9 amd64 <glibc>", "gcc 12 <gcc-12 12.2>", "requests {requests>=2}".
inline std::string describe(const Package& package) {
  std::string text(package.name);
  auto append = [&](std::string_view before, std::string_view value, std::string_view after = "") {
    if (!value.empty()) text.append(before).append(value).append(after);
  };
  append(" ", package.version);
  append(" ", package.architecture);
  if (!package.source_name.empty() || !package.source_version.empty()) {
    text.append(" <").append(package.advisory_name());
    append(" ", package.source_version);
    text += '>';
  }
  append(" {", package.constraint, "}");
  if (package.development) text += " dev";
  return text;
}

inline std::string describe(const std::vector<PackageFact>& facts) {
  std::string text;
  for (const PackageFact& fact : facts) text.append(describe(fact.package)).append("\n");
  return text;
}

}  // namespace drydock::inventory
