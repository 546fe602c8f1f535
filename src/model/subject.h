// What a statement is about. A finding, an Examined row and a piece of evidence each name a Subject.
#pragma once

#include <cstdint>
#include <string_view>

namespace drydock {

enum class SubjectKind : uint8_t {
  stack,
  service,
  image,
  layer,
  file,
  url,
  endpoint,
  container,
  host,
  database,
  repository,
  registry,
  ledger,
};

std::string_view name_of(SubjectKind kind);

struct Subject {
  SubjectKind kind = SubjectKind::file;
  // Stable over time and machines, without a version: a file's path relative to the repository root, a service's name,
  // an image's repository ("docker.io/library/nginx"), an image that is only built "<project>/<service>".
  std::string_view id;
  std::string_view version;  // digest, tag, commit: what exactly was looked at; empty if there is none

  bool operator==(const Subject&) const = default;  // compares views' text
};

}  // namespace drydock
