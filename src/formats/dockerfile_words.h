// The small grammars inside a Dockerfile's instructions: JSON arrays, quoted words, here-document words. Only
// dockerfile.cc needs them. Each takes time linear in its text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "formats/shell.h"

namespace drydock::dockerfile::words {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; }
constexpr bool is_name(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

// Positions in a text.
struct Range {
  uint32_t begin = 0, end = 0;
  bool empty() const { return begin == end; }
};

// A text with its escapes decoded, and where its bytes come from.
struct Decoded {
  std::string text;
  std::vector<shell::Piece> map;

  void add(char c, uint32_t from) {
    if (map.empty() || map.back().source + (text.size() - map.back().at) != from)
      map.push_back({.at = static_cast<uint32_t>(text.size()), .source = from});
    text += c;
  }
};

enum class Json : uint8_t {
  strings,
  other_values,  // an array, but not of strings only: BuildKit refuses it
  no,
};
struct JsonString {
  Range range;  // quotes included
  Decoded decoded;
};
// A JSON array over the whole range. Arrays and objects inside are not looked into: they make it `no`.
Json json_array(std::string_view text, Range range, std::vector<JsonString>& out);

// Whether somebody meant an exec form here. The shell's own `[ ... ]` and `[[ ... ]]` have a blank or a bracket behind
// the first one and no comma behind their first word.
bool looks_like_json(std::string_view text);

// Finds the words of a line that may begin a here-document, by the rules of BuildKit's shell lexer (always with the
// backslash): a quoted << is none, blanks behind << belong to the word, and a line with an open quote or a ${...} that
// the lexer does not know has none at all.
std::vector<Range> heredoc_words(std::string_view text);

// Quotes and escapes removed as BuildKit's shell lexer does, variables kept for expand().
struct Unquoted {
  std::string text;
  bool quoted = false;
  bool closed = true;  // false: a quote or ${ is not closed, which BuildKit refuses
};
Unquoted unquote(std::string_view text, char escape);

}  // namespace drydock::dockerfile::words
