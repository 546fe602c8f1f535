#include "inventory/compose_load.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "formats/dotenv.h"
#include "formats/yaml.h"
#include "inventory/compose_merge.h"

namespace drydock::compose {
namespace {

constexpr std::string_view kSections[] = {"name", "services", "networks", "volumes", "secrets", "include"};
constexpr std::string_view kImported[] = {"services", "networks", "volumes", "secrets"};

// What compose makes of a folder's name: lower case, [a-z0-9_-] only, no leading '_' or '-'.
std::string project_name_from(std::string_view folder) {
  std::string name;
  for (char c : folder) {
    c = lower(c);
    bool allowed = is_letter(c) || is_digit(c) || ((c == '_' || c == '-') && !name.empty());
    if (allowed) name += c;
  }
  return name.empty() ? "default" : name;
}

// Include and extends may name a Git repository or an OCI artefact.
bool is_remote(std::string_view path) {
  return path.find("://") != std::string_view::npos || path.starts_with("git@") || path.starts_with("oci:") ||
         path.starts_with("github.com/");
}

const Value* with_member(const Value* mapping, std::string_view key, const Value* value, Work& work) {
  Value changed = *mapping;
  std::vector<Member> members(mapping->members.begin(), mapping->members.end());
  auto found = std::ranges::find(members, key, &Member::key);
  if (found == members.end())
    members.push_back({work.arena.copy(key), value->span, value->scope, value});
  else
    found->value = value;
  changed.members = work.arena.copy_span(std::span<const Member>(members));
  return make_value(work, changed);
}

std::vector<const Value*> scalars_of(const Value* value, Work& work) {
  std::vector<const Value*> scalars;
  if (value == nullptr) return scalars;
  for (const Value* item : as_list(value, work)->items)
    if (item->is_scalar() && item->tag != Tag::reset) scalars.push_back(item);
  return scalars;
}

}  // namespace

std::optional<std::string> join_path(std::string_view directory, std::string_view written) {
  if (written.starts_with('/') || written.starts_with('~') || written.starts_with('\\')) return std::nullopt;
  if (written.size() >= 2 && is_letter(written[0]) && written[1] == ':') return std::nullopt;
  std::string whole = std::string(directory) + "/" + std::string(written);
  int depth = 0;
  for (std::string_view part : split(whole, '/')) {
    if (part.empty() || part == ".") continue;
    depth += part == ".." ? -1 : 1;
    if (depth < 0) return std::nullopt;
  }
  return normalise_path(whole);
}

void add_dotenv(const Source& source, std::string_view path, Environment& environment, Work& work) {
  const dotenv::File* file = source.as<dotenv::File>();
  if (file == nullptr) return;
  std::set<std::string_view> kept;
  for (const auto& [name, variable] : environment) kept.insert(name);
  for (const dotenv::Entry& entry : file->entries) {
    // A name alone takes the caller's environment, which a scan does not read.
    if (!entry.has_value || kept.contains(entry.name)) continue;
    Variable variable{.value = entry.value};
    if (entry.quote != dotenv::Quote::single && entry.value.find('$') != std::string_view::npos) {
      Expansion expansion = interpolate(entry.value, environment, work);
      variable.value = expansion.text;
      variable.unresolved = expansion.unresolved;
    }
    LineColumn place = source.lines.at(entry.value_span.begin);
    variable.at = {.path = path, .layer = {}, .span = entry.value_span, .line = place.line, .column = place.column};
    environment.insert_or_assign(entry.name, variable);
  }
}

std::vector<std::string> files_from_environment(const Environment& environment, std::string_view directory) {
  auto found = environment.find("COMPOSE_FILE");
  if (found == environment.end() || found->second.value.empty()) return {};
  auto separator = environment.find("COMPOSE_PATH_SEPARATOR");
  bool own = separator != environment.end() && separator->second.value.size() == 1;
  std::vector<std::string> files;
  for (std::string_view part : split(found->second.value, own ? separator->second.value[0] : ':')) {
    if (part.empty()) continue;
    // A path that leads outside keeps its spelling: it is not among Sources, and the Unknown then says it as written.
    std::optional<std::string> path = join_path(directory, part);
    files.push_back(path ? *path : std::string(part));
  }
  return files;
}

// One load_files() in progress, for cycles of includes.
struct Loader::Frame {
  std::span<const std::string> paths;
  const Frame* parent = nullptr;
  uint32_t depth = 0;

