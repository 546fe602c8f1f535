// For tests: small ELF files with one loaded segment and, unless told otherwise, a section of a given name around the
// same bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace drydock::elf::testing {

struct Shape {
  bool is_64 = true;
  bool big_endian = false;
  bool sections = true;
  std::string_view section = ".go.buildinfo";
  uint32_t flags = 6;  // PF_W and PF_R
};

constexpr uint64_t kAddress = 0x400000;  // of `data`

class Writer {
 public:
  explicit Writer(bool big_endian) : big_endian_(big_endian) {}
  Writer& put(uint64_t value, int size) {
    for (int i = 0; i < size; ++i) text += static_cast<char>(value >> 8 * (big_endian_ ? size - 1 - i : i));
    return *this;
  }
  std::string text;

 private:
  bool big_endian_;
};

inline std::string file(std::string_view data, const Shape& shape = {}) {
  const int wide = shape.is_64 ? 8 : 4;
  const uint64_t header_size = shape.is_64 ? 64 : 52;
  const uint64_t segment_size = shape.is_64 ? 56 : 32;
  const uint64_t section_size = shape.is_64 ? 64 : 40;
  const uint64_t data_at = 128;
  std::string names = '\0' + std::string(shape.section) + '\0';
  const uint64_t names_at = data_at + data.size();
  const uint64_t sections_at = shape.sections ? names_at + names.size() : 0;

  Writer out(shape.big_endian);
  out.text = std::string("\x7f") + "ELF" + static_cast<char>(shape.is_64 ? 2 : 1) +
             static_cast<char>(shape.big_endian ? 2 : 1) + '\1';
  out.text.resize(16);
  out.put(2, 2).put(62, 2).put(1, 4).put(kAddress, wide).put(header_size, wide).put(sections_at, wide).put(0, 4);
  out.put(header_size, 2).put(segment_size, 2).put(1, 2).put(section_size, 2);
  out.put(shape.sections ? 3 : 0, 2).put(shape.sections ? 2 : 0, 2);
  out.put(1, 4);
  if (shape.is_64) out.put(shape.flags, 4);
  out.put(data_at, wide).put(kAddress, wide).put(kAddress, wide).put(data.size(), wide).put(data.size(), wide);
  if (!shape.is_64) out.put(shape.flags, 4);
  out.text.resize(data_at);
  out.text.append(data);
  if (!shape.sections) return out.text;
  out.text.append(names);
  auto section = [&](uint64_t name, uint64_t type, uint64_t address, uint64_t at, uint64_t size) {
    out.put(name, 4).put(type, 4).put(0, wide).put(address, wide).put(at, wide).put(size, wide);
    out.put(0, 4).put(0, 4).put(0, wide).put(0, wide);
  };
  section(0, 0, 0, 0, 0);
  section(1, 1, kAddress, data_at, data.size());
  section(0, 3, 0, names_at, names.size());
  return out.text;
}

}  // namespace drydock::elf::testing
