// StringPool: the strings of one Part (layer, file batch, probe). Append-only, one thread; chunks never move, so views
// stay good when the pool is moved. Copies, does not intern: interning costs 14x a copy (docs/design.md).
#pragma once

#include <string_view>

#include "base/arena.h"

namespace drydock {

class StringPool {
 public:
  std::string_view copy(std::string_view text) { return arena_.copy(text); }
  std::string_view join(std::string_view a, std::string_view b, std::string_view c = {}, std::string_view d = {}) {
    return arena_.join(a, b, c, d);
  }
  template <class T>
  std::span<const T> copy_span(std::span<const T> items) {
    return arena_.copy_span(items);
  }
  size_t bytes() const { return arena_.allocated(); }

 private:
  Arena arena_;
};

}  // namespace drydock
