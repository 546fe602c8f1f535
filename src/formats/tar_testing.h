// Tar archives for tests, byte by byte, so that a test can also write what no tool would. Not part of the program.
#pragma once

#include <cstdio>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace drydock::tar::testing {

struct EntryFields {
  char kind = '0';  // typeflag: '0' file, '1' hard link, '2' symlink, '5' directory, 'x' PAX header, 'L' GNU long name
  std::string_view link = {};
  std::string_view mode = "0000644";
};

// One ustar header, with 0x60000000 as time and 1000 as owner, and its content.
inline std::string entry(std::string_view path, std::string_view content, const EntryFields& fields = {}) {
  std::string h(512, '\0');
  auto put = [&](size_t at, std::string_view text) { h.replace(at, text.size(), text); };
  char number[32];
  put(0, path.substr(0, 100));
  put(100, fields.mode);
  put(108, "0001750");
  put(116, "0001750");
  std::snprintf(number, sizeof number, "%011zo", content.size());
  put(124, number);
  put(136, "14000000000");
  put(148, "        ");  // the checksum is the sum of all bytes with its own field as spaces
  h[156] = fields.kind;
  put(157, fields.link.substr(0, 100));
  put(257, std::string_view("ustar\00000", 8));
  unsigned sum = 0;
  for (char c : h) sum += static_cast<unsigned char>(c);
  std::snprintf(number, sizeof number, "%06o", sum);
  put(148, std::string_view(number, 7));
  h += content;
  h.resize((h.size() + 511) / 512 * 512);
  return h;
}

// Extended header for the next entry: "LENGTH KEY=VALUE\n", where LENGTH counts its own digits.
inline std::string pax(std::initializer_list<std::pair<std::string, std::string>> records) {
  std::string body;
  for (const auto& [key, value] : records) {
    size_t others = key.size() + value.size() + 3, length = others;
    while (length != others + std::to_string(length).size()) length = others + std::to_string(length).size();
    body += std::to_string(length) + " " + key + "=" + value + "\n";
  }
  return entry("PaxHeaders/x", body, {.kind = 'x'});
}

inline std::string end() { return std::string(1024, '\0'); }

}  // namespace drydock::tar::testing
