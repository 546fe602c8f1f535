#include "inventory/cataloger.h"

#include <cassert>
#include <cstring>

#include "base/text.h"

#define DRYDOCK_CATALOGER(stem)        \
  namespace drydock::inventory::stem { \
  extern const Cataloger cataloger;    \
  }
#include "inventory/all_catalogers.inc"
#undef DRYDOCK_CATALOGER

namespace drydock::inventory {
namespace {

#define DRYDOCK_CATALOGER(stem) &stem::cataloger,
constexpr const Cataloger* kCatalogers[] = {
#include "inventory/all_catalogers.inc"
};
#undef DRYDOCK_CATALOGER

bool component_matches(std::string_view pattern, std::string_view text) {
  size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  std::string_view tail = pattern.substr(star + 1);
  return text.size() + 1 >= pattern.size() && text.starts_with(pattern.substr(0, star)) && text.ends_with(tail);
}

// Length and last eight bytes: names differ at their ends, and this is four times as fast as hashing every byte. A
// collision costs one comparison, and hostile names cannot add keys to the table.
size_t hash_of(std::string_view key) {
  uint64_t tail = 0;
  size_t size = key.size() < 8 ? key.size() : 8;
  std::memcpy(&tail, key.data() + key.size() - size, size);
  return static_cast<size_t>(((tail ^ key.size()) * 0x9e3779b97f4a7c15) >> 40);
}

}  // namespace

std::span<const Cataloger* const> all_catalogers() { return kCatalogers; }

std::string_view Catalog::copy(std::string_view text) {
  if (text.empty()) return {};
  if (text == last_) return last_;
  return layer_.pool.copy(text);
}

void Catalog::add(Package package) {
  package.name = copy(package.name);
  package.version = copy(package.version);
  package.source_name = copy(package.source_name);
  package.source_version = copy(package.source_version);
  package.release = copy(package.release);
  package.licence = copy(package.licence);
  package.constraint = copy(package.constraint);
  package.architecture = last_ = copy(package.architecture);
  package.at.path = layer_.entries[entry_].header.path;
  package.at.layer = {};
  layer_.packages.push_back({entry_, package});
}

void Catalog::unknown(std::string_view reason) { layer_.unknowns.push_back({entry_, layer_.pool.copy(reason)}); }

bool path_matches(std::string_view pattern, std::string_view path) {
  bool anchored = pattern.starts_with('/');
  if (anchored) pattern.remove_prefix(1);
  for (;;) {
    Cut wanted = cut_last(pattern, "/");
    Cut given = cut_last(path, "/");
    if (!component_matches(wanted.found ? wanted.after : wanted.before, given.found ? given.after : given.before))
      return false;
    if (!wanted.found) return !anchored || !given.found;
    if (!given.found) return false;
    pattern = wanted.before;
    path = given.before;
  }
}

void Dispatcher::Table::insert(std::string_view key, const Pattern& pattern) {
  size_t used = 0;
  for (Slot& slot : slots) {
    if (slot.key == key && !slot.patterns.empty()) return slot.patterns.push_back(pattern);
    used += !slot.patterns.empty();
  }
  if (2 * (used + 1) > slots.size()) {
    std::vector<Slot> old = std::move(slots);
    slots.assign(old.empty() ? 16 : 2 * old.size(), {});
    for (Slot& slot : old)
      for (const Pattern& moved : slot.patterns) insert(slot.key, moved);
  }
  size_t at = hash_of(key) & (slots.size() - 1);
  while (!slots[at].patterns.empty()) at = (at + 1) & (slots.size() - 1);
  slots[at] = {key, {pattern}};
}

const std::vector<Dispatcher::Pattern>* Dispatcher::Table::find(std::string_view key) const {
  if (slots.empty()) return nullptr;
  for (size_t at = hash_of(key) & (slots.size() - 1);; at = (at + 1) & (slots.size() - 1)) {
    if (slots[at].patterns.empty()) return nullptr;
    if (slots[at].key == key) return &slots[at].patterns;
  }
}

Dispatcher::Dispatcher(std::span<const Cataloger* const> catalogers) {
  for (const Cataloger* cataloger : catalogers) {
    for (std::string_view text : cataloger->paths) {
      Pattern pattern{.text = text, .cataloger = cataloger};
      std::string_view name = base_name(text);
      size_t star = name.find('*');
      size_t dot = name.rfind('.');
      if (text == "*") {
        any_.push_back(pattern);
      } else if (star == std::string_view::npos) {
        names_.insert(name, pattern);
      } else if (dot != std::string_view::npos && dot > star) {
        extensions_.insert(name.substr(dot), pattern);
      } else if (std::string_view folder = base_name(directory_of(text));
                 !folder.empty() && folder.find('*') == std::string_view::npos) {
        folders_.insert(folder, pattern);
      } else {
        rest_.push_back(pattern);
      }
    }
  }
}

void Dispatcher::add_fitting(const std::vector<Pattern>& patterns, std::string_view path, Wanted& wanted) const {
  for (const Pattern& pattern : patterns) {
    if (!path_matches(pattern.text, path)) continue;
    bool known = false;
    for (const Cataloger* row : wanted) known = known || row == pattern.cataloger;
    if (known) continue;
    assert(wanted.size_ < kMost);
    if (wanted.size_ < kMost) wanted.rows_[wanted.size_++] = pattern.cataloger;
  }
}

Dispatcher::Wanted Dispatcher::wanted(std::string_view path) const {
  Wanted wanted = named(path);
  if (!path.empty()) add_fitting(any_, path, wanted);
  return wanted;
}

Dispatcher::Wanted Dispatcher::named(std::string_view path) const {
  Wanted wanted;
  if (path.empty()) return wanted;
  const void* slash = memrchr(path.data(), '/', path.size());
  size_t begin = slash ? static_cast<size_t>(static_cast<const char*>(slash) - path.data()) + 1 : 0;
  std::string_view name = path.substr(begin);
  if (const std::vector<Pattern>* found = names_.find(name)) add_fitting(*found, path, wanted);
  if (const void* dot = memrchr(name.data(), '.', name.size())) {
    size_t at = static_cast<size_t>(static_cast<const char*>(dot) - name.data());
    if (const std::vector<Pattern>* found = extensions_.find(name.substr(at))) add_fitting(*found, path, wanted);
  }
  if (begin > 1) {
    std::string_view parents = path.substr(0, begin - 1);
    const void* above = memrchr(parents.data(), '/', parents.size());
    size_t at = above ? static_cast<size_t>(static_cast<const char*>(above) - path.data()) + 1 : 0;
    if (const std::vector<Pattern>* found = folders_.find(parents.substr(at))) add_fitting(*found, path, wanted);
  }
  add_fitting(rest_, path, wanted);
  return wanted;
}

Dispatcher::Wanted Dispatcher::wanted(std::string_view path, std::string_view first_bytes) const {
  Wanted by_path = wanted(path);
  Wanted both;
  for (const Cataloger* row : by_path)
    if (first_bytes.starts_with(row->magic)) both.rows_[both.size_++] = row;
  return both;
}

bool Dispatcher::run(const FileView& file, LayerRecord& layer, uint32_t entry) const {
  Wanted rows = wanted(file.header.path, file.bytes);
  for (const Cataloger* row : rows) {
    Catalog catalog(layer, entry);
    row->run(file, catalog);
  }
  return !rows.empty();
}

}  // namespace drydock::inventory
