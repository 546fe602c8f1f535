#include "inventory/squash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/text.h"
#include "inventory/test_layer.h"

namespace drydock::inventory {
namespace {

using Records = std::vector<std::shared_ptr<const LayerRecord>>;

// "path@layer" of every visible entry.
std::string files_of(const Image& image) {
  std::string text;
  for (EntryRef ref : image.files) {
    if (!text.empty()) text += ' ';
    text.append(image.entry(ref).header.path).append("@").append(std::to_string(ref.layer));
  }
  return text;
}

std::string packages_of(const Image& image) {
  std::string text;
  for (const Package& package : image.packages)
    text.append(describe(package)).append(" @").append(package.at.layer).append("\n");
  return text;
}

constexpr std::string_view kStatus = "var/lib/dpkg/status";

std::string paragraph(std::string_view name, std::string_view version) {
  return "Package: " + std::string(name) +
         "\nStatus: install ok installed\nArchitecture: amd64\nVersion: " + std::string(version) + "\n\n";
}

TEST(Squash, AppliesWhiteoutsToLowerLayersOnlyWhereverTheyStand) {
  LayerBuilder a("a"), b("b");
  for (std::string_view path : {"d/x", "d/y/z", "e", "f/g"}) a.file(path);
  b.file("d/y/new");
  b.whiteout("d/y");
  b.file("e");
  b.whiteout("e");
  b.whiteout("absent/too");
  b.opaque("f");
  b.file("f/h");
  Records layers{a.seal(), b.seal()};
  EXPECT_EQ(files_of(squash(layers)), "d/x@0 d/y/new@1 e@1 f/h@1");
}

TEST(Squash, EmptiesAnOpaqueDirectoryAlsoBehindItsEntries) {
  LayerBuilder a("a"), b("b");
  a.directory("d");
  a.file("d/old");
  b.file("d/new");
  b.opaque("d");
  EXPECT_EQ(files_of(squash(Records{a.seal(), b.seal()})), "d@0 d/new@1");
  LayerBuilder c("c"), root("d");
  c.file("x");
  root.opaque("");
  root.file("y");
  EXPECT_EQ(files_of(squash(Records{c.seal(), root.seal()})), "y@1");
}

TEST(Squash, ListsAPackageOnlyWhereItsNameIsAPackages) {
  constexpr std::string_view kManifest = R"({"name": "a", "version": "1"})";
  LayerBuilder lower("a"), upper("b");
  lower.catalog("app/node_modules/a/package.json", kManifest);
  upper.hard_link("app/node_modules/a/kept.json", "app/node_modules/a/package.json");
  upper.hard_link("srv/node_modules/a/package.json", "app/node_modules/a/package.json");
  LayerBuilder top("c"), last("d");
  top.whiteout("app/node_modules/a/package.json");
  last.whiteout("srv");
  Records layers{lower.seal(), upper.seal(), top.seal(), last.seal()};
  Image image = squash(std::span(layers).first(2));
  ASSERT_EQ(image.packages.size(), 1u);
  EXPECT_EQ(image.packages[0].at.path, "app/node_modules/a/package.json");
  image = squash(std::span(layers).first(3));
  ASSERT_EQ(image.packages.size(), 1u);
  EXPECT_EQ(image.packages[0].at.path, "srv/node_modules/a/package.json");
  EXPECT_EQ(packages_of(squash(layers)), "");
}

TEST(Squash, LeavesOutManifestsOfWhatIsInstalled) {
  auto package = [](Ecosystem ecosystem, PackageSource source, std::string_view path) {
    return Package{.ecosystem = ecosystem, .name = path, .at = {.path = path}, .source = source};
  };
  using enum PackageSource;
  const Package packages[] = {
      package(Ecosystem::npm, installed, "app/node_modules/@s/a/node_modules/b/package.json"),
      package(Ecosystem::npm, manifest, "app/package-lock.json"),
      package(Ecosystem::npm, manifest, "app/node_modules/@s/a/package-lock.json"),
      package(Ecosystem::npm, manifest, "app/other/package-lock.json"),
      package(Ecosystem::npm, manifest, "package-lock.json"),
      package(Ecosystem::npm, installed, "my_node_modules/c/package.json"),
      package(Ecosystem::pypi, manifest, "app/requirements.txt"),
  };
  auto names = [](const std::vector<Package>& list) {
    std::string text;
    for (const Package& one : list) text.append(one.name).append(" ");
    return text;
  };
  EXPECT_EQ(names(without_manifests_of_installed(packages)),
            "app/node_modules/@s/a/node_modules/b/package.json app/other/package-lock.json package-lock.json "
            "my_node_modules/c/package.json app/requirements.txt ");
  std::vector<Package> more(std::begin(packages), std::end(packages));
  more.push_back(package(Ecosystem::pypi, installed, "usr/lib/x.dist-info/METADATA"));
  EXPECT_EQ(names(without_manifests_of_installed(more)).find("requirements"), std::string::npos);
}

TEST(Squash, LetsFilesReplaceDirectoriesAndTheOtherWayRound) {
  LayerBuilder a("a"), b("b"), c("c");
  a.file("d/x/y");
  a.file("f");
  b.file("d");
  b.file("f/inner");
  c.directory("d");
  EXPECT_EQ(files_of(squash(Records{a.seal(), b.seal(), c.seal()})), "d@2 f/inner@1");
}

TEST(Squash, TakesTheLastOfSeveralEntriesOfOnePath) {
  LayerBuilder a("a");
  uint32_t first = a.keep("f", "first");
  uint32_t second = a.keep("f", "second");
  a.directory("d");
  a.file("d/x");
  a.directory("d");
  Image image = squash(Records{a.seal()});
  EXPECT_EQ(files_of(image), "d@0 d/x@0 f@0");
  EXPECT_EQ(image.files[2].entry, second);
  ASSERT_EQ(image.kept.size(), 1u);
  EXPECT_EQ(image.kept[0].bytes, "second");
  EXPECT_EQ(image.kept[0].entry, 2u);
  EXPECT_NE(first, second);
}

TEST(Squash, FollowsSymlinkedFoldersOfLowerLayers) {
  LayerBuilder a("a"), b("b"), c("c");
  a.file("usr/lib/x");
  a.symlink("lib", "usr/lib");
  a.symlink("abs", "/usr/../usr/lib/");
  b.file("lib/x");
  b.file("abs/y");
  b.symlink("usr/lib/up", "../..");
  c.whiteout("lib/y");
  c.file("lib/up/top");
  EXPECT_EQ(files_of(squash(Records{a.seal(), b.seal(), c.seal()})), "abs@0 lib@0 lib/up/top@2 lib/x@1 usr/lib/up@1");
}

TEST(Squash, ReplacesASymlinkByADirectoryEntryOfItsName) {
  LayerBuilder a("a"), b("b");
  a.file("usr/lib/x");
  a.symlink("lib", "usr/lib");
  b.directory("lib");
  b.file("lib/x");
  EXPECT_EQ(files_of(squash(Records{a.seal(), b.seal()})), "lib@1 lib/x@1 usr/lib/x@0");
}

TEST(Squash, EndsSymlinkLoops) {
  LayerBuilder a("a");
  a.symlink("a", "b");
  a.symlink("b", "a");
  a.symlink("self", "self/self");
  a.file("a/x");
  a.file("self/x");
  a.whiteout("b/y");
  Image image = squash(Records{a.seal()});
  std::string files = files_of(image);
  EXPECT_NE(files.find("a/x@0"), std::string::npos) << files;
  EXPECT_NE(files.find("self/x@0"), std::string::npos) << files;
}

TEST(Squash, RemembersNoFolderThatChangedMeanwhile) {
  LayerBuilder a("a");
  a.file("d/one");
  a.symlink("d", "e");  // d/one is gone, d/ is e/ from here on
  a.file("d/two");
  a.file("d");  // a file again: e/two stays
  a.file("d/three");
  EXPECT_EQ(files_of(squash(Records{a.seal()})), "d/three@0 d/two@0");
}

TEST(Squash, KeepsAHardLinksContentWhenItsTargetGoes) {
  LayerBuilder a("a"), b("b"), c("c");
  a.catalog(kStatus, paragraph("bash", "5.2"));
  a.keep("etc/os-release", "ID=debian\nVERSION_ID=12\n");
  a.hard_link("early", "late");
  a.keep("late", "late bytes");
  b.hard_link("backup", kStatus);
  b.hard_link("again", "backup");
  b.hard_link("nowhere", "absent");
  c.whiteout(kStatus);
  Records layers{a.seal(), b.seal(), c.seal()};
  Image before = squash(std::span(layers).first(2));
  EXPECT_EQ(packages_of(before), "bash 5.2 amd64 @a\n");
  EXPECT_EQ(before.packages[0].at.path, kStatus);
  Image after = squash(layers);
  EXPECT_EQ(files_of(after), "again@1 backup@1 early@0 etc/os-release@0 late@0 nowhere@1");
  EXPECT_EQ(packages_of(after), "");  // dpkg's database under another name is none
  EXPECT_EQ(std::ranges::count(after.kept, std::string_view("late bytes"), &KeptFile::bytes), 2);
}

TEST(Squash, NamesTheLayerThatInstalledAPackage) {
  LayerBuilder a("a"), b("b"), c("c"), d("d");
  a.catalog(kStatus, paragraph("bash", "5.2") + paragraph("curl", "7") + paragraph("gone", "1"));
  b.catalog(kStatus, paragraph("bash", "5.2") + paragraph("curl", "8"));
  c.file("unrelated");
  d.catalog(kStatus,
            paragraph("bash", "5.2") + paragraph("curl", "8") + paragraph("gone", "1") + paragraph("new", "1"));
  Image image = squash(Records{a.seal(), b.seal(), c.seal(), d.seal()});
  EXPECT_EQ(packages_of(image), "bash 5.2 amd64 @a\ncurl 8 amd64 @b\ngone 1 amd64 @d\nnew 1 amd64 @d\n");
  EXPECT_EQ(image.files.size(), 2u);
}

TEST(Squash, StartsAnewWhereTheDatabaseWasRemoved) {
  LayerBuilder a("a"), b("b"), c("c"), empty("e");
  a.catalog(kStatus, paragraph("bash", "5.2"));
  b.whiteout("var");
  c.catalog(kStatus, "");
  c.catalog(kStatus, paragraph("bash", "5.2"));
  Records layers{a.seal(), b.seal(), c.seal()};
  EXPECT_EQ(packages_of(squash(layers)), "bash 5.2 amd64 @c\n");
  EXPECT_EQ(packages_of(squash(std::span(layers).first(2))), "");
  empty.file(kStatus);
  layers.push_back(empty.seal());
  EXPECT_EQ(packages_of(squash(layers)), "");
}

TEST(Squash, FollowsTheDatabaseThroughUsrMerge) {
  LayerBuilder a("a"), b("b");
  a.catalog("lib/p.dist-info/METADATA", "Name: p\nVersion: 1\n");
  a.symlink("alias", "lib");
  b.catalog("alias/p.dist-info/METADATA", "Name: p\nVersion: 1\n");
  EXPECT_EQ(packages_of(squash(Records{a.seal(), b.seal()})), "p 1 @a\n");
}

TEST(Squash, ReadsTheDistributionThroughItsUsualSymlink) {
  LayerBuilder a("a"), b("b");
  a.keep("usr/lib/os-release", "ID=debian\nVERSION_ID=\"11\"\nPRETTY_NAME=\"Debian GNU/Linux 11 (bullseye)\"\n");
  a.symlink("etc/os-release", "../usr/lib/os-release");
  a.catalog(kStatus, paragraph("bash", "5.1"));
  b.catalog("app/node_modules/a/package.json", R"({"name":"a","version":"1"})");
  Image image = squash(Records{a.seal(), b.seal()});
  EXPECT_EQ(image.os.id, "debian");
  EXPECT_EQ(image.os.pretty_name, "Debian GNU/Linux 11 (bullseye)");
  ASSERT_EQ(image.packages.size(), 2u);
  EXPECT_EQ(image.packages[0].release, "");
  EXPECT_EQ(image.packages[1].release, "11");
}

TEST(Squash, DoesNotCallAnotherDistributionsDebsDebian) {
  LayerBuilder a("a");
  a.keep("etc/os-release", "ID=ubuntu\nVERSION_ID=\"22.04\"\n");
  a.catalog(kStatus, paragraph("bash", "5.1"));
  Image image = squash(Records{a.seal()});
  ASSERT_EQ(image.packages.size(), 1u);
  EXPECT_EQ(image.packages[0].ecosystem, Ecosystem::unknown);
  EXPECT_EQ(image.packages[0].release, "22.04");
}

TEST(Squash, LeavesToDpkgWhatDpkgInstalled) {
  auto image_with = [](bool with_dpkg) {
    LayerBuilder a("a");
    constexpr std::string_view kMetadata = "Name: p\nVersion: 1\n";
    a.catalog("usr/lib/python3/dist-packages/p-1.egg-info", kMetadata);
    a.catalog("usr/local/lib/python3.11/dist-packages/q-1.dist-info/METADATA", "Name: q\nVersion: 1\n");
    a.catalog("usr/share/nodejs/x/node_modules/n/package.json", R"({"name":"n","version":"1"})");
    if (with_dpkg) a.catalog(kStatus, paragraph("python3-p", "1-2"));
    return packages_of(squash(Records{a.seal()}));
  };
  EXPECT_EQ(image_with(true), "q 1 @a\npython3-p 1-2 amd64 @a\n");
  EXPECT_EQ(image_with(false), "p 1 @a\nq 1 @a\nn 1 @a\n");
}

TEST(Squash, KeepsSecretsOfDeletedFiles) {
  LayerBuilder a("a"), b("b");
  uint32_t shown = a.file("shown"), deleted = a.file("deleted"), replaced = a.file("replaced");
  for (uint32_t entry : {shown, deleted, replaced}) a.record().secrets.push_back({.entry = entry, .rule = "r"});
  b.whiteout("deleted");
  b.file("replaced");
  Image image = squash(Records{a.seal(), b.seal()});
  ASSERT_EQ(image.secrets.size(), 3u);
  EXPECT_FALSE(image.secrets[0].deleted_above);
  EXPECT_TRUE(image.secrets[1].deleted_above);
  EXPECT_TRUE(image.secrets[2].deleted_above);
  EXPECT_EQ(image.secrets[0].layer, 0u);
}

TEST(Squash, ListsUnknownsOfVisibleFilesOnly) {
  LayerBuilder a("a"), b("b");
  a.catalog("gone/package-lock.json", "{");
  a.catalog("app/package-lock.json", "{");
  b.whiteout("gone");
  b.record().unknowns.push_back({EntryUnknown::kWholeLayer, "truncated"});
  Image image = squash(Records{a.seal(), b.seal()});
  std::vector<ImageUnknown> unknowns = unknowns_of(image);
  ASSERT_EQ(unknowns.size(), 2u);
  EXPECT_EQ(unknowns[0].path, "app/package-lock.json");
  EXPECT_EQ(unknowns[1].path, "");
  EXPECT_EQ(unknowns[1].layer, 1u);
}

TEST(Squash, IsEmptyWithoutLayers) {
  Image image = squash({});
  EXPECT_TRUE(image.files.empty());
  EXPECT_EQ(image.os.id, "");
}

// The oracle: a map from path to what is there, changed step by step with plain string operations, no sharing of nodes,
// no table, no memory of folders.
class NaiveFileSystem {
 public:
  struct Node {
    std::optional<std::pair<uint32_t, uint32_t>> entry, content;
    FileType type = FileType::directory;
    std::string target;
  };

