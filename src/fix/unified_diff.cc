// Unified diff from known edits (GNU diffutils manual, "Detailed Description of Unified Format"). No search for a
// shortest script is needed: the edits say which lines change.
#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "fix/fix.h"

namespace drydock::fix {
namespace {

constexpr uint32_t kContext = 3;

// Lines with their ends, so that a missing last newline can be told.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    size_t end = text.find('\n');
    size_t size = end == std::string_view::npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

struct Block {  // old lines [begin, end) become `added`
  uint32_t begin = 0, end = 0;
  std::vector<std::string> added;
};

// One block for edits that touch the same lines, with equal lines at both ends taken off.
std::vector<Block> blocks_of(const FileChange& change) {
  std::vector<Block> blocks;
  std::string_view before = change.before;
  LineTable table(before);
  std::vector<std::string_view> lines = lines_of(before);
  auto line_start = [&](uint32_t line) {  // from 0
    return line < lines.size() ? static_cast<uint32_t>(lines[line].data() - before.data())
                               : static_cast<uint32_t>(before.size());
  };
  for (size_t i = 0; i < change.edits.size();) {
    uint32_t first = table.at(change.edits[i].span.begin).line - 1;
    uint32_t last = first;
    size_t next = i;
    for (; next < change.edits.size(); ++next) {
      Span span = change.edits[next].span;
      if (next > i && table.at(span.begin).line - 1 > last + 1) break;
      last = std::max(last, table.at(span.empty() ? span.begin : span.end - 1).line - 1);
      // Taking a line end away joins the next line to this one.
      if (!span.empty() && before[span.end - 1] == '\n' && !change.edits[next].text.ends_with('\n')) ++last;
    }
    uint32_t end_line = std::min<uint32_t>(last + 1, static_cast<uint32_t>(lines.size()));
    uint32_t begin = line_start(first), end = line_start(end_line);
    std::string after;
    uint32_t at = begin;
    for (; i < next; ++i) {
      const Edit& edit = change.edits[i];
      after += before.substr(at, edit.span.begin - at);
      after += edit.text;
      at = edit.span.end;
    }
    after += before.substr(at, end - at);
    Block block{.begin = first, .end = std::max(first, end_line), .added = {}};
    for (std::string_view line : lines_of(after)) block.added.emplace_back(line);
    while (block.begin < block.end && !block.added.empty() && block.added.front() == lines[block.begin]) {
      block.added.erase(block.added.begin());
      ++block.begin;
    }
    while (block.begin < block.end && !block.added.empty() && block.added.back() == lines[block.end - 1]) {
      block.added.pop_back();
      --block.end;
    }
    if (block.begin != block.end || !block.added.empty()) blocks.push_back(std::move(block));
  }
  return blocks;
}

void add_line(std::string& out, char sign, std::string_view line) {
  out += sign;
  out += line;
  if (!line.ends_with('\n')) out += "\n\\ No newline at end of file\n";
}

// "3,7", "3" for one line, "2,0" for an insertion behind line 2.
std::string range(uint32_t begin, uint32_t count) {
  if (count == 1) return std::to_string(begin + 1);
  return std::to_string(count == 0 ? begin : begin + 1) + "," + std::to_string(count);
}

// A file name as git writes it in a header: C-quoted when it holds a quote, a backslash, a control character or a byte
// outside ASCII; with a tab behind it when it holds a blank, or patch would end the name there (git's diff.c).
std::string header_name(std::string_view side, std::string_view path) {
  auto must_quote = [](char c) {
    return c == '"' || c == '\\' || static_cast<uint8_t>(c) < 0x20 || static_cast<uint8_t>(c) >= 0x7f;
  };
  std::string name(side);
  if (std::ranges::none_of(path, must_quote)) {
    name += path;
    if (path.find(' ') != std::string_view::npos) name += '\t';
    return name;
  }
  for (char c : path) {
    if (!must_quote(c)) {
      name += c;
    } else if (c == '"' || c == '\\') {
      name += {'\\', c};
    } else {
      auto byte = static_cast<uint8_t>(c);
      for (char digit : {'\\', static_cast<char>('0' + (byte >> 6)), static_cast<char>('0' + (byte >> 3 & 7)),
                         static_cast<char>('0' + (byte & 7))})
        name += digit;
    }
  }
  return '"' + name + '"';
}

}  // namespace

std::string unified_diff(const FileChange& change, std::string_view prefix) {
  std::vector<Block> blocks = blocks_of(change);
  std::vector<std::string_view> lines = lines_of(change.before);
  std::string path = (prefix.empty() ? "" : std::string(prefix) + "/") + change.path;
  std::string out = "--- " + header_name("a/", path) + "\n+++ " + header_name("b/", path) + "\n";
  int64_t shift = 0;  // new line number minus old
  for (size_t i = 0; i < blocks.size();) {
    size_t end = i + 1;
    while (end < blocks.size() && blocks[end].begin <= blocks[end - 1].end + 2 * kContext) ++end;
    uint32_t from = blocks[i].begin - std::min(blocks[i].begin, kContext);
    uint32_t to = std::min<uint32_t>(blocks[end - 1].end + kContext, static_cast<uint32_t>(lines.size()));
    std::string body;
    uint32_t at = from;
    int64_t grown = 0;
    for (; i < end; ++i) {
      for (; at < blocks[i].begin; ++at) add_line(body, ' ', lines[at]);
      for (; at < blocks[i].end; ++at) add_line(body, '-', lines[at]);
      for (const std::string& line : blocks[i].added) add_line(body, '+', line);
      grown += static_cast<int64_t>(blocks[i].added.size()) - (blocks[i].end - blocks[i].begin);
    }
    for (; at < to; ++at) add_line(body, ' ', lines[at]);
    out += "@@ -" + range(from, to - from) + " +" +
           range(static_cast<uint32_t>(from + shift), static_cast<uint32_t>(to - from + grown)) + " @@\n" + body;
    shift += grown;
  }
  return out;
}

}  // namespace drydock::fix
