// The only place with public host names. Nothing is contacted unless a command names it: scanning is offline.
#pragma once

#include <string_view>

namespace drydock::net {

// OSV.dev's data bucket: /<Ecosystem>/all.zip holds one JSON file per advisory (google.github.io/osv.dev, "Data
// dumps").
constexpr std::string_view kOsvBucket = "https://osv-vulnerabilities.storage.googleapis.com";

}  // namespace drydock::net
