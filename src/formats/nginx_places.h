// Places of many findings in one file. Apart from nginx.h, since all checks include that and none needs this.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "formats/nginx.h"

namespace drydock::nginx {

// place_at() for many offsets of one file: each level is counted once, so all findings together stay linear. `file`
// must outlive it.
class Places {
 public:
  explicit Places(const File& file) : file_(file) {}
  std::string at(uint32_t offset);

 private:
  // For each directive of the level, how many before it have its label.
  std::span<const uint32_t> counted(std::span<const Directive> level);

  const File& file_;
  std::unordered_map<const Directive*, std::vector<uint32_t>> levels_;
};

}  // namespace drydock::nginx
