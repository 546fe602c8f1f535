#include "inventory/squash.h"

#include <algorithm>
#include <cassert>
#include <functional>
#include <iterator>
#include <unordered_map>
#include <unordered_set>

#include "base/digest.h"
#include "base/text.h"
#include "inventory/apk_files.h"
#include "inventory/cataloger.h"
#include "inventory/os_release.h"

namespace drydock::inventory {
namespace {

using Layers = std::span<const std::shared_ptr<const LayerRecord>>;
using Id = uint32_t;  // of a node
constexpr Id kNone = UINT32_MAX;
constexpr Id kRoot = 0;
constexpr EntryRef kNoEntry{UINT32_MAX, UINT32_MAX};
constexpr int kMostLinks = 40;         // MAXSYMLINKS
constexpr int kMostComponents = 2048;  // PATH_MAX / 2: behind so many, symlinks are not followed any more

bool is_set(EntryRef ref) { return ref.layer != UINT32_MAX; }

// What a path said before, newest first: only for files with package facts, to find the layer that installed them.
struct Past {
  EntryRef content;
  uint32_t layer = 0;  // that put it there; content.layer is lower for a hard link
  uint32_t older = UINT32_MAX;
};

struct Node {
  std::string_view name;
  Id parent = kNone;
  Id first_child = kNone, next = kNone, previous = kNone;  // alive children only
  EntryRef entry = kNoEntry;                               // none: a directory nobody listed
  EntryRef content = kNoEntry;                             // the entry itself, or a hard link's target
  uint32_t past = UINT32_MAX;                              // index into pasts_
  bool alive = false;
  FileType type = FileType::directory;
};

// The file system that grows layer by layer. Nodes are found by (parent, name) in one hash table and are never removed
// from it: a dead node is taken again when its path comes back.
class Tree {
 public:
  explicit Tree(Layers layers) : layers_(layers) {
    size_t entries = 0;
    for (const auto& layer : layers) entries += layer->entries.size();
    size_t slots = 64;
    while (slots < 2 * entries) slots *= 2;
    slots_.assign(slots, kNone);
    nodes_.reserve(entries + 1);
    nodes_.push_back(Node{.alive = true});
    has_facts_.resize(layers.size());
    for (size_t i = 0; i < layers.size(); ++i) {
      has_facts_[i].resize(layers[i]->entries.size());
      for (const PackageFact& fact : layers[i]->packages) has_facts_[i][fact.entry] = true;
    }
  }

  void apply(uint32_t layer) {
    last_folder_ = {};
    const std::vector<LayerEntry>& entries = layers_[layer]->entries;
    for (const LayerEntry& entry : entries) {
      if (!entry.whiteout && !entry.opaque) continue;
      Id node = look_up(entry.header.path, entry.opaque);
      if (node == kNone) continue;
      if (entry.opaque) {
        kill_children(node);
      } else if (node != kRoot) {
        kill(node);
      }
    }
    late_links_.clear();
    for (uint32_t i = 0; i < entries.size(); ++i)
      if (!entries[i].whiteout && !entries[i].opaque) put({layer, i}, entries[i].header);
    // Some builders write a hard link before its target.
    for (Id link : late_links_) {
      Node& node = nodes_[link];
      if (!node.alive || is_set(node.content) || node.type != FileType::hard_link) continue;
      Id target = look_up(entries[node.entry.entry].header.link_target, false);
      if (target == kNone || !is_set(nodes_[target].content) || nodes_[target].type == FileType::directory) continue;
      node.type = nodes_[target].type;
      set_content(link, nodes_[target].content, layer);
    }
  }

  // The node of a path with symlinks followed, also the last component if `follow_last`; kNone if it is not there.
  Id look_up(std::string_view path, bool follow_last) { return resolve(path, follow_last, false); }

  const std::vector<Node>& nodes() const { return nodes_; }
  const std::vector<Past>& pasts() const { return pasts_; }

 private:
  const FileHeader& header(EntryRef ref) const { return layers_[ref.layer]->entries[ref.entry].header; }

