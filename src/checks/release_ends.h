// When releases of what images are made of lose support, by the vendors' published dates. Releases that are not listed
// are unknown, never "supported".
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "checks/image_reference.h"
#include "model/time.h"

namespace drydock::checks {

struct ReleaseEnd {
  std::string_view product;  // name of the official image: "python"
  std::string_view release;  // "3.9", "18"
  std::string_view date;     // the last day: "2025-10-31"
  std::string_view source;   // the vendor's page

  bool ended(Time now) const;  // from the day after `date`
};

std::span<const ReleaseEnd> release_ends();
// The release that `version` belongs to: "3.9.18" is of "3.9", "3.90" is not. Null if the table has none.
const ReleaseEnd* find_release_end(std::string_view product, std::string_view version);

// What an official image's tag says it holds: "python:3.9-slim-buster" is python 3.9 on debian 10. Null at the end.
std::array<const ReleaseEnd*, 3> releases_of(const ImageReference& image);

}  // namespace drydock::checks
