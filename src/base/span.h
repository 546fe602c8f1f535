// Span: a half-open range of byte offsets in one file. LineTable: byte offset -> line and column.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace drydock {

struct Span {
  uint32_t begin = 0;  // bytes from the start of the file; configuration files are far below 4 GiB
  uint32_t end = 0;    // one past the last byte

  uint32_t size() const { return end - begin; }
  bool empty() const { return begin == end; }
  bool contains(Span other) const { return begin <= other.begin && other.end <= end; }
  bool operator==(const Span&) const = default;
  auto operator<=>(const Span&) const = default;

  std::string_view of(std::string_view bytes) const {
    if (begin >= bytes.size()) return {};
    return bytes.substr(begin, end - begin);
  }
};

struct LineColumn {
  uint32_t line = 0;    // from 1; 0 means unknown
  uint32_t column = 0;  // from 1, in bytes
};

// Built once per configuration file, O(size); a look-up is a binary search.
class LineTable {
 public:
  explicit LineTable(std::string_view bytes);
  LineColumn at(uint32_t offset) const;
  // The text of line `line` (from 1) as a span without its line end. Empty span if there is no such line.
  Span line(uint32_t line) const;
  uint32_t line_count() const { return static_cast<uint32_t>(starts_.size()); }

 private:
  std::string_view bytes_;
  std::vector<uint32_t> starts_;
};

}  // namespace drydock
