// Where something stands, and a value that remembers where it came from.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/span.h"

namespace drydock {

struct Location {
  std::string_view path;   // relative to the repository or image root, '/' as separator, no leading slash
  std::string_view layer;  // diff ID; empty outside images
  Span span;               // bytes; empty where only the file is known
  uint32_t line = 0;       // from 1; 0 unknown
  uint32_t column = 0;     // from 1, in bytes; 0 unknown
  bool operator==(const Location&) const = default;
};

enum class Origin : uint8_t {
  unset,    // nobody says anything; the engine's default holds
  assumed,  // known default of an image or engine, from a table
  dockerfile,
  image,  // image config
  compose,
  environment,  // .env or the caller's environment, by interpolation
  engine,       // read from a running engine
};

// Absent, unknown and false are three states: origin == unset, unresolved, and a value.
template <class T>
struct Sourced {
  T value{};
  Origin origin = Origin::unset;
  bool unresolved = false;  // set somewhere, but a variable in it has no value here: must not count for or against
  Location at;

  bool set() const { return origin != Origin::unset; }
  bool known() const { return set() && !unresolved; }
};

}  // namespace drydock
