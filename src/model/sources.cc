#include "model/sources.h"

namespace drydock {

std::string_view name_of(SourceKind kind) {
  constexpr std::string_view kNames[] = {"Dockerfile",        "compose file", "nginx configuration",
                                         "env file",          "workflow",     ".dockerignore",
                                         "requirements file", "script",       "file"};
  return kNames[static_cast<size_t>(kind)];
}

Source& Sources::add(SourceKind kind, std::string_view path, std::string_view bytes) {
  std::string_view kept = arena_.copy(bytes);
  Source& source = sources_.emplace_back(Source{
      .kind = kind, .path = arena_.copy(path), .bytes = kept, .lines = LineTable(kept), .tree = {}, .problem = {}});
  by_path_[source.path] = &source;
  return source;
}

const Source* Sources::find(std::string_view path) const {
  auto found = by_path_.find(path);
  return found == by_path_.end() ? nullptr : found->second;
}

}  // namespace drydock