  // The slot of (parent, name): its node, or the empty slot where it belongs.
  size_t slot_of(Id parent, std::string_view name) const {
    size_t mask = slots_.size() - 1;
    size_t at = fnv1a(name, 0xcbf29ce484222325 ^ (uint64_t{parent} * 0x9e3779b97f4a7c15));
    for (at ^= at >> 29;; ++at) {
      Id node = slots_[at & mask];
      if (node == kNone || (nodes_[node].parent == parent && nodes_[node].name == name)) return at & mask;
    }
  }

  Id child(Id parent, std::string_view name) const {
    Id node = slots_[slot_of(parent, name)];
    return node != kNone && nodes_[node].alive ? node : kNone;
  }

  // The child, brought to life as a directory without entry if it was not there.
  Id make_child(Id parent, std::string_view name) {
    size_t slot = slot_of(parent, name);
    Id id = slots_[slot];
    if (id == kNone) {
      if (2 * (nodes_.size() + 1) > slots_.size()) {
        grow();
        slot = slot_of(parent, name);
      }
      id = static_cast<Id>(nodes_.size());
      nodes_.push_back(Node{.name = name, .parent = parent});
      slots_[slot] = id;
    }
    Node& node = nodes_[id];
    made_ = !node.alive;
    if (node.alive) return id;
    node.alive = true;
    node.type = FileType::directory;
    node.next = nodes_[parent].first_child;
    node.previous = kNone;
    if (node.next != kNone) nodes_[node.next].previous = id;
    nodes_[parent].first_child = id;
    return id;
  }

  void grow() {
    slots_.assign(2 * slots_.size(), kNone);
    for (Id id = 1; id < nodes_.size(); ++id) slots_[slot_of(nodes_[id].parent, nodes_[id].name)] = id;
  }

  void kill(Id id) {
    kill_children(id);
    Node& node = nodes_[id];
    if (node.previous != kNone) {
      nodes_[node.previous].next = node.next;
    } else {
      nodes_[node.parent].first_child = node.next;
    }
    if (node.next != kNone) nodes_[node.next].previous = node.previous;
    node.alive = false;
    become_folder(node);
  }

  // Each node dies once for each time it was made, so that killing costs no more than making.
  void kill_children(Id id) {
    if (nodes_[id].first_child == kNone) return;
    std::vector<Id> open{id};
    while (!open.empty()) {
      Id parent = open.back();
      open.pop_back();
      Id next = nodes_[parent].first_child;
      nodes_[parent].first_child = kNone;
      while (next != kNone) {
        Node& node = nodes_[next];
        if (node.first_child != kNone) open.push_back(next);
        Id after = node.next;
        node.alive = false;
        node.next = node.previous = kNone;
        become_folder(node);
        next = after;
      }
    }
  }

  // Walks from the root. With `make`, absent folders are made and what is no folder is replaced by one; the last
  // component is always made. Archives list a folder's entries one after the other, so the last folder is remembered.
  Id resolve(std::string_view path, bool follow_last, bool make) {
    Cut last = cut_last(path, "/");
    if (!follow_last && last.found && !last_folder_.empty() && last.before == last_folder_)
      return make ? make_child(last_folder_node_, last.after) : child(last_folder_node_, last.after);
    pending_.assign(1, path);
    Id at = kRoot;
    int links = 0, components = 0;
    bool replaced = false;
    while (!pending_.empty()) {
      Cut next = cut(pending_.back(), "/");
      std::string_view name = next.before;
      if (next.found) {
        pending_.back() = next.after;
      } else {
        pending_.pop_back();
      }
      ++components;
      if (name.empty() || name == ".") continue;
      if (name == "..") {
        if (at != kRoot) at = nodes_[at].parent;
        continue;
      }
      if (pending_.empty() && !follow_last) {
        // A walk that had to replace something may end elsewhere the next time.
        if (last.found && !replaced && nodes_[at].type == FileType::directory) {
          last_folder_ = last.before;
          last_folder_node_ = at;
        }
        return make ? make_child(at, name) : child(at, name);
      }
      Id node = child(at, name);
      if (node == kNone) {
        if (!make) return kNone;
        node = make_child(at, name);
      }
      if (nodes_[node].type == FileType::symlink) {
        std::string_view target = header(nodes_[node].content).link_target;
        if (++links <= kMostLinks && components <= kMostComponents && !target.empty()) {
          if (target.starts_with('/')) at = kRoot;
          pending_.push_back(target);
          continue;
        }
        if (!make) return kNone;
      }
      if (nodes_[node].type != FileType::directory) {
        if (!make) return pending_.empty() ? node : kNone;
        become_folder(nodes_[node]);
        replaced = true;
      }
      at = node;
    }
    return at;
  }

