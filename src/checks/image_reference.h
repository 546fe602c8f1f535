// Image references: [registry/]repository[:tag][@digest] (distribution/reference, "Grammar").
#pragma once

#include <string_view>

namespace drydock::checks {

struct ImageReference {
  std::string_view registry;    // "registry.example:5000"; empty: Docker Hub, or a mirror of its official images
  std::string_view repository;  // official images without "library/": "python", "bitnami/redis"
  std::string_view tag, digest;

  bool official() const {
    return registry.empty() && !repository.empty() && repository.find('/') == std::string_view::npos;
  }
  std::string_view name() const {  // last part of the repository
    size_t slash = repository.rfind('/');
    return slash == std::string_view::npos ? repository : repository.substr(slash + 1);
  }
};

// Views point into `text`. Takes the text as it is: variables must be replaced before.
ImageReference parse_image_reference(std::string_view text);

}  // namespace drydock::checks
