// Compose files as values that can be merged: the YAML tree with variables replaced, each node knowing the file it
// stands in and the folder that its relative paths mean. Values are immutable and share their children, so a merge
// copies only the nodes on the way.
//
// Interpolation follows 12-interpolation.md of the Compose specification: $VAR, ${VAR}, ${VAR:-d}, ${VAR-d}, ${VAR:?e},
// ${VAR?e}, ${VAR:+r}, ${VAR+r}, nested, $$. Variables come from the project's .env files alone, never from the
// environment of this process: two scans of the same bytes must say the same on every machine.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/span.h"
#include "base/string_pool.h"
#include "formats/tree.h"
#include "model/finding.h"
#include "model/sources.h"

namespace drydock::compose {

struct Budget {
  uint32_t files = 128;  // compose files that one stack reads, includes and extends counted
  uint32_t services = 2'000;
  uint32_t extends = 32;         // length of a chain of extends, and of includes inside one another
  uint32_t depth = 64;           // nesting of one file's nodes, aliases followed
  uint32_t values = 1'000'000;   // nodes built and merged
  uint32_t elements = 500'000;   // list elements of all services together
  uint32_t text = 64 << 10;      // bytes that the variables of one value may expand to
  uint32_t all_text = 16 << 20;  // bytes that all variables may expand to
};

struct Variable {
  std::string_view value;
  bool unresolved = false;  // made from a variable that has no value
  Location at;              // in the .env file; no path for what Compose itself defines
};
using Environment = std::map<std::string_view, Variable, std::less<>>;

// One compose file as one project reads it.
struct Scope {
  const Source* source = nullptr;
  std::string_view path;       // of the file, in the stack's pool
  std::string_view directory;  // what relative paths mean
  const Environment* environment = nullptr;
};

enum class Tag : uint8_t { none, reset, override_ };

struct Value;
struct Member {
  std::string_view key;
  Span key_span;
  const Scope* scope = nullptr;  // where the key stands
  const Value* value = nullptr;  // never null
};

struct Value {
  tree::Kind kind = tree::Kind::null;
  Tag tag = Tag::none;
  bool interpolated = false;      // `literal` holds a variable
  bool unresolved = false;        // a variable in it has no value
  bool from_environment = false;  // some bytes come from a .env file
  std::string_view text;          // scalars, after interpolation
  std::string_view literal;       // as written
  const Scope* scope = nullptr;   // where it stands
  Span span;
  std::span<const Member> members;  // a key may stand twice in "pairs" (see compose_merge.h): the last one counts
  std::span<const Value* const> items;

  bool is_null() const { return kind == tree::Kind::null; }
  bool is_mapping() const { return kind == tree::Kind::mapping; }
  bool is_sequence() const { return kind == tree::Kind::sequence; }
  bool is_scalar() const { return !is_mapping() && !is_sequence() && !is_null(); }
  const Value* find(std::string_view key) const;  // the last member of that name; null if absent or tagged !reset
  bool is_true() const;                           // true, yes, on, 1: plain or quoted, any case
  bool is_false() const;
};

struct Expansion {
  std::string_view text;
  bool interpolated = false, unresolved = false, from_environment = false;
  std::vector<std::string_view> missing;  // names without a value and without a default
  std::string_view problem;               // what is wrong with the expression: `text` is then the input
};

// What resolving one stack shares: memory, budgets and what could not be found out.
struct Work {
  Work(const Sources& all, StringPool& strings, const Budget& limits)
      : sources(all), pool(strings), budget(limits), values_left(limits.values), text_left(limits.all_text) {}

  const Sources& sources;
  StringPool& pool;
  const Budget budget;
  Arena arena;  // values: dies with the work
  uint32_t values_left, text_left;
  std::vector<Unknown> unknowns;
  std::map<std::string, bool, std::less<>> said;  // one Unknown per fact

  // `once` names the fact; a second call with the same name says nothing.
  void unknown(std::string_view once, Subject subject, const Location& at, std::string_view reason);
  void over_budget(std::string_view what, const Location& at);
  bool take_values(size_t count, const Location& at);  // false: over budget, and said so
};

Expansion interpolate(std::string_view text, const Environment& environment, Work& work);

Location location_of(const Scope& scope, Span span);
inline Location location_of(const Value& value) { return location_of(*value.scope, value.span); }

// The file's node as a value, variables replaced.
const Value* build_value(const tree::Node& node, const Scope& scope, Work& work);

const Value* make_value(Work& work, const Value& value);

}  // namespace drydock::compose
