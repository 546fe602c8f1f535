// Which files, stages and values speak of development. Checks about production stay quiet in files that say they are
// for development, and in examples.
#pragma once

#include <string_view>

namespace drydock::checks {

// By the file's name: "docker-compose.override.yml", "Dockerfile.dev", ".env.example".
bool is_development_path(std::string_view path);
// Shows how to, and is not used: ".env.example", ".env.sample", ".env.template".
bool is_example_path(std::string_view path);
// "dev", "development", "test", "debug": as the name of a build stage.
bool is_development_name(std::string_view name);

bool is_truthy(std::string_view value);  // 1, true, yes, on, t, y
bool is_falsy(std::string_view value);   // 0, false, no, off, f, n, empty

// What a variable turns on that has no place in production; `replacement` is the value to have instead.
struct DevelopmentSetting {
  std::string_view what;         // "debug mode"; empty: nothing
  std::string_view replacement;  // empty: no single value is right
};
DevelopmentSetting development_setting(std::string_view name, std::string_view value);

}  // namespace drydock::checks
