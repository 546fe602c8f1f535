#include "base/text.h"

#include <algorithm>
#include <cstdint>

namespace drydock {

std::string to_lower(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) c = lower(c);
  return lowered;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

bool contains_ignoring_case(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [](char x, char y) { return lower(x) == lower(y); }) != text.end();
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

namespace {
Cut cut_at(std::string_view text, std::string_view separator, size_t at) {
  if (at == std::string_view::npos) return {.before = text, .after = {}, .found = false};
  return {.before = text.substr(0, at), .after = text.substr(at + separator.size()), .found = true};
}
}  // namespace

Cut cut(std::string_view text, std::string_view separator) { return cut_at(text, separator, text.find(separator)); }
Cut cut_last(std::string_view text, std::string_view separator) {
  return cut_at(text, separator, text.rfind(separator));
}

std::string_view take_line(std::string_view& rest) {
  size_t at = rest.find('\n');
  std::string_view line = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

size_t utf8_length(std::string_view bytes) {
  auto at = [&](size_t i) { return i < bytes.size() ? static_cast<uint8_t>(bytes[i]) : uint8_t{0}; };
  auto tail = [&](size_t i) { return (at(i) & 0xc0) == 0x80; };
  uint8_t first = at(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return tail(1) ? 2 : 0;
  if ((first & 0xf0) == 0xe0) {
    if (!tail(1) || !tail(2) || (first == 0xe0 && at(1) < 0xa0) || (first == 0xed && at(1) > 0x9f)) return 0;
    return 3;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if (!tail(1) || !tail(2) || !tail(3) || (first == 0xf0 && at(1) < 0x90) || (first == 0xf4 && at(1) > 0x8f))
      return 0;
    return 4;
  }
  return 0;
}

std::string printable(std::string_view bytes) {
  constexpr std::string_view kReplacement = "\xef\xbf\xbd";
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    size_t length = utf8_length(bytes);
    auto first = static_cast<uint8_t>(bytes[0]);
    bool control = length == 1 && (first < 0x20 || first == 0x7f) && first != '\t' && first != '\n';
    // U+0080..U+009F are control characters too; some terminals obey them.
    control |= length == 2 && first == 0xc2 && static_cast<uint8_t>(bytes[1]) < 0xa0;
    if (length == 0 || control) {
      text += kReplacement;
    } else {
      text += bytes.substr(0, length);
    }
    bytes.remove_prefix(std::max<size_t>(length, 1));
  }
  return text;
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }
std::string_view directory_of(std::string_view path) {
  size_t at = path.rfind('/');
  return at == std::string_view::npos ? std::string_view{} : path.substr(0, at);
}

std::string normalise_path(std::string_view path) {
  std::string normal;
  while (!path.empty()) {
    size_t at = path.find('/');
    std::string_view part = path.substr(0, at);
    path.remove_prefix(at == std::string_view::npos ? path.size() : at + 1);
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      normal.resize(directory_of(normal).size());
      continue;
    }
    if (!normal.empty()) normal += '/';
    normal += part;
  }
  return normal;
}

}  // namespace drydock
