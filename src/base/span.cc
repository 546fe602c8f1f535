#include "base/span.h"

#include <algorithm>

namespace drydock {

LineTable::LineTable(std::string_view bytes) : bytes_(bytes) {
  starts_.push_back(0);
  for (size_t at = bytes.find('\n'); at != std::string_view::npos; at = bytes.find('\n', at + 1))
    starts_.push_back(static_cast<uint32_t>(at + 1));
}

LineColumn LineTable::at(uint32_t offset) const {
  auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
  uint32_t line = static_cast<uint32_t>(after - starts_.begin());
  return {.line = line, .column = offset - starts_[line - 1] + 1};
}

Span LineTable::line(uint32_t line) const {
  if (line == 0 || line > starts_.size()) return {};
  uint32_t begin = starts_[line - 1];
  uint32_t end = line < starts_.size() ? starts_[line] - 1 : static_cast<uint32_t>(bytes_.size());
  if (end > begin && bytes_[end - 1] == '\r') --end;
  return {begin, end};
}

}  // namespace drydock
