// The stack resolver: from compose files to what `docker compose up` would run (model/stack.h), each value with the
// place that finally sets it. The rules are those of the Compose specification and, where it is silent, of compose-go;
// compose_load.h says how files are found, compose_merge.h how they are merged, compose_value.h how variables are
// replaced.
//
// Nothing is aborted: a file that is named and not among Sources, a variable without a value, a cycle of extends or a
// budget that is reached is an Unknown of the stack, at the place that asks for it, and the rest is resolved. Neither
// the process's environment nor the file system is read. Time and memory are linear in the input up to the budgets.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/string_pool.h"
#include "inventory/compose_value.h"
#include "model/sources.h"
#include "model/stack.h"

namespace drydock {

struct ResolveOptions {
  // A folder below the scan root ("" is the root itself), or one compose file. A folder is read as Compose reads it:
  // COMPOSE_FILE of its .env, else the file of default name and its override. Either of the answers of find_projects().
  std::string_view project;
  // Compose files in merge order instead of those that the folder decides on, as with `docker compose -f a -f b`:
  // paths from the scan root. The first one's folder is the project's. `project` is then where .env is looked for
  // first.
  std::span<const std::string_view> files = {};
  std::string_view folder_name;                     // the scan root's own name: names a project that nothing else names
  std::span<const std::string_view> profiles = {};  // that are on, besides COMPOSE_PROFILES of the project's .env
  compose::Budget budget = {};
};

// The result's strings and lists live in `pool`.
Stack resolve_stack(const Sources& sources, const ResolveOptions& options, StringPool& pool);

// What resolve_stack() can be asked for, sorted: each folder with a compose file of default name or a .env that sets
// COMPOSE_FILE; and each compose file of another name (docker-compose.prod.yml) in a folder without them, unless
// another compose file includes or extends it. Views into `sources`.
std::vector<std::string_view> find_projects(const Sources& sources);

}  // namespace drydock