  void apply(const LayerRecord& layer, uint32_t index) {
    for (const LayerEntry& entry : layer.entries) {
      if (!entry.whiteout && !entry.opaque) continue;
      std::optional<std::string> path = find(std::string(entry.header.path), entry.opaque);
      if (!path) continue;
      erase_below(*path);
      if (!entry.opaque) nodes_.erase(*path);
    }
    for (uint32_t i = 0; i < layer.entries.size(); ++i) {
      const LayerEntry& entry = layer.entries[i];
      if (!entry.whiteout && !entry.opaque) put({index, i}, entry.header);
    }
    for (uint32_t i = 0; i < layer.entries.size(); ++i)
      for (auto& [path, node] : nodes_)
        if (node.entry == std::pair(index, i) && !node.content) link(node, layer.entries[i].header);
  }

  std::vector<std::string> files() const {
    std::vector<std::string> files;
    for (const auto& [path, node] : nodes_) {
      if (!node.entry) continue;
      std::string text = std::to_string(node.entry->first) + ":" + std::to_string(node.entry->second) + "=";
      if (node.content) text += std::to_string(node.content->first) + ":" + std::to_string(node.content->second);
      files.push_back(text);
    }
    std::ranges::sort(files);
    return files;
  }

 private:
  void erase_below(const std::string& folder) {
    std::string prefix = folder.empty() ? "" : folder + "/";
    std::erase_if(nodes_, [&](const auto& row) { return row.first.starts_with(prefix) && row.first != folder; });
  }

