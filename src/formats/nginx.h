// nginx configuration (nginx.org/en/docs/beginners_guide.html#conf_structure; the lexer follows ngx_conf_file.c).
//
// Accepts: directives with quoted and bare arguments, blocks, comments, `${var}`, escapes, *_by_lua_block bodies (kept
// as text in `body`). Includes are not followed here, and whether a directive exists is not asked.
// What does not parse is a Problem and costs as little as can be: a missing `;` ends at the `}`, a quote that does not
// close is read as a bare word, open blocks end with the file. Budgets: Budget. Linear time, explicit stack.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/result.h"
#include "formats/tree.h"

namespace drydock::nginx {

struct Word {
  std::string_view text;  // quotes removed; \" \' \\ \t \r \n decoded, any other backslash kept
  Span span;
  bool quoted = false;
};

struct Directive {
  std::string_view name;
  Span span;  // from the name to `;` or the closing `}`, included
  Span name_span;
  std::span<const Word> arguments;
  bool block = false;
  Span body;  // between the braces
  std::span<const Directive> children;
  const Directive* parent = nullptr;  // null at the top level

  std::string_view argument(size_t i) const { return i < arguments.size() ? arguments[i].text : std::string_view{}; }
  const Directive* child(std::string_view child_name) const;  // the first, null if none
  bool has_argument(std::string_view text) const;
};

struct File {
  std::string_view bytes;
  std::span<const Directive> directives;
  std::span<const tree::Problem> problems;
  std::span<const Span> comments;  // '#' to the end of the line
};

struct Budget {
  uint32_t bytes = 8 << 20;
  uint32_t depth = 64;
  uint32_t directives = 200'000;
};

// `bytes` must outlive the result.
Result<const File*> parse(std::string_view bytes, Arena& arena, const Budget& budget = {});

// The nearest directive of this name that holds in `scope`: its own children, then its ancestors' (nginx inherits what
// a block does not set itself). Null if nothing sets it. Directives that add up (add_header, proxy_set_header,
// access_log, allow, deny ...) are inherited only as a set, if the inner block has none of them: this gives the first
// of the nearest level that has any; the others of the set are its siblings, found by `name` in the same level.
const Directive* in_force(const File& file, const Directive& scope, std::string_view name);

// "http.server[example.com].location[/api].proxy_pass": the path of the directive at `offset`. Blocks carry their
// arguments, a server its first server_name or else its listen; a sibling with the label of an earlier one gets "#2",
// "#3". Part of fingerprints: do not change its form. O(size of the levels on the path).
std::string place_at(const File& file, uint32_t offset);

}  // namespace drydock::nginx