  bool holds(std::string_view path) const {
    for (const Frame* frame = this; frame != nullptr; frame = frame->parent)
      if (std::ranges::find(frame->paths, path) != frame->paths.end()) return true;
    return false;
  }
};

const Source* Loader::open(std::string_view path, const Location& named_at, Subject subject) {
  const Source* source = work_.sources.find(path);
  std::string once = "file " + std::string(path);
  if (source == nullptr) {
    work_.unknown(once, subject, named_at,
                  work_.pool.join("the compose file ", path, " is not in the scanned folder: what it says is missing"));
    return nullptr;
  }
  if (source->as<yaml::File>() == nullptr) {
    work_.unknown(once, {SubjectKind::file, path}, {.path = work_.pool.copy(path)},
                  work_.pool.join("the compose file could not be read: ",
                                  source->problem.empty() ? "it is not YAML" : source->problem));
    return nullptr;
  }
  if (std::ranges::find(files_, path) == files_.end()) {
    if (files_.size() >= work_.budget.files) {
      work_.over_budget("compose files", named_at);
      return nullptr;
    }
    files_.push_back(work_.pool.copy(path));
  }
  return source;
}

const Scope& Loader::scope_for(const Source& source, std::string_view directory, const Environment& environment) {
  return scopes_.emplace_back(Scope{&source, work_.pool.copy(source.path), work_.pool.copy(directory), &environment});
}

Project Loader::load(std::string_view target, std::span<const std::string_view> files, std::string_view folder_name) {
  Project project;
  std::string folder = normalise_path(target);
  std::vector<std::string> paths;
  for (std::string_view file : files) paths.push_back(normalise_path(file));
  if (work_.sources.find(folder) != nullptr) {
    if (paths.empty()) paths.push_back(folder);
    folder = std::string(directory_of(folder));
  }

  Environment& environment = environments_.emplace_back();
  // Compose sets PWD itself. Its value is this machine's, so it is "." where a path wants it and unknown elsewhere.
  environment["PWD"] = {.value = ".", .unresolved = true, .at = {}};
  auto add_env_file = [&](std::string_view directory) {
    std::optional<std::string> path = join_path(directory, ".env");
    if (const Source* source = work_.sources.find(*path))
      add_dotenv(*source, work_.pool.copy(*path), environment, work_);
  };
  add_env_file(folder);

  Location named_at;
  if (paths.empty()) {
    paths = files_from_environment(environment, folder);
    if (!paths.empty()) named_at = environment.find("COMPOSE_FILE")->second.at;
  }
  if (paths.empty()) {
    for (const auto& names : {std::span(kDefaultNames), std::span(kOverrideNames)}) {
      for (std::string_view name : names) {
        std::optional<std::string> path = join_path(folder, name);
        if (work_.sources.find(*path) == nullptr) continue;
        paths.push_back(*path);
        break;
      }
      if (paths.empty()) break;  // an override alone is no project
    }
  }
  // The first file's folder is the project's, and its .env counts too, after the one beside the caller.
  std::string directory = paths.empty() ? folder : std::string(directory_of(paths[0]));
  if (directory != folder) add_env_file(directory);

  std::string name;
  if (auto found = environment.find("COMPOSE_PROJECT_NAME"); found != environment.end()) name = found->second.value;
  if (name.empty()) {
    for (const std::string& path : paths) {
      const Source* source = work_.sources.find(path);
      const yaml::File* file = source ? source->as<yaml::File>() : nullptr;
      if (file == nullptr) continue;
      std::string_view written = file->root().string_at("name");
      if (!written.empty()) name = interpolate(written, environment, work_).text;
    }
  }
  if (name.empty()) name = project_name_from(directory.empty() ? folder_name : base_name(directory));
  project.name = work_.pool.copy(name);
  environment.try_emplace("COMPOSE_PROJECT_NAME", Variable{.value = project.name, .unresolved = false, .at = {}});

  project.directory = work_.pool.copy(directory);
  project.environment = &environment;
  project.model = load_files(paths, project.directory, environment, nullptr, named_at);
  project.files = files_;
  return project;
}

const Value* Loader::load_files(std::span<const std::string> paths, std::string_view directory,
                                const Environment& environment, const Frame* parent, const Location& named_at) {
  Frame frame{paths, parent, parent ? parent->depth + 1 : 0};
  const Value* merged = nullptr;
  for (const std::string& path : paths) {
    const Source* source = open(path, named_at, {SubjectKind::file, path});
    if (source == nullptr) continue;
    const Scope& scope = scope_for(*source, directory, environment);
    for (const yaml::Document& document : source->as<yaml::File>()->documents) {
      if (!document.root->is_mapping()) continue;
      const Value* model = load_document(*document.root, scope, frame);
      merged = merged ? merge_models(merged, model, work_) : model;
    }
  }
  return merged ? merged : make_value(work_, {.kind = tree::Kind::mapping});
}

const Value* Loader::load_document(const tree::Node& root, const Scope& scope, const Frame& frame) {
  ArenaList<Member> members(work_.arena);
  const Value* include = nullptr;
  for (const tree::Member& member : root.members) {
    if (std::ranges::find(kSections, member.key->text) == std::end(kSections)) continue;
    const Value* section = build_value(*member.value, scope, work_);
    if (member.key->text == "include") {
      include = section;
      continue;
    }
    if (member.key->text != "name" && !section->is_mapping()) {
      if (!section->is_null())
        work_.unknown("section " + std::string(scope.path) + std::string(member.key->text),
                      {SubjectKind::file, scope.path}, location_of(*section),
                      work_.pool.join("the section ", member.key->text, " is not a mapping"));
      continue;
    }
    members.push({member.key->text, member.key->span, &scope, section});
  }
  const Value* model =
      make_value(work_, {.kind = tree::Kind::mapping, .scope = &scope, .span = root.span, .members = members.span()});
  if (include != nullptr) model = include_all(model, *include, frame);
  return extend_all(model, scope);
}

const Value* Loader::include_all(const Value* model, const Value& include, const Frame& frame) {
  for (const Value* item : include.items) {
    const Scope& scope = *item->scope;
    const Value* path_value = item->is_mapping() ? item->find("path") : item;
    std::vector<std::string> paths;
    for (const Value* path : scalars_of(path_value, work_)) {
      std::optional<std::string> joined;
      if (!path->unresolved && !is_remote(path->text)) joined = join_path(scope.directory, path->text);
      if (joined && frame.holds(*joined)) {
        work_.unknown("include cycle " + *joined, {SubjectKind::file, scope.path}, location_of(*path),
                      work_.pool.join("the include of ", *joined, " leads back to itself: Compose refuses it"));
        continue;
      }
      if (joined) {
        paths.push_back(*joined);
        continue;
      }
      work_.unknown("include " + std::string(path->literal), {SubjectKind::file, scope.path}, location_of(*path),
                    work_.pool.join("the include of ", path->literal,
                                    " is outside the scanned folder: its services are not in the stack"));
    }
    if (paths.empty()) continue;
    if (frame.depth >= work_.budget.extends) {
      work_.over_budget("includes inside one another", location_of(*item));
      continue;
    }
    std::string directory(directory_of(paths[0]));
    if (const Value* written = item->is_mapping() ? item->find("project_directory") : nullptr)
      if (std::optional<std::string> joined = join_path(scope.directory, written->text)) directory = *joined;

    // The including project's variables win over those of the included one.
    Environment& environment = environments_.emplace_back(*scope.environment);
    std::vector<const Value*> env_files;
    if (item->is_mapping()) env_files = scalars_of(item->find("env_file"), work_);
    for (const Value* env_file : env_files) {
      std::optional<std::string> joined = join_path(scope.directory, env_file->text);
      if (const Source* source = joined ? work_.sources.find(*joined) : nullptr)
        add_dotenv(*source, work_.pool.copy(*joined), environment, work_);
      else
        work_.unknown("env file " + (joined ? *joined : std::string(env_file->text)),
                      {SubjectKind::file, env_file->text}, location_of(*env_file),
                      work_.pool.join("the env file ", env_file->literal, " is not in the scanned folder"));
    }
    if (env_files.empty())
      if (std::optional<std::string> joined = join_path(directory, ".env"))
        if (const Source* source = work_.sources.find(*joined))
          add_dotenv(*source, work_.pool.copy(*joined), environment, work_);

    const Value* included = load_files(paths, directory, environment, &frame, location_of(*item));
    model = import_sections(model, included, *item);
  }
  return model;
}

const Value* Loader::import_sections(const Value* model, const Value* included, const Value& include) {
  for (std::string_view section : kImported) {
    const Value* from = included->find(section);
    if (from == nullptr || !from->is_mapping()) continue;
    const Value* into = model->find(section);
    if (into == nullptr) {
      model = with_member(model, section, from, work_);
      continue;
    }
    if (!work_.take_values(into->members.size() + from->members.size(), location_of(include))) return model;
    std::vector<Member> members(into->members.begin(), into->members.end());
    std::map<std::string_view, size_t> index;
    for (size_t i = 0; i < members.size(); ++i) index[members[i].key] = i;
    for (const Member& member : from->members) {
      auto [found, added] = index.try_emplace(member.key, members.size());
      if (added) {
        members.push_back(member);
        continue;
      }
      const Member& own = members[found->second];
      // The same file included on two ways is no conflict.
      if (own.scope->path == member.scope->path && own.key_span == member.key_span) continue;
      work_.unknown("conflict " + std::string(section) + "." + std::string(member.key),
                    {SubjectKind::file, include.scope->path}, location_of(include),
                    work_.pool.join(section, ".", member.key,
                                    " is defined here and in an included file: Compose refuses it, and the included "
                                    "definition was left out"));
    }
    Value merged = *into;
    merged.members = work_.arena.copy_span(std::span<const Member>(members));
    model = with_member(model, section, make_value(work_, merged), work_);
  }
  return model;
}

const Value* Loader::extend_all(const Value* model, const Scope& scope) {
  const Value* services = model->find("services");
  if (services == nullptr) return model;
  std::vector<Member> members(services->members.begin(), services->members.end());
  if (members.size() > work_.budget.services) {
    work_.over_budget("services", location_of(*services));
    members.resize(work_.budget.services);
  }
  bool changed = members.size() != services->members.size();
  for (Member& member : members) {
    // An included service has its extends applied already, and its own file to look in.
    if (member.scope->path != scope.path || member.value->find("extends") == nullptr) continue;
    member.value = extend(services, member.key, member.value, scope);
    changed = true;
  }
  if (!changed) return model;
  Value extended = *services;
  extended.members = work_.arena.copy_span(std::span<const Member>(members));
  return with_member(model, "services", make_value(work_, extended), work_);
}

const Value* Loader::extend(const Value* services, std::string_view name, const Value* service, const Scope& scope) {
  Subject subject{SubjectKind::service, name};
  std::vector<const Value*> chain = {service};
  std::set<std::pair<const Value*, std::string_view>> seen = {{services, name}};
  while (const Value* extends = chain.back()->find("extends")) {
    const Value* reference = extends->is_mapping() ? extends->find("service") : extends;
    const Value* file = extends->is_mapping() ? extends->find("file") : nullptr;
    if (reference == nullptr || !reference->is_scalar()) break;
    if (file != nullptr && file->is_scalar()) {
      services = services_of_file(file->text, *file->scope, *file);
      if (services == nullptr) break;
    }
    const Value* base = services->find(reference->text);
    std::string once = "extends " + std::string(scope.path) + " " + std::string(name);
    if (base == nullptr || !base->is_mapping()) {
      work_.unknown(once, subject, location_of(*reference),
                    work_.pool.join("the service ", reference->text, " that this one extends is not defined there"));
      break;
    }
    if (!seen.emplace(services, reference->text).second) {
      work_.unknown(once, subject, location_of(*reference), "extends leads back to itself: Compose refuses it");
      break;
    }
    if (chain.size() >= work_.budget.extends) {
      work_.over_budget("services that extend one another", location_of(*reference));
      break;
    }
    chain.push_back(base);
  }
  const Value* merged = chain.back();
  for (size_t i = chain.size() - 1; i-- > 0;) merged = merge_services(merged, chain[i], work_);
  // Done with: who extends this service in turn, through an include, must not follow it again.
  Value extended = *merged;
  std::vector<Member> members(merged->members.begin(), merged->members.end());
  std::erase_if(members, [](const Member& member) { return member.key == "extends"; });
  extended.members = work_.arena.copy_span(std::span<const Member>(members));
  return make_value(work_, extended);
}

// The services of another file as they are written: the chain of extends goes on inside it. Relative paths in it mean
// its own folder.
const Value* Loader::services_of_file(std::string_view path, const Scope& from, const Value& named_by) {
  std::optional<std::string> joined;
  if (!named_by.unresolved && !is_remote(path)) joined = join_path(from.directory, path);
  if (!joined) {
    work_.unknown("extends file " + std::string(path), {SubjectKind::file, from.path}, location_of(named_by),
                  work_.pool.join("the file ", named_by.literal,
                                  " that a service extends is outside the scanned folder: what it says is missing"));
    return nullptr;
  }
  const Source* source = open(*joined, location_of(named_by), {SubjectKind::file, *joined});
  if (source == nullptr) return nullptr;
  auto [found, added] = extended_files_.try_emplace({source->path, from.environment}, nullptr);
  if (!added) return found->second;
  const Scope& scope = scope_for(*source, directory_of(*joined), *from.environment);
  const Value* merged = nullptr;
  for (const yaml::Document& document : source->as<yaml::File>()->documents) {
    const tree::Node* services = document.root->find("services");
    if (services == nullptr || !services->is_mapping()) continue;
    Member section{"services", services->span, &scope, build_value(*services, scope, work_)};
    const Value* model = make_value(work_, {.kind = tree::Kind::mapping,
                                            .scope = &scope,
                                            .span = services->span,
                                            .members = work_.arena.copy_span(std::span<const Member>(&section, 1))});
    merged = merged ? merge_models(merged, model, work_) : model;
  }
  found->second = merged ? merged->find("services") : nullptr;
  if (merged == nullptr)
    work_.unknown("extends file " + std::string(path), {SubjectKind::file, from.path}, location_of(named_by),
                  work_.pool.join("the file ", *joined, " that a service extends has no services"));
  return found->second;
}

}  // namespace drydock::compose