  // Where a path leads; with `make`, folders on the way are made.
  std::optional<std::string> walk(const std::string& path, bool follow_last, bool make) {
    std::vector<std::string> todo;
    for (std::string_view part : split(path, '/')) todo.insert(todo.begin(), std::string(part));
    std::string at;
    int links = 0;
    while (!todo.empty()) {
      std::string part = todo.back();
      todo.pop_back();
      if (part.empty() || part == ".") continue;
      if (part == "..") {
        at = std::string(directory_of(at));
        continue;
      }
      std::string next = at.empty() ? part : at + "/" + part;
      if (todo.empty() && !follow_last) return make || nodes_.contains(next) ? std::optional(next) : std::nullopt;
      auto found = nodes_.find(next);
      if (found == nodes_.end()) {
        if (!make) return std::nullopt;
        nodes_[next] = {};
      } else if (found->second.type == FileType::symlink && ++links <= 40) {
        std::string target = found->second.target;
        if (target.starts_with('/')) at.clear();
        for (std::string_view piece : [&] {
               std::vector<std::string_view> pieces = split(target, '/');
               std::ranges::reverse(pieces);
               return pieces;
             }())
          todo.push_back(std::string(piece));
        continue;
      } else if (found->second.type != FileType::directory) {
        if (!make) return std::nullopt;
        nodes_[next] = {};
      }
      at = next;
    }
    return at;
  }
  std::optional<std::string> find(const std::string& path, bool follow_last) { return walk(path, follow_last, false); }

