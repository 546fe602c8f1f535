// npm's lockfiles (docs.npmjs.com/cli/configuring-npm/package-lock-json), package-lock.json and npm-shrinkwrap.json:
// versions 2 and 3 by `packages`, version 1 by `dependencies`.
//
// `packages` maps a folder to what npm puts there. Not packages of a registry, and skipped: "" (the project), folders
// outside node_modules (workspaces) and `link: true` (links to workspaces). An alias ("a": "npm:b@1") has the real name
// in `name`. The same name and version in several folders is one package, needed for development only if all of them
// are; its place is the first. A peer or optional dependency is installed, so it counts like any other.
// Budgets: those of json.h; version 1 nests at most as deep as the parser allows, and is walked with an explicit stack.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "formats/json.h"
#include "inventory/cataloger.h"
#include "inventory/manifest_path.h"

namespace drydock::inventory::package_lock {
namespace {

// Collects so that equal packages can be one; keeps the file's order.
class Entries {
 public:
  void add(std::string_view name, std::string_view version, std::string_view constraint, bool development, Span span) {
    if (name.empty()) return;
    auto [place, fresh] = index_.try_emplace({name, version.empty() ? constraint : version}, packages_.size());
    if (!fresh) {
      packages_[place->second].development &= development;
      return;
    }
    Package& package = packages_.emplace_back(Package{.ecosystem = Ecosystem::npm,
                                                      .name = name,
                                                      .version = version,
                                                      .constraint = constraint,
                                                      .source = PackageSource::manifest,
                                                      .development = development});
    package.at.span = span;
  }

  void write(std::string_view bytes, Catalog& out) {
    LineTable lines(bytes);
    for (Package& package : packages_) {
      LineColumn at = lines.at(package.at.span.begin);
      package.at.line = at.line;
      package.at.column = at.column;
      out.add(package);
    }
  }

 private:
  std::vector<Package> packages_;
  std::map<std::pair<std::string_view, std::string_view>, size_t> index_;
};

bool is_true(const tree::Node& entry, std::string_view key) {
  const tree::Node* value = entry.find(key);
  return value && value->is_true();
}

void read_packages(const tree::Node& packages, Entries& entries) {
  constexpr std::string_view kFolder = "node_modules/";
  for (const tree::Member& member : packages.members) {
    const tree::Node& entry = *member.value;
    size_t at = member.key->text.rfind(kFolder);
    if (at == std::string_view::npos || !entry.is_mapping() || is_true(entry, "link")) continue;
    std::string_view name = entry.string_at("name");
    if (name.empty()) name = member.key->text.substr(at + kFolder.size());
    std::string_view version = entry.string_at("version");
    // A dependency from git or a file may come without a version.
    std::string_view constraint = version.empty() ? entry.string_at("resolved") : std::string_view{};
    entries.add(name, version, constraint, is_true(entry, "dev"), member.key->span);
  }
}

void read_dependencies(const tree::Node& dependencies, Entries& entries) {
  std::vector<const tree::Node*> open{&dependencies};
  while (!open.empty()) {
    const tree::Node& level = *open.back();
    open.pop_back();
    for (const tree::Member& member : level.members) {
      const tree::Node& entry = *member.value;
      if (!entry.is_mapping()) continue;
      std::string_view name = member.key->text;
      std::string_view version = entry.string_at("version");
      if (version.starts_with("npm:")) {  // an alias: "npm:real-name@1.2.3", the name may begin with '@'
        Cut alias = cut_last(version.substr(4), "@");
        name = alias.before;
        version = alias.after;
      }
      // A git URL, a tarball's URL or file:... instead of a version.
      bool elsewhere = version.find(':') != std::string_view::npos;
      entries.add(name, elsewhere ? std::string_view{} : version, elsewhere ? version : std::string_view{},
                  is_true(entry, "dev"), member.key->span);
      if (const tree::Node* nested = entry.find("dependencies")) open.push_back(nested);
    }
  }
}

void run(const FileView& file, Catalog& out) {
  if (is_inside_packages(file.header.path)) return;
  Arena arena;
  Result<const tree::Node*> root = json::parse(file.bytes, arena);
  if (!root) {
    out.unknown("The npm lockfile is not JSON (" + root.error().message +
                "); resolve merge conflicts, or write it anew with `npm install --package-lock-only`.");
    return;
  }
  std::string_view version = (*root)->string_at("lockfileVersion");
  const tree::Node* packages = (*root)->find("packages");
  const tree::Node* dependencies = (*root)->find("dependencies");
  bool known = version.empty() || version == "1" || version == "2" || version == "3";
  bool readable = (packages && packages->is_mapping()) || (dependencies && dependencies->is_mapping());
  if (!known || (!readable && version.empty())) {
    out.unknown(known ? std::string("The file has no lockfileVersion, packages or dependencies: it is not an npm "
                                    "lockfile; write it anew with `npm install --package-lock-only`.")
                      : "lockfileVersion " + printable(version) +
                            " is not known (1, 2 and 3 are); write it with `npm install --lockfile-version 3`.");
    return;
  }
  Entries entries;
  if (packages && packages->is_mapping()) {
    read_packages(*packages, entries);
  } else if (dependencies && dependencies->is_mapping()) {
    read_dependencies(*dependencies, entries);
  }
  entries.write(file.bytes, out);
}

constexpr std::string_view kPaths[] = {"package-lock.json", "npm-shrinkwrap.json"};

}  // namespace

extern constinit const Cataloger cataloger{.name = "package-lock", .paths = kPaths, .run = run};

}  // namespace drydock::inventory::package_lock
