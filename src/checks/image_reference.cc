#include "checks/image_reference.h"

#include "base/text.h"

namespace drydock::checks {

ImageReference parse_image_reference(std::string_view text) {
  ImageReference reference;
  Cut digest = cut(text, "@");
  if (digest.found) reference.digest = digest.after;
  text = digest.before;
  // The first part is a host if it has a dot or a port or is "localhost"; a colon behind the last slash starts the tag.
  size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    std::string_view host = text.substr(0, slash);
    if (host.find_first_of(".:") != std::string_view::npos || host == "localhost") {
      reference.registry = host;
      text.remove_prefix(slash + 1);
    }
  }
  size_t colon = text.rfind(':');
  size_t last_slash = text.rfind('/');
  if (colon != std::string_view::npos && (last_slash == std::string_view::npos || colon > last_slash)) {
    reference.tag = text.substr(colon + 1);
    text = text.substr(0, colon);
  }
  if (reference.registry == "docker.io" || reference.registry == "index.docker.io" ||
      reference.registry == "registry-1.docker.io" || reference.registry == "mirror.gcr.io")
    reference.registry = {};
  if (reference.registry == "public.ecr.aws" && text.starts_with("docker/library/")) {
    reference.registry = {};
    text.remove_prefix(std::string_view("docker/").size());
  }
  if (reference.registry.empty() && text.starts_with("library/"))
    text.remove_prefix(std::string_view("library/").size());
  reference.repository = text;
  return reference;
}

}  // namespace drydock::checks
