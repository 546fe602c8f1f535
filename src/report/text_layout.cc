#include "report/text_layout.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace drydock::report {
namespace {

// What terminals draw two columns wide (Unicode 15, EastAsianWidth.txt, W and F, in coarse blocks). A character that is
// taken for wide by mistake shortens a line by one; the other mistake would break the layout.
constexpr std::pair<uint32_t, uint32_t> kWide[] = {
    {0x1100, 0x115f}, {0x231a, 0x231b},   {0x2329, 0x232a},   {0x23e9, 0x23f3},   {0x25fd, 0x25fe},
    {0x2614, 0x2615}, {0x2648, 0x2653},   {0x267f, 0x27bf},   {0x2b1b, 0x2b55},   {0x2e80, 0xa4cf},
    {0xa960, 0xa97f}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe10, 0xfe6f},   {0xff01, 0xff60},
    {0xffe0, 0xffe6}, {0x16fe0, 0x18cff}, {0x1aff0, 0x1b2ff}, {0x1f000, 0x1faff}, {0x20000, 0x3fffd},
};

struct Character {
  uint32_t code = 0;
  size_t bytes = 1;
  size_t columns() const {
    auto within = [&](const auto& range) { return range.first <= code && code <= range.second; };
    return code >= kWide[0].first && std::ranges::any_of(kWide, within) ? 2 : 1;
  }
};

// The first character; a byte that is not UTF-8 counts as one of its own.
Character character_of(std::string_view text) {
  size_t bytes = utf8_length(text);
  auto first = static_cast<uint8_t>(text[0]);
  if (bytes <= 1) return {first, 1};
  uint32_t code = first & (0x7fu >> bytes);
  for (size_t i = 1; i < bytes; ++i) code = code << 6 | (static_cast<uint8_t>(text[i]) & 0x3fu);
  return {code, bytes};
}

// Bytes of the longest beginning that fits.
size_t bytes_of(std::string_view text, size_t columns) {
  size_t at = 0;
  while (at < text.size()) {
    Character next = character_of(text.substr(at));
    if (next.columns() > columns) break;
    columns -= next.columns();
    at += next.bytes;
  }
  return at;
}

// Marks that reorder or break lines without being control characters of ASCII: a path could show as another one
// (CVE-2021-42574).
bool reorders(uint32_t code) {
  return (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0x200e || code == 0x200f ||
         code == 0x061c || code == 0x2028 || code == 0x2029;
}

}  // namespace

Style style_of(Severity severity) {
  switch (severity) {
    case Severity::critical: return Style::critical;
    case Severity::high: return Style::high;
    case Severity::medium: return Style::medium;
    case Severity::low: return Style::low;
    case Severity::info:
    case Severity::unknown: return Style::dim;
  }
  return Style::plain;
}

std::string styled(Style style, std::string_view text, bool colour) {
  if (!colour || style == Style::plain) return std::string(text);
  constexpr std::string_view kCodes[] = {"", "1", "2", "1;97;41", "31", "33", "36", "32"};
  return "\x1b[" + std::string(kCodes[static_cast<size_t>(style)]) + "m" + std::string(text) + "\x1b[0m";
}

std::string one_line(std::string_view text) {
  std::string valid = printable(text), line;
  for (std::string_view rest = valid; !rest.empty();) {
    Character next = character_of(rest);
    if (next.code == '\n' || next.code == '\t') {
      line += ' ';
    } else if (reorders(next.code)) {
      line += "\xef\xbf\xbd";
    } else {
      line += rest.substr(0, next.bytes);
    }
    rest.remove_prefix(next.bytes);
  }
  return line;
}

size_t columns_of(std::string_view text) {
  size_t columns = 0;
  while (!text.empty()) {
    Character next = character_of(text);
    columns += next.columns();
    text.remove_prefix(next.bytes);
  }
  return columns;
}

std::string pad(std::string_view text, size_t columns) {
  std::string padded(text);
  size_t have = columns_of(text);
  if (have < columns) padded.append(columns - have, ' ');
  return padded;
}

std::string clip(std::string_view text, size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  return std::string(text.substr(0, bytes_of(text, columns - 1))) + "…";
}

std::string clip_path(std::string_view path, size_t columns) {
  size_t have = columns_of(path);
  if (have <= columns) return std::string(path);
  if (columns == 0) return {};
  while (have > columns - 1) {
    Character first = character_of(path);
    have -= first.columns();
    path.remove_prefix(first.bytes);
  }
  return "…" + std::string(path);
}

std::vector<std::string> wrap(std::string_view text, size_t columns) {
  std::vector<std::string> lines;
  columns = columns < 10 ? 10 : columns;
  std::string line;
  while (!text.empty()) {
    size_t blank = text.find(' ');
    std::string_view word = text.substr(0, blank);
    text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
    for (size_t cut_at = bytes_of(word, columns); cut_at < word.size(); cut_at = bytes_of(word, columns)) {
      if (!line.empty()) lines.push_back(std::move(line)), line.clear();
      lines.emplace_back(word.substr(0, cut_at));
      word.remove_prefix(cut_at);
    }
    if (!line.empty() && columns_of(line) + 1 + columns_of(word) > columns)
      lines.push_back(std::move(line)), line.clear();
    if (!line.empty() && !word.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) lines.push_back(line);
  return lines;
}

}  // namespace drydock::report
