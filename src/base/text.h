// Small operations on ASCII text that <string_view> lacks. Letters outside ASCII are never folded.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace drydock {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
constexpr bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string to_lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);
bool contains_ignoring_case(std::string_view text, std::string_view part);
std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);  // "a,,b" -> a, "", b; "" -> ""
// The text before and after the first `separator`; the second is empty and `found` false where there is none.
struct Cut {
  std::string_view before, after;
  bool found = false;
};
Cut cut(std::string_view text, std::string_view separator);
Cut cut_last(std::string_view text, std::string_view separator);
// The next line without its end ("\n" or "\r\n"), removed from `rest`.
std::string_view take_line(std::string_view& rest);
// Length of the valid UTF-8 sequence (RFC 3629) at the start of `bytes`, 0 if there is none (overlong, surrogate, above
// U+10FFFF). `bytes` must not be empty.
size_t utf8_length(std::string_view bytes);
// Valid UTF-8 (RFC 3629), control characters other than tab and newline replaced by U+FFFD: safe to print anywhere.
std::string printable(std::string_view bytes);
std::string_view base_name(std::string_view path);     // "a/b" -> "b"
std::string_view directory_of(std::string_view path);  // "a/b" -> "a", "b" -> ""
// Lexical: "a/./b/../c" -> "a/c"; no leading or trailing slash, ".." above the root is dropped.
std::string normalise_path(std::string_view path);

}  // namespace drydock
