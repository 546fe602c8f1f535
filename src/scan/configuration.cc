#include "scan/configuration.h"

#include <algorithm>

#include "base/text.h"
#include "inventory/sources.h"
#include "inventory/stack.h"

namespace drydock::scan {

std::shared_ptr<const Configuration> read_configuration(const std::map<std::string_view, std::string_view>& files,
                                                        std::string_view folder_name) {
  auto made = std::make_shared<Configuration>();
  made->folder_name = folder_name;
  for (const auto& [path, bytes] : files) {
    SourceKind kind = inventory::source_kind(path, bytes);
    if (kind == SourceKind::other) continue;
    inventory::parse_source(made->sources.add(kind, path, bytes), made->sources.arena());
  }
  for (std::string_view project : find_projects(made->sources)) {
    Stack stack = resolve_stack(made->sources, {.project = project, .folder_name = made->folder_name}, made->pool);
    bool is_file = made->sources.find(project) != nullptr;
    stack.directory = is_file ? directory_of(project) : project;
    made->stacks.push_back(stack);
  }
  return made;
}

std::shared_ptr<const Part> examine(const Configuration& configuration, const Settings& settings, Time now,
                                    const checks::Selection& selection) {
  auto part = std::make_shared<Part>();
  for (const Source& source : configuration.sources.all()) {
    if (source.problem.empty()) continue;
    part->unknowns.push_back(
        {.check = {},
         .subject = {.kind = SubjectKind::file, .id = part->pool.copy(source.path), .version = {}},
         .at = {.path = part->pool.copy(source.path)},
         .reason = part->pool.join("this ", name_of(source.kind), " cannot be read: ", source.problem)});
  }
  for (const Stack& stack : configuration.stacks)
    part->unknowns.insert(part->unknowns.end(), stack.unknowns.begin(), stack.unknowns.end());
  checks::run_on_sources(configuration.sources, configuration.stacks, settings, now, selection, *part);
  return part;
}

std::shared_ptr<const Configuration> with_overlay(const Configuration& configuration, const Overlay& overlay) {
  std::map<std::string_view, std::string_view> files;
  for (const Source& source : configuration.sources.all()) files[source.path] = source.bytes;
  for (const auto& [path, bytes] : overlay) files[path] = bytes;
  return read_configuration(files, configuration.folder_name);
}

namespace {

bool below(std::string_view path, std::string_view folder) {
  return folder.empty() || folder == "." ||
         (path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/'));
}

}  // namespace

std::vector<std::string_view> services_of(std::span<const Stack> stacks, std::string_view path, StringPool& pool) {
  std::vector<std::string_view> nearest, given;
  size_t nearest_depth = 0;
  for (const Stack& stack : stacks) {
    for (const Service& service : stack.services) {
      auto name = [&] { return checks::subject_of(stack, service, pool).id; };
      for (const Mount& mount : service.container.mounts) {
        std::string source = normalise_path(std::string(stack.directory) + "/" + std::string(mount.source));
        // A folder mounted whole is the service's source tree; the stack's own folder would claim everything.
        if (mount.kind == MountKind::bind && mount.source.starts_with('.') && source != stack.directory &&
            below(path, source))
          given.push_back(name());
      }
      for (const Text& file : service.env_files)
        if (file.value == path) given.push_back(name());
      std::string_view context = service.build.context.value;
      if (!service.build.set() || context == "." || context.empty() || !below(path, context)) continue;
      if (context.size() > nearest_depth) nearest.clear();
      if (context.size() >= nearest_depth) {
        nearest.push_back(name());
        nearest_depth = context.size();
      }
    }
  }
  nearest.insert(nearest.end(), given.begin(), given.end());
  std::sort(nearest.begin(), nearest.end());
  nearest.erase(std::unique(nearest.begin(), nearest.end()), nearest.end());
  return nearest;
}

}  // namespace drydock::scan
