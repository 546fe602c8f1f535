#include "report/text_layout.h"

#include "base/text.h"

namespace drydock::report {
namespace {

bool starts_code_point(char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }

// Bytes of the first `columns` code points.
size_t bytes_of(std::string_view text, size_t columns) {
  size_t at = 0;
  while (at < text.size()) {
    if (starts_code_point(text[at]) && columns-- == 0) break;
    ++at;
  }
  return at;
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

size_t columns_of(std::string_view text) {
  size_t columns = 0;
  for (char c : text) columns += starts_code_point(c) ? 1 : 0;
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
  return "…" + std::string(path.substr(bytes_of(path, have - (columns - 1))));
}

std::vector<std::string> wrap(std::string_view text, size_t columns) {
  std::vector<std::string> lines;
  columns = columns < 10 ? 10 : columns;
  std::string line;
  while (!text.empty()) {
    size_t blank = text.find(' ');
    std::string_view word = text.substr(0, blank);
    text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
    while (columns_of(word) > columns) {
      if (!line.empty()) lines.push_back(std::move(line)), line.clear();
      size_t cut_at = bytes_of(word, columns);
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
