#include "formats/elf.h"

#include <algorithm>

#include "base/byte_reader.h"

namespace drydock::elf {
namespace {

constexpr uint64_t kMostRows = 1 << 16;
constexpr size_t kLongestName = 256;        // bounds the search for the name's end, which rows may share
constexpr uint32_t kNoBits = 8;             // SHT_NOBITS: .bss
constexpr uint16_t kManySections = 0xffff;  // SHN_XINDEX: the number did not fit, see section 0

// Integers in the file's byte order and width.
class Fields {
 public:
  Fields(std::string_view bytes, bool is_64, bool big_endian)
      : reader_(bytes), is_64_(is_64), big_endian_(big_endian) {}
  Result<uint16_t> half() { return big_endian_ ? reader_.u16_be() : reader_.u16_le(); }
  Result<uint32_t> word() { return big_endian_ ? reader_.u32_be() : reader_.u32_le(); }
  // An address, an offset or a size: as wide as the file.
  Result<uint64_t> wide() {
    if (is_64_) return big_endian_ ? reader_.u64_be() : reader_.u64_le();
    TRY(uint32_t value, word());
    return value;
  }

 private:
  ByteReader reader_;
  bool is_64_, big_endian_;
};

struct Header {
  uint64_t segments_at = 0, sections_at = 0;
  uint16_t segment_size = 0, segments = 0, section_size = 0, sections = 0, names = 0;
};

Result<Header> read_header(Fields in, uint16_t& machine) {
  Header header;
  TRY_VOID(in.half());  // e_type
  TRY(machine, in.half());
  TRY_VOID(in.word());  // e_version
  TRY_VOID(in.wide());  // e_entry
  TRY(header.segments_at, in.wide());
  TRY(header.sections_at, in.wide());
  TRY_VOID(in.word());  // e_flags
  TRY_VOID(in.half());  // e_ehsize
  TRY(header.segment_size, in.half());
  TRY(header.segments, in.half());
  TRY(header.section_size, in.half());
  TRY(header.sections, in.half());
  TRY(header.names, in.half());
  return header;
}

struct SectionRow {
  Section section;
  uint32_t name = 0, link = 0;
};

Result<SectionRow> read_section(Fields in) {
  SectionRow row;
  TRY(row.name, in.word());
  TRY(row.section.type, in.word());
  TRY_VOID(in.wide());  // sh_flags
  TRY(row.section.address, in.wide());
  TRY(row.section.offset, in.wide());
  TRY(row.section.size, in.wide());
  TRY(row.link, in.word());
  return row;
}

Result<Segment> read_segment(Fields in, bool is_64) {
  Segment segment;
  TRY(segment.type, in.word());
  if (is_64) {
    TRY(segment.flags, in.word());
  }
  TRY(segment.offset, in.wide());
  TRY(segment.address, in.wide());
  TRY_VOID(in.wide());  // p_paddr
  TRY(segment.file_size, in.wide());
  TRY_VOID(in.wide());  // p_memsz
  if (!is_64) {
    TRY(segment.flags, in.word());
  }
  return segment;
}

std::string_view slice(std::string_view bytes, uint64_t offset, uint64_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset) return {};
  return bytes.substr(offset, size);
}

std::string_view row_of(std::string_view bytes, uint64_t table, uint16_t row_size, uint64_t index) {
  if (table > bytes.size()) return {};
  return slice(bytes.substr(table), row_size * index, row_size);  // 2^16 * 2^16 at most
}

Result<void> read_sections(const Header& header, File& file) {
  auto section_at = [&](uint64_t index) {
    return read_section(
        {row_of(file.bytes, header.sections_at, header.section_size, index), file.is_64, file.big_endian});
  };
  if (header.sections_at == 0) return {};
  TRY(SectionRow first, section_at(0));
  uint64_t count = header.sections == 0 ? first.section.size : header.sections;
  uint64_t names_at = header.names == kManySections ? first.link : header.names;
  if (count > kMostRows) return fail(Errc::over_budget, "more than 65536 sections");
  TRY(SectionRow names_row, section_at(names_at));
  std::string_view names = file.bytes_of(names_row.section);
  std::vector<Section> sections;
  for (uint64_t i = 0; i < count; ++i) {
    TRY(SectionRow row, section_at(i));
    if (row.name < names.size()) {
      std::string_view name = names.substr(row.name, kLongestName);
      size_t end = name.find('\0');
      if (end != std::string_view::npos) row.section.name = name.substr(0, end);
    }
    sections.push_back(row.section);
  }
  file.sections = std::move(sections);
  return {};
}

Result<void> read_segments(const Header& header, File& file) {
  std::vector<Segment> segments;
  for (uint64_t i = 0; i < header.segments; ++i) {
    Fields row(row_of(file.bytes, header.segments_at, header.segment_size, i), file.is_64, file.big_endian);
    TRY(Segment segment, read_segment(row, file.is_64));
    segments.push_back(segment);
  }
  file.segments = std::move(segments);
  return {};
}

}  // namespace

const Section* File::find(std::string_view name) const {
  auto found = std::ranges::find(sections, name, &Section::name);
  return found == sections.end() ? nullptr : &*found;
}

std::string_view File::bytes_of(const Section& section) const {
  return section.type == kNoBits ? std::string_view() : slice(bytes, section.offset, section.size);
}

std::string_view File::bytes_of(const Segment& segment) const {
  return slice(bytes, segment.offset, segment.file_size);
}

std::optional<std::string_view> File::bytes_at(uint64_t address) const {
  for (const Segment& segment : segments) {
    if (!segment.is_loaded() || address < segment.address) continue;
    std::string_view inside = bytes_of(segment);
    if (address - segment.address < inside.size()) return inside.substr(address - segment.address);
  }
  return std::nullopt;
}

Result<File> parse(std::string_view bytes) {
  constexpr std::string_view kMagic =
      "\x7f"
      "ELF";
  constexpr size_t kIdentSize = 16;
  if (!bytes.starts_with(kMagic)) return fail(Errc::malformed, "the file does not begin with an ELF header");
  if (bytes.size() < kIdentSize) return fail(Errc::truncated, "the ELF header is cut off");
  char width = bytes[4];
  char order = bytes[5];
  if ((width != 1 && width != 2) || (order != 1 && order != 2))
    return fail(Errc::unsupported, "the ELF header names an unknown width or byte order");
  File file{.bytes = bytes, .is_64 = width == 2, .big_endian = order == 2};
  TRY(Header header, read_header({bytes.substr(kIdentSize), file.is_64, file.big_endian}, file.machine));
  if (!read_sections(header, file)) file.sections.clear();
  if (!read_segments(header, file)) file.segments.clear();
  return file;
}

}  // namespace drydock::elf
