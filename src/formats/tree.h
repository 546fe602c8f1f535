// The tree that YAML and JSON files are read into: one node type, so that a reader of compose files, workflows,
// lockfiles and manifests learns one shape. Nodes live in the file's Arena; `text` views point into the file's bytes or
// the Arena.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/span.h"

namespace drydock::tree {

enum class Kind : uint8_t { null, boolean, integer, real, string, sequence, mapping };
enum class Style : uint8_t { plain, single_quoted, double_quoted, literal, folded, block, flow };

struct Node;

struct Member {
  const Node* key = nullptr;    // a string node; `key->span` is where a finding about the key points
  const Node* value = nullptr;  // never null; an empty value is a null node with an empty span after the colon
  bool merged = false;          // came in by a YAML merge key (`<<: *anchor`): the value stands elsewhere in the file
};

struct Node {
  Kind kind = Kind::null;
  Style style = Style::plain;
  // The bytes of the node: quotes, brackets and block header included; tag, anchor, the comments and empty lines behind
  // it not. So the bytes can be replaced by another value.
  Span span;
  std::string_view text;               // scalars: the decoded text; numbers and booleans as written
  std::string_view tag;                // YAML: "!reset", "!Ref", ...; empty where there is none
  bool alias = false;                  // YAML: reached through `*name`; `span` is the anchor's (a key's is the alias's)
  std::span<const Member> members;     // mapping, in file order, merged members last, without repeated keys
  std::span<const Node* const> items;  // sequence

  bool is_mapping() const { return kind == Kind::mapping; }
  bool is_sequence() const { return kind == Kind::sequence; }
  bool is_scalar() const { return !is_mapping() && !is_sequence(); }
  bool is_string() const { return kind == Kind::string; }
  bool is_null() const { return kind == Kind::null; }
  // YAML 1.1 and 1.2 words for true (true, yes, on; any case) when plain; the JSON literal. `kind` is string for `yes`
  // and `on`: they are booleans only to readers that expect one, as compose does.
  bool is_true() const;
  bool is_false() const;

  const Member* member(std::string_view key) const;  // linear; null if absent or not a mapping
  const Node* find(std::string_view key) const;      // the member's value, null if absent
  // find() along keys: find_path({"services", "web"}).
  const Node* find_path(std::initializer_list<std::string_view> keys) const;
  // The scalar's text, or empty for an absent, null or compound node.
  std::string_view string_at(std::string_view key) const;
};

struct Problem {
  Span at;
  std::string_view message;  // a static string, or in the file's Arena
};

// The path of the deepest node at `offset` in the format's own words: `services.web.ports[0]`. A key that is not a
// plain word ([A-Za-z0-9_-]+) is written as a JSON string: `services."my.web"`. The end of a node belongs to it. Empty
// outside of all members, and inside an alias's content only the anchor's own place is known. Part of fingerprints: do
// not change its form. O(depth * log width), aliases in sequences apart.
std::string place_at(const Node& root, uint32_t offset);

}  // namespace drydock::tree