  void put(EntryRef ref, const FileHeader& entry) {
    Id id = resolve(entry.path, false, true);
    if (id == kRoot) {  // "./"
      if (entry.type == FileType::directory) nodes_[kRoot].entry = nodes_[kRoot].content = ref;
      return;
    }
    if (entry.type == FileType::directory) {
      if (nodes_[id].type != FileType::directory) become_folder(nodes_[id]);
      nodes_[id].entry = nodes_[id].content = ref;
      return;
    }
    EntryRef content = ref;
    FileType type = entry.type;
    if (type == FileType::hard_link) {
      Id target = resolve(entry.link_target, false, false);
      bool is_file = target != kNone && is_set(nodes_[target].content) && nodes_[target].type != FileType::directory;
      content = is_file ? nodes_[target].content : kNoEntry;
      if (is_file) type = nodes_[target].type;
      if (!is_file) late_links_.push_back(id);
      last_folder_ = {};  // the target's may lead through this very name
    }
    kill_children(id);
    Node& node = nodes_[id];
    // A name that is new or was a file cannot be part of the remembered folder.
    if (node.type == FileType::symlink || (node.type == FileType::directory && !made_)) last_folder_ = {};
    node.entry = ref;
    node.type = type;
    set_content(id, content, ref.layer);
  }

  void set_content(Id id, EntryRef content, uint32_t layer) {
    Node& node = nodes_[id];
    node.content = content;
    if (!is_set(content) || !has_facts_[content.layer][content.entry]) {
      node.past = UINT32_MAX;
      return;
    }
    // Within one layer the last entry of a path counts, so it takes the place of the one before.
    bool same_layer = node.past != UINT32_MAX && pasts_[node.past].layer == layer;
    uint32_t older = same_layer ? pasts_[node.past].older : node.past;
    node.past = static_cast<uint32_t>(pasts_.size());
    pasts_.push_back({content, layer, older});
  }

  // Something else that stood here is gone, with what it said.
  void become_folder(Node& node) {
    node.entry = node.content = kNoEntry;
    node.past = UINT32_MAX;
    node.type = FileType::directory;
    last_folder_ = {};
  }

  std::string_view last_folder_;  // as spelt, never "" while remembered; forgotten when what it goes through may change
  Id last_folder_node_ = kRoot;
  bool made_ = false;                      // by the last make_child, which is a path's last component
  std::vector<std::string_view> pending_;  // paths still to walk, the innermost symlink's target last
  Layers layers_;
  std::vector<Node> nodes_;
  std::vector<Id> slots_;
  std::vector<Past> pasts_;
  std::vector<std::vector<bool>> has_facts_;
  std::vector<Id> late_links_;
};

// The rows of a layer's table that belong to one entry. Readers write them in entry order; a decoded or hand-made
// layer need not.
template <class Row>
class ByEntry {
 public:
  explicit ByEntry(const std::vector<Row>& rows) : rows_(rows) {
    order_.resize(rows.size());
    for (uint32_t i = 0; i < order_.size(); ++i) order_[i] = i;
    // Not stable_sort: clang warns of the deprecated buffer in libstdc++ 12's.
    auto before = [&](uint32_t a, uint32_t b) {
      return rows_[a].entry != rows_[b].entry ? rows_[a].entry < rows_[b].entry : a < b;
    };
    if (!std::ranges::is_sorted(order_, before)) std::ranges::sort(order_, before);
  }
  std::span<const uint32_t> of(uint32_t entry) const {
    auto found = std::ranges::equal_range(order_, entry, {}, [&](uint32_t i) { return rows_[i].entry; });
    return {found.begin(), found.end()};
  }
  const Row& row(uint32_t i) const { return rows_[i]; }

