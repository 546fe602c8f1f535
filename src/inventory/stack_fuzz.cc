// One compose file and its .env, cut at the first line that is "-- .env --".
#include <cstdint>
#include <string_view>

#include "base/text.h"
#include "formats/dotenv.h"
#include "formats/yaml.h"
#include "inventory/stack.h"

using namespace std::string_view_literals;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  drydock::Cut parts = drydock::cut(input, "-- .env --\n");
  drydock::Sources sources;
  // The same bytes under two names, so that extends and include of another file have something to meet.
  for (std::string_view path : {"app/compose.yaml"sv, "app/other.yaml"sv}) {
    drydock::Source& source = sources.add(drydock::SourceKind::compose, path, parts.before);
    if (auto file = drydock::yaml::parse(source.bytes, sources.arena(), {.nodes = 20'000, .alias_nodes = 20'000}))
      source.tree = *file;
    else
      source.problem = "does not parse";
  }
  drydock::Source& environment = sources.add(drydock::SourceKind::dotenv, "app/.env", parts.after);
  if (auto file = drydock::dotenv::parse(environment.bytes, sources.arena())) environment.tree = *file;

  size_t seen = 0;
  for (std::string_view project : drydock::find_projects(sources)) {
    drydock::StringPool pool;
    drydock::Stack stack = drydock::resolve_stack(sources, {.project = project, .folder_name = "fuzz"}, pool);
    for (const drydock::Service& service : stack.services) {
      seen += service.name.size() + service.container.environment.size() + service.container.ports.size();
      if (service.at.span.end > parts.before.size()) __builtin_trap();
    }
  }
  return seen == SIZE_MAX;
}
