// Which distribution a root file system is, from os-release(5) or the files that were there before it.
#pragma once

#include <string_view>

#include "base/string_pool.h"
#include "model/image.h"

namespace drydock::inventory {

// The value of `key` (the last assignment counts, as in a shell), quotes and escapes removed, copied into `pool`.
std::string_view os_release_value(std::string_view text, std::string_view key, StringPool& pool);

struct OsFiles {                      // contents, empty where there is no such file
  std::string_view os_release;        // etc/os-release or usr/lib/os-release
  std::string_view debian_version;    // etc/debian_version: "11.7", "trixie/sid"
  std::string_view alpine_release;    // etc/alpine-release: "3.19.1"
  std::string_view apk_repositories;  // etc/apk/repositories: the branch in use
};

// The id is empty when nothing is known. Debian without VERSION_ID is testing or unstable, version "sid".
OsRelease detect_os(const OsFiles& files, StringPool& pool);

// The release as advisories name it: "11" for Debian 11.7, "3.19" for Alpine 3.19.1, "edge", "sid".
// `apk_repositories` wins over os-release: an edge system still says the version it was installed as.
std::string_view release_of(const OsRelease& os, std::string_view apk_repositories = {});

}  // namespace drydock::inventory