 private:
  const std::vector<Row>& rows_;
  std::vector<uint32_t> order_;
};

struct PackageKey {
  std::string_view name, version, architecture;
  bool operator==(const PackageKey&) const = default;
  struct Hash {
    size_t operator()(const PackageKey& key) const {
      return fnv1a(key.architecture, fnv1a(key.version, fnv1a(key.name)));
    }
  };
};
PackageKey key_of(const Package& package) { return {package.name, package.version, package.architecture}; }

class Squasher {
 public:
  explicit Squasher(Layers layers) : layers_(layers), tree_(layers) {
    for (const auto& layer : layers) {
      assert(layer);
      facts_.emplace_back(layer->packages);
      kept_.emplace_back(layer->kept);
    }
  }

  Image run() {
    for (uint32_t i = 0; i < layers_.size(); ++i) tree_.apply(i);
    image_.layers.assign(layers_.begin(), layers_.end());
    list_files();
    read_os();
    list_packages();
    list_secrets();
    return std::move(image_);
  }

 private:
  void list_files() {
    struct File {
      std::string_view path;
      Id node;
    };
    std::vector<File> files;
    for (Id id = 0; id < tree_.nodes().size(); ++id) {
      const Node& node = tree_.nodes()[id];
      if (node.alive && is_set(node.entry)) files.push_back({image_.entry(node.entry).header.path, id});
    }
    auto before = [](const File& a, const File& b) { return a.path != b.path ? a.path < b.path : a.node < b.node; };
    std::ranges::sort(files, before);
    for (const auto& layer : layers_) shown_by_.emplace_back(layer->entries.size(), kNone);
    for (const File& file : files) {
      const Node& node = tree_.nodes()[file.node];
      uint32_t index = static_cast<uint32_t>(image_.files.size());
      image_.files.push_back(node.entry);
      if (!is_set(node.content)) continue;
      // Several names may have one content: its own name speaks for it while it is visible, else the first.
      Id& shown_by = shown_by_[node.content.layer][node.content.entry];
      bool own = node.entry.layer == node.content.layer && node.entry.entry == node.content.entry;
      if (shown_by == kNone || own) shown_by = file.node;
      for (uint32_t i : kept_[node.content.layer].of(node.content.entry))
        image_.kept.push_back({index, kept_[node.content.layer].row(i).bytes});
    }
    visible_.reserve(files.size());
    for (const File& file : files) visible_.push_back(file.node);
  }

  std::string_view content_of(std::string_view path) {
    Id id = tree_.look_up(path, true);
    if (id == kNone || !is_set(tree_.nodes()[id].content)) return {};
    EntryRef content = tree_.nodes()[id].content;
    std::span<const uint32_t> rows = kept_[content.layer].of(content.entry);
    return rows.empty() ? std::string_view{} : kept_[content.layer].row(rows.back()).bytes;
  }

  void read_os() {
    OsFiles files{.os_release = content_of("etc/os-release"),
                  .debian_version = content_of("etc/debian_version"),
                  .alpine_release = content_of("etc/alpine-release"),
                  .apk_repositories = content_of("etc/apk/repositories")};
    if (files.os_release.empty()) files.os_release = content_of("usr/lib/os-release");
    image_.os = detect_os(files, image_.pool);
    release_ = release_of(image_.os, files.apk_repositories);
  }

