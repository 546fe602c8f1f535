// The starter index: data/advisories/ as an index inside the program, made by the build (starter_tool.cc). For a first
// scan without a network; kind "starter" in its meta record, so that reports can say so.
// Its bytes are a library of their own, drydock_starter, since the tool that makes them needs drydock_advisory.
#pragma once

#include <cstddef>
#include <string_view>

namespace drydock::advisory {

extern "C" const char drydock_starter_index[],
    drydock_starter_index_end[];  // drydock_embed, cmake/drydock_library.cmake

inline std::string_view starter_index() {
  return {drydock_starter_index, static_cast<size_t>(drydock_starter_index_end - drydock_starter_index)};
}

}  // namespace drydock::advisory
