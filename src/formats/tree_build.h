// What the parsers that make trees share (yaml.cc, json.cc). Readers of trees need tree.h only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/span.h"
#include "formats/tree.h"

namespace drydock::tree {

enum class Keep : uint8_t { first, last };

// Leaves each key once, with its first or last member, and returns how many members are left at the front; the order is
// kept. Each key that comes again is appended to `repeated`. O(n log n) comparisons whatever the keys are: a hash table
// would let a file choose its collisions.
size_t keep_each_key_once(std::span<Member> members, Keep keep, std::vector<const Node*>& repeated);

// Into file order, whatever order they were found in.
void sort_problems(std::span<Problem> problems);

// `message` behind the place of `offset` in `bytes`: "line L, column C: " (both from 1, columns in bytes).
// O(offset): for the one error that ends a parse.
std::unexpected<Error> fail_at(Errc code, std::string_view bytes, size_t offset, std::string_view message);

}  // namespace drydock::tree