  // The names that speak for package facts, one for each content: a package is installed where a cataloger looks for
  // it. A link of any other name, in pnpm's store or a status-old, keeps the content but is no installation. A program
  // is one under every name.
  std::vector<Id> package_files() const {
    std::unordered_map<uint64_t, size_t> place;  // of a content in `files`
    std::vector<Id> files;
    for (Id id : visible_) {
      const Node& node = tree_.nodes()[id];
      if (node.past == UINT32_MAX) continue;
      if (dispatcher().named(image_.entry(node.entry).header.path).empty() && !is_program(node.content)) continue;
      uint64_t content = uint64_t{node.content.layer} << 32 | node.content.entry;
      auto [at, first] = place.try_emplace(content, files.size());
      if (first) {
        files.push_back(id);
      } else if (shown_by_[node.content.layer][node.content.entry] == id) {
        files[at->second] = id;
      }
    }
    return files;
  }

  // Whose packages were read from its own bytes: Go's modules.
  bool is_program(EntryRef content) const {
    std::span<const uint32_t> rows = facts_[content.layer].of(content.entry);
    const Package& first = facts_[content.layer].row(rows.front()).package;
    return first.ecosystem == Ecosystem::go && first.source == PackageSource::installed;
  }

  // Debian builds Go programs without modules (dh-golang), and hardly anybody else does since Go 1.16: in its folders,
  // a program of which nothing but the toolchain is known is a deb's. gosu and docker.io are.
  bool is_program_of_debian(std::string_view path, EntryRef content) const {
    constexpr std::string_view kFolders[] = {"bin/", "sbin/", "usr/bin/", "usr/sbin/", "usr/lib/", "usr/libexec/"};
    return is_program(content) && facts_[content.layer].of(content.entry).size() == 1 &&
           std::ranges::any_of(kFolders, [&](std::string_view folder) { return path.starts_with(folder); });
  }

  static const Dispatcher& dispatcher() {
    static const Dispatcher all;
    return all;
  }

  // Those that Alpine's packages brought. pip installs into the same folders there, so a path says nothing. Only where
  // Alpine's advisories speak of the package instead.
  std::unordered_set<std::string_view> files_of_apk(const std::vector<Id>& files) {
    std::unordered_set<std::string_view> paths;
    if (image_.os.ecosystem != Ecosystem::alpine) return paths;
    for (Id id : files) paths.insert(image_.entry(tree_.nodes()[id].entry).header.path);
    std::string_view database = content_of("lib/apk/db/installed");
    if (database.empty()) database = content_of("usr/lib/apk/db/installed");
    return owned_by_apk(database, paths);
  }

  void list_packages() {
    std::vector<Id> files = package_files();
    bool has_debs = false;
    for (Id id : files) {
      const Node& node = tree_.nodes()[id];
      for (uint32_t i : facts_[node.content.layer].of(node.content.entry))
        has_debs = has_debs || facts_[node.content.layer].row(i).package.ecosystem == Ecosystem::debian;
    }
    std::unordered_set<std::string_view> owned = files_of_apk(files);
    for (Id id : files) {
      const Node& node = tree_.nodes()[id];
      std::string_view path = image_.entry(node.entry).header.path;
      std::span<const uint32_t> rows = facts_[node.content.layer].of(node.content.entry);
      std::vector<uint32_t> installed_by = find_installers(node, rows);
      bool by_distribution = owned.contains(path) ||
                             (has_debs && (is_distribution_path(path) || is_program_of_debian(path, node.content)));
      for (size_t i = 0; i < rows.size(); ++i) {
        Package package = facts_[node.content.layer].row(rows[i]).package;
        package.at.path = path;
        package.at.layer = layers_[installed_by[i]]->diff_id;
        if (package.ecosystem == Ecosystem::debian || package.ecosystem == Ecosystem::alpine) {
          bool other = !image_.os.id.empty() && image_.os.ecosystem != package.ecosystem;
          if (other) package.ecosystem = Ecosystem::unknown;
          package.release = release_;
        } else if (by_distribution) {
          continue;
        }
        image_.packages.push_back(package);
      }
    }
  }

