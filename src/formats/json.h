// JSON (RFC 8259) into tree::Node with byte spans, for configuration, lockfiles and manifests: findings there need the
// line they stand on. simdjson keeps no positions, and Debian has it as a shared object only, which would cost every
// start 1 ms through libstdc++.so (docs/design.md).
//
// Accepts RFC 8259 plus a leading BOM; with `comments` also // and /* */ comments and trailing commas (tsconfig.json,
// devcontainer.json, .jsonc). Rejects anything else. Where RFC 8259 leaves it open: a lone surrogate escape becomes
// U+FFFD, bytes in a string that are not UTF-8 stay as they are, numbers of any size are kept as text. Linear but for
// the sorting of large objects' keys; the stack is explicit: input never controls recursion.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/result.h"
#include "formats/tree.h"

namespace drydock::json {

struct Options {
  bool comments = false;
  uint32_t bytes = 256 << 20;
  uint32_t depth = 200;
  uint32_t nodes = 20'000'000;
};

// `bytes` must outlive the result. A repeated key keeps the last value (as most readers). The error's message starts
// with "line L, column C: ".
Result<const tree::Node*> parse(std::string_view bytes, Arena& arena, const Options& options = {});

// Appends `text` as a JSON string with quotes; control characters are escaped, invalid UTF-8 becomes U+FFFD.
void append_string(std::string& out, std::string_view text);

// Writes JSON with two-space indentation (or none), checking nesting by assert. Numbers are integers; a double is
// written with as few digits as read back the same, infinity and NaN as null.
class Writer {
 public:
  explicit Writer(bool indent) : indent_(indent) {}
  Writer& begin_object();
  Writer& end_object();
  Writer& begin_array();
  Writer& end_array();
  Writer& key(std::string_view name);
  Writer& string(std::string_view value);
  Writer& integer(int64_t value);
  Writer& unsigned_integer(uint64_t value);
  Writer& real(double value);
  Writer& boolean(bool value);
  Writer& null();
  // key(name).string(value), and nothing at all for an empty value: absent and empty mean the same in our formats.
  Writer& member(std::string_view name, std::string_view value);
  std::string take();  // ends with a newline

 private:
  void before_value();
  void newline();
  std::string out_;
  bool indent_;
  bool after_key_ = false;
  std::string stack_;  // '{' or '[' per open level, lower-case 'o'/'a' once it has a member
};

}  // namespace drydock::json
