// From the files of a project to one merged model, the way `docker compose up` finds and reads them: default names and
// their override, COMPOSE_FILE in .env, several YAML documents in one file, include (14-include.md), extends
// (05-services.md, "extends"), merge (13-merge.md).
//
// Within one file includes come first, then extends, then the merge onto what the files before it gave: so an override
// file can change what the base file includes, and `extends` sees only its own file. A file that is named and not
// among Sources, a cycle or a conflict is an Unknown where it is named; the rest is read all the same.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inventory/compose_value.h"

namespace drydock::compose {

struct Project {
  std::string_view name;
  std::string_view directory;                // in the pool; "" is the scan root
  const Value* model = nullptr;              // never null; its services have their extends applied
  std::vector<std::string_view> files;       // in the order of their first reading
  const Environment* environment = nullptr;  // the project's .env
};

// The path of `written` below the scan root, or nothing when it leads outside (absolute, `~`, too many `..`).
std::optional<std::string> join_path(std::string_view directory, std::string_view written);

// Adds the entries of a .env file; what `environment` held before stays. Values see what is defined before them.
void add_dotenv(const Source& source, std::string_view path, Environment& environment, Work& work);

// Compose's own order of preference (compose-go, cli/options.go).
inline constexpr std::string_view kDefaultNames[] = {"compose.yaml", "compose.yml", "docker-compose.yml",
                                                     "docker-compose.yaml"};
inline constexpr std::string_view kOverrideNames[] = {"compose.override.yml", "compose.override.yaml",
                                                      "docker-compose.override.yml", "docker-compose.override.yaml"};

// The paths that COMPOSE_FILE in the folder's .env names, else nothing.
std::vector<std::string> files_from_environment(const Environment& environment, std::string_view directory);

class Loader {
 public:
  explicit Loader(Work& work) : work_(work) {}  // must outlive the project's values, which point to its scopes

  // `target`: a folder, or one compose file in it. `files`: if any, what to read instead of what the folder decides on.
  // `folder_name` names the project when the folder is the scan root.
  Project load(std::string_view target, std::span<const std::string_view> files, std::string_view folder_name);

 private:
  struct Frame;
  const Value* load_files(std::span<const std::string> paths, std::string_view directory,
                          const Environment& environment, const Frame* parent, const Location& named_at);
  const Value* load_document(const tree::Node& root, const Scope& scope, const Frame& frame);
  const Value* include_all(const Value* model, const Value& include, const Frame& frame);
  const Value* import_sections(const Value* model, const Value* included, const Value& include);
  const Value* extend_all(const Value* model, const Scope& scope);
  const Value* extend(const Value* services, std::string_view name, const Value* service, const Scope& scope);
  const Value* services_of_file(std::string_view path, const Scope& from, const Value& named_by);
  const Source* open(std::string_view path, const Location& named_at, Subject subject);
  const Scope& scope_for(const Source& source, std::string_view directory, const Environment& environment);

  Work& work_;
  std::deque<Scope> scopes_;
  std::deque<Environment> environments_;
  std::map<std::pair<std::string_view, const Environment*>, const Value*> extended_files_;
  std::vector<std::string_view> files_;
};

}  // namespace drydock::compose