  // For each fact the lowest layer from which on the file has said the same.
  std::vector<uint32_t> find_installers(const Node& node, std::span<const uint32_t> rows) const {
    std::vector<uint32_t> installed_by(rows.size(), node.content.layer);
    std::vector<uint32_t> still;  // indices into rows that every version of the file so far has
    for (uint32_t i = 0; i < rows.size(); ++i) still.push_back(i);
    for (uint32_t at = tree_.pasts()[node.past].older; at != UINT32_MAX && !still.empty();
         at = tree_.pasts()[at].older) {
      EntryRef older = tree_.pasts()[at].content;
      std::unordered_set<PackageKey, PackageKey::Hash> had;
      for (uint32_t i : facts_[older.layer].of(older.entry)) had.insert(key_of(facts_[older.layer].row(i).package));
      std::erase_if(still,
                    [&](uint32_t i) { return !had.contains(key_of(facts_[node.content.layer].row(rows[i]).package)); });
      for (uint32_t i : still) installed_by[i] = older.layer;
    }
    return installed_by;
  }

  void list_secrets() {
    for (uint32_t i = 0; i < layers_.size(); ++i)
      for (const SecretHit& hit : layers_[i]->secrets)
        image_.secrets.push_back({.hit = &hit, .layer = i, .deleted_above = shown_by_[i][hit.entry] == kNone});
  }

  Layers layers_;
  Tree tree_;
  Image image_;
  std::vector<ByEntry<PackageFact>> facts_;
  std::vector<ByEntry<KeptFile>> kept_;
  std::vector<Id> visible_;                // parallel to image_.files
  std::vector<std::vector<Id>> shown_by_;  // [layer][entry]: the visible node that has its content
  std::string_view release_;
};

}  // namespace

Image squash(Layers layers) { return Squasher(layers).run(); }

bool is_distribution_path(std::string_view path) {
  constexpr std::string_view kFolders[] = {
      "usr/lib/python3/dist-packages/",
      "usr/lib/python2.7/",  // also its dist-packages; distroless keeps argparse and wsgiref there
      "usr/share/nodejs/",
      "usr/share/npm/",
  };
  return std::ranges::any_of(kFolders, [&](std::string_view folder) { return path.starts_with(folder); });
}

std::vector<Package> without_manifests_of_installed(std::span<const Package> packages) {
  constexpr std::string_view kModules = "node_modules/";
  std::unordered_set<std::string_view> node_folders;  // those that have a node_modules, "" or with a "/" at the end
  bool python = false;
  for (const Package& package : packages) {
    if (package.source != PackageSource::installed) continue;
    python |= package.ecosystem == Ecosystem::pypi;
    if (package.ecosystem != Ecosystem::npm) continue;
    std::string_view path = package.at.path;
    for (size_t at = path.find(kModules); at != std::string_view::npos; at = path.find(kModules, at + 1))
      if (at == 0 || path[at - 1] == '/') node_folders.insert(path.substr(0, at));
  }
  auto repeats = [&](const Package& package) {
    if (package.source != PackageSource::manifest) return false;
    if (package.ecosystem == Ecosystem::pypi) return python;
    std::string_view path = package.at.path;
    return package.ecosystem == Ecosystem::npm && node_folders.contains(path.substr(0, path.rfind('/') + 1));
  };
  std::vector<Package> kept;
  std::ranges::copy_if(packages, std::back_inserter(kept), std::not_fn(repeats));
  return kept;
}

std::vector<ImageUnknown> unknowns_of(const Image& image) {
  std::vector<std::vector<bool>> visible;
  for (const auto& layer : image.layers) visible.emplace_back(layer->entries.size());
  for (EntryRef file : image.files) visible[file.layer][file.entry] = true;
  std::vector<ImageUnknown> unknowns;
  for (uint32_t i = 0; i < image.layers.size(); ++i) {
    for (const EntryUnknown& unknown : image.layers[i]->unknowns) {
      if (unknown.entry == EntryUnknown::kWholeLayer) {
        unknowns.push_back({i, {}, unknown.reason});
      } else if (visible[i][unknown.entry]) {
        unknowns.push_back({i, image.layers[i]->entries[unknown.entry].header.path, unknown.reason});
      }
    }
  }
  return unknowns;
}

}  // namespace drydock::inventory
