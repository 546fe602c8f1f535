// The configuration side of a scan: files -> trees -> stacks -> checks. Needs no file system, so fixes are re-examined
// in memory by the same code that found what they fix.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "checks/runner.h"
#include "model/part.h"
#include "model/sources.h"
#include "model/stack.h"

namespace drydock::scan {

// Immutable once made; stacks point into `sources` and `pool`.
struct Configuration {
  Sources sources;
  StringPool pool;
  std::vector<Stack> stacks;
  std::string folder_name;
};

// `files`: bytes by path relative to the scan root. Kinds are recognised by inventory::source_kind; a file of kind
// `other` is left out. `folder_name` names a project that nothing else names.
std::shared_ptr<const Configuration> read_configuration(const std::map<std::string_view, std::string_view>& files,
                                                        std::string_view folder_name);

// Runs the checks. Files that do not parse are Unknowns.
std::shared_ptr<const Part> examine(const Configuration& configuration, const Settings& settings, Time now,
                                    const checks::Selection& selection);

// The same files with the overlay's bytes in place of their own.
std::shared_ptr<const Configuration> with_overlay(const Configuration& configuration, const Overlay& overlay);

// The services that a file is for: built from the nearest build context around it, or given it by bind mount or
// env_file.
std::vector<std::string_view> services_of(std::span<const Stack> stacks, std::string_view path, StringPool& pool);

}  // namespace drydock::scan
