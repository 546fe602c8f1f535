// npm packages where they run: the package.json at the root of each folder that Node resolves imports from, which is
// node_modules/NAME and node_modules/@SCOPE/NAME. A package.json deeper inside a package (tests, ESM markers, examples)
// is not a package; the project's own one is a manifest, whose lockfile says more.
#include <string>

#include "base/text.h"
#include "formats/json.h"
#include "inventory/cataloger.h"

namespace drydock::inventory::node_package_json {
namespace {

bool is_package_root(std::string_view folder) {
  std::string_view name = base_name(folder);
  std::string_view parent = directory_of(folder);
  if (name.starts_with('.')) return false;  // node_modules/.cache and the like
  if (base_name(parent).starts_with('@')) parent = directory_of(parent);
  return base_name(parent) == "node_modules";
}

// "license": "MIT", and the older {"type": "MIT"} and "licenses": [{"type": "MIT"}, ...].
std::string_view licence_of(const tree::Node& root) {
  if (const tree::Node* licence = root.find("license"))
    return licence->is_string() ? licence->text : licence->string_at("type");
  const tree::Node* licences = root.find("licenses");
  if (licences && licences->is_sequence() && !licences->items.empty()) return licences->items[0]->string_at("type");
  return {};
}

void run(const FileView& file, Catalog& out) {
  if (!is_package_root(directory_of(file.header.path))) return;
  Arena arena;
  Result<const tree::Node*> root = json::parse(file.bytes, arena);
  if (!root) {
    out.unknown("The installed package's package.json is not JSON (" + root.error().message +
                "); reinstall it with `npm ci`.");
    return;
  }
  const tree::Node* name = (*root)->find("name");
  const tree::Node* version = (*root)->find("version");
  if (!name || !name->is_string() || name->text.empty()) return;
  if (!version || !version->is_string() || version->text.empty()) return;
  Package package{
      .ecosystem = Ecosystem::npm, .name = name->text, .version = version->text, .licence = licence_of(**root)};
  package.at.span = version->span;
  out.add(package);
}

constexpr std::string_view kPaths[] = {"package.json"};

}  // namespace

extern constinit const Cataloger cataloger{.name = "node-package-json", .paths = kPaths, .run = run};

}  // namespace drydock::inventory::node_package_json
