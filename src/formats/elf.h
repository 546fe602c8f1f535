// ELF executables and libraries (System V gABI, chapters 4 and 5): where sections and segments are, for readers that
// look for one of them. 32 and 64 bit, both byte orders. Nothing is relocated or decompressed.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace drydock::elf {

struct Section {
  std::string_view name;  // ".go.buildinfo"; empty where the name table is damaged
  uint32_t type = 0;
  uint64_t address = 0, offset = 0, size = 0;
};

struct Segment {
  uint32_t type = 0;
  uint32_t flags = 0;
  uint64_t offset = 0, address = 0, file_size = 0;

  bool is_loaded() const { return type == 1; }             // PT_LOAD
  bool is_executable() const { return (flags & 1) != 0; }  // PF_X
  bool is_writable() const { return (flags & 2) != 0; }    // PF_W
};

// Views of the bytes that were parsed.
struct File {
  std::string_view bytes;
  bool is_64 = false;
  bool big_endian = false;
  uint16_t machine = 0;
  std::vector<Section> sections;  // empty if there are none, as after sstrip, or if the table is not inside the file
  std::vector<Segment> segments;  // in the same way

  const Section* find(std::string_view name) const;
  // The section's bytes; empty for SHT_NOBITS and where it leaves the file.
  std::string_view bytes_of(const Section& section) const;
  // Empty where the segment leaves the file.
  std::string_view bytes_of(const Segment& segment) const;
  // From a virtual address to the end of its loaded segment in the file; nothing if no segment holds it.
  std::optional<std::string_view> bytes_at(uint64_t address) const;
};

// An error if `bytes` do not begin with an ELF header. Damaged tables read as empty: the kernel does not look at
// sections, and a program whose segments lie outside the file does not run. Budget: 65536 rows a table.
Result<File> parse(std::string_view bytes);

}  // namespace drydock::elf
