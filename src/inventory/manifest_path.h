// What a manifest's path says about it.
#pragma once

#include <string_view>

namespace drydock::inventory {

// Below node_modules, site-packages or dist-packages: a file that came with somebody's package. pip and npm never read
// manifests there, and a Dockerfile in there builds nothing of this project.
bool is_inside_packages(std::string_view path);

// requirements*.txt, *requirements.txt, constraints*.txt, requirements/*.txt.
bool is_requirements_path(std::string_view path);

// A word of the file name, or of its folder for requirements/dev.txt, says development, tests, linting or docs.
bool is_development_manifest(std::string_view path);

}  // namespace drydock::inventory