  void link(Node& node, const FileHeader& header) {
    std::optional<std::string> target = find(std::string(header.link_target), false);
    auto found = target ? nodes_.find(*target) : nodes_.end();
    if (found == nodes_.end() || !found->second.content || found->second.type == FileType::directory) return;
    node.content = found->second.content;
    node.type = found->second.type;
    node.target = found->second.target;
  }

  void put(std::pair<uint32_t, uint32_t> ref, const FileHeader& header) {
    std::string path = *walk(std::string(header.path), false, true);
    Node node{.entry = ref, .content = ref, .type = header.type, .target = std::string(header.link_target)};
    if (header.type == FileType::hard_link) {
      node.content.reset();
      node.target.clear();
      link(node, header);
    }
    if (header.type != FileType::directory) erase_below(path);
    nodes_[path] = node;
  }

  std::map<std::string, Node> nodes_;
};

// The layers in words, for a failing round.
std::string spell(const Records& layers) {
  constexpr std::string_view kTypes[] = {"file", "directory", "symlink", "hard link"};
  std::string text;
  for (size_t i = 0; i < layers.size(); ++i) {
    for (size_t j = 0; j < layers[i]->entries.size(); ++j) {
      const LayerEntry& entry = layers[i]->entries[j];
      text.append(std::to_string(i)).append(":").append(std::to_string(j)).append(" ");
      text.append(entry.whiteout ? "whiteout"
                  : entry.opaque ? "opaque"
                                 : kTypes[static_cast<size_t>(entry.header.type)]);
      text.append(" ").append(entry.header.path).append(" ").append(entry.header.link_target).append("\n");
    }
  }
  return text;
}

TEST(Squash, AgreesWithANaiveFileSystem) {
  std::mt19937 random(20240501);
  auto below = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  auto some_path = [&] {
    std::string path;
    for (uint32_t depth = 1 + below(4); depth > 0; --depth) {
      if (!path.empty()) path += '/';
      path += static_cast<char>('a' + below(4));
    }
    return path;
  };
  auto some_target = [&] {
    std::string path = some_path();
    switch (below(4)) {
      case 0: return "/" + path;
      case 1: return "../" + path;
      case 2: return "./" + path + "/..";
      default: return path;
    }
  };
  for (int round = 0; round < 20'000; ++round) {
    Records layers;
    NaiveFileSystem naive;
    for (uint32_t i = 0, count = 1 + below(4); i < count; ++i) {
      LayerBuilder layer("l" + std::to_string(i));
      for (uint32_t n = below(12); n > 0; --n) {
        switch (below(10)) {
          case 0: layer.whiteout(some_path()); break;
          case 1: layer.opaque(some_path()); break;
          case 2: layer.symlink(some_path(), some_target()); break;
          case 3: layer.hard_link(some_path(), some_path()); break;
          case 4:
          case 5: layer.directory(some_path()); break;
          default: layer.keep(some_path(), "bytes"); break;
        }
      }
      // Every file's bytes name it, so that kept files show whose content is visible.
      LayerRecord& record = layer.record();
      for (KeptFile& kept : record.kept)
        kept.bytes = record.pool.copy(std::to_string(i) + ":" + std::to_string(kept.entry));
      layers.push_back(layer.seal());
      naive.apply(*layers.back(), i);
    }
    Image image = squash(layers);
    std::vector<std::string> files;
    std::map<uint32_t, std::string_view> kept;
    for (const KeptFile& file : image.kept) kept[file.entry] = file.bytes;
    std::vector<std::string> expected = naive.files();
    for (uint32_t i = 0; i < image.files.size(); ++i) {
      EntryRef ref = image.files[i];
      std::string own = std::to_string(ref.layer) + ":" + std::to_string(ref.entry);
      FileType type = image.entry(ref).header.type;
      std::string content = kept.contains(i) ? std::string(kept[i]) : type == FileType::hard_link ? "?" : own;
      files.push_back(own + "=" + content);
    }
    // A hard link to a symlink keeps no bytes that could be compared.
    for (std::string& line : expected) {
      uint32_t layer = 0, entry = 0;
      ASSERT_EQ(std::sscanf(line.c_str(), "%u:%u=", &layer, &entry), 2);
      if (layers[layer]->entries[entry].header.type != FileType::hard_link) continue;
      std::string content(cut(line, "=").after);
      bool is_kept = false;
      uint32_t of_layer = 0, of_entry = 0;
      if (std::sscanf(content.c_str(), "%u:%u", &of_layer, &of_entry) == 2)
        is_kept = layers[of_layer]->entries[of_entry].header.type == FileType::regular;
      if (!is_kept) line = std::to_string(layer) + ":" + std::to_string(entry) + "=?";
    }
    std::ranges::sort(expected);
    std::ranges::sort(files);
    ASSERT_EQ(files, expected) << "round " << round << "\n" << spell(layers);
  }
}

// Prints the cost; the bound is far off so that a busy machine does not fail it.
TEST(Squash, TakesAMillionEntriesInUnderASecondOrSo) {
  Records layers;
  for (int l = 0; l < 10; ++l) {
    LayerBuilder layer("sha256:" + std::to_string(l));
    for (int i = 0; i < 100'000; ++i)
      layer.file("usr/lib/python3/site-packages/package" + std::to_string((i + l * 100) / 50) + "/module" +
                 std::to_string(i % 50) + ".py");
    layers.push_back(layer.seal());
  }
  auto start = std::chrono::steady_clock::now();
  Image image = squash(layers);
  auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
  std::printf("%lld ms for %zu visible entries\n", static_cast<long long>(elapsed.count()), image.files.size());
  EXPECT_LT(elapsed.count(), 20'000);
}

// Layers that make one folder appear and go again and again must not cost more than their entries.
TEST(Squash, IsLinearForFoldersThatComeAndGo) {
  LayerBuilder layer("a");
  for (int i = 0; i < 20'000; ++i) layer.file("d/" + std::to_string(i));
  for (int i = 0; i < 50'000; ++i) {
    layer.file("d");
    layer.file("d/x");
  }
  for (int i = 0; i < 40; ++i) layer.symlink("l" + std::to_string(i), "l" + std::to_string(i + 1));
  for (int i = 0; i < 20'000; ++i) layer.file("l0/" + std::to_string(i));
  auto start = std::chrono::steady_clock::now();
  Image image = squash(Records{layer.seal()});
  EXPECT_EQ(image.files.size(), 1u + 40 + 20'000);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

}  // namespace
}  // namespace drydock::inventory
