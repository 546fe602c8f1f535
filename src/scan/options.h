// What a scan is asked to do. The command line and the server fill this in.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/finding.h"

namespace drydock::scan {

struct Kinds {  // --only, --skip
  bool vulnerabilities = true, secrets = true, configuration = true, licences = true;
};

// Told now and then, from any thread; must not block. `total` 0: not known.
struct Progress {
  std::string_view what;  // "layers", "files"
  uint64_t done = 0, total = 0;
};

struct Options {
  std::string target = ".";
  Kinds kinds;
  std::vector<std::string> checks;         // ids, names or aliases; empty: all
  std::vector<std::string> services;       // empty: all
  std::string platform;                    // "linux/arm64"; empty: linux and the host's architecture
  std::string image;                       // name:tag in an archive that holds several; empty: the only one
  std::string database;                    // path of the advisory index; empty: the default places
  unsigned jobs = 0;                       // 0: one per CPU
  uint64_t max_spill = uint64_t{8} << 30;  // bytes of unnamed spill files
  std::string cache;                       // folder of the layer cache; empty: none is used
  uint64_t max_cache = uint64_t{1} << 30;  // bytes it may take
  const Clock* clock = nullptr;            // null: the system's
  std::function<void(const Progress&)> progress;
};

}  // namespace drydock::scan
