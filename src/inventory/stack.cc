#include "inventory/stack.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "formats/yaml.h"
#include "inventory/compose_load.h"
#include "inventory/compose_service.h"

namespace drydock {
namespace {

using compose::Loader;
using compose::Member;
using compose::Project;
using compose::Value;
using compose::Work;

bool is_any_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

template <class T, class Make>
std::span<const T> make_section(const Project& project, std::string_view section, Work& work, Make make) {
  std::vector<T> items;
  if (const Value* value = project.model->find(section); value && value->is_mapping())
    for (const Member& member : value->members)
      if (member.value->tag != compose::Tag::reset) items.push_back(make(member, work));
  std::ranges::sort(items, {}, &T::name);
  return work.pool.copy_span(std::span<const T>(items));
}

// The paths that a compose file includes or extends, as far as they need no variable.
void add_references(const tree::Node& root, std::string_view directory, std::set<std::string>& out) {
  auto add = [&](const tree::Node* node) {
    if (node == nullptr || !node->is_string()) return;
    if (std::optional<std::string> path = compose::join_path(directory, node->text)) out.insert(std::move(*path));
  };
  if (const tree::Node* include = root.find("include")) {
    for (const tree::Node* item : include->items) {
      const tree::Node* path = item->is_mapping() ? item->find("path") : item;
      add(path);
      if (path != nullptr)
        for (const tree::Node* one : path->items) add(one);
    }
  }
  if (const tree::Node* services = root.find("services"))
    for (const tree::Member& member : services->members)
      if (const tree::Node* extends = member.value->find("extends")) add(extends->find("file"));
}

}  // namespace

Stack resolve_stack(const Sources& sources, const ResolveOptions& options, StringPool& pool) {
  Work work(sources, pool, options.budget);
  Loader loader(work);
  Project project = loader.load(options.project, options.files, options.folder_name);

  std::set<std::string_view> profiles(options.profiles.begin(), options.profiles.end());
  if (auto found = project.environment->find("COMPOSE_PROFILES"); found != project.environment->end())
    for (std::string_view profile : split(found->second.value, ','))
      if (!trim(profile).empty()) profiles.insert(trim(profile));

  Stack stack;
  stack.project = project.name;
  stack.files = pool.copy_span(std::span<const std::string_view>(project.files));

  std::vector<Service> services;
  uint32_t elements_left = options.budget.elements;
  if (const Value* section = project.model->find("services")) {
    for (const Member& member : section->members) {
      if (member.value->tag == compose::Tag::reset) continue;
      if (!member.value->is_mapping()) {
        work.unknown("service " + std::string(member.key), {SubjectKind::service, member.key},
                     compose::location_of(*member.scope, member.key_span), "the service is not a mapping");
        continue;
      }
      if (services.size() == options.budget.services) {
        work.over_budget("services", compose::location_of(*member.scope, member.key_span));
        break;
      }
      services.push_back(make_service(member, profiles, work, elements_left));
    }
  }
  std::ranges::sort(services, {}, &Service::name);
  stack.services = pool.copy_span(std::span<const Service>(services));
  stack.networks = make_section<Network>(project, "networks", work, compose::make_network);
  stack.volumes = make_section<Volume>(project, "volumes", work, compose::make_volume);
  stack.secrets = make_section<StackSecret>(project, "secrets", work, compose::make_secret);
  stack.unknowns = pool.copy_span(std::span<const Unknown>(work.unknowns));
  return stack;
}

std::vector<std::string_view> find_projects(const Sources& sources) {
  std::set<std::string_view> folders;
  std::set<std::string> referenced;
  std::vector<const Source*> others;
  StringPool pool;
  for (const Source& source : sources.all()) {
    std::string_view name = base_name(source.path);
    std::string_view folder = directory_of(source.path);
    if (is_any_of(name, compose::kDefaultNames)) folders.insert(folder);
    if (source.kind == SourceKind::dotenv && name == ".env") {
      Work work(sources, pool, {});
      compose::Environment environment;
      compose::add_dotenv(source, source.path, environment, work);
      for (std::string& path : compose::files_from_environment(environment, folder)) {
        folders.insert(folder);
        referenced.insert(std::move(path));
      }
    }
    if (source.kind == SourceKind::compose && !is_any_of(name, compose::kDefaultNames)) others.push_back(&source);
    if (const yaml::File* file = source.as<yaml::File>(); file && source.kind == SourceKind::compose)
      for (const yaml::Document& document : file->documents) add_references(*document.root, folder, referenced);
  }
  std::vector<std::string_view> projects(folders.begin(), folders.end());
  for (const Source* source : others) {
    if (folders.contains(directory_of(source->path)) || referenced.contains(std::string(source->path))) continue;
    projects.push_back(source->path);
  }
  std::ranges::sort(projects);
  return projects;
}

}  // namespace drydock
