// Accepts: an end record (zip64 or not) within the last 64 KiB + 22 bytes, the central directory that it names, methods
// 0 (stored) and 8 (deflate). Rejects: entries outside the file, names over the budget, a declared size that DEFLATE
// cannot reach, wrong sizes and wrong CRC-32. What the local headers claim is ignored apart from the length of their
// name and extra field: the central directory is what every other reader believes.
#include "formats/zip.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include "base/byte_reader.h"
#include "base/text.h"

namespace drydock {
namespace {

constexpr uint32_t kEndMagic = 0x06054b50;
constexpr uint32_t kEnd64Magic = 0x06064b50;
constexpr uint32_t kLocator64Magic = 0x07064b50;
constexpr uint32_t kDirectoryMagic = 0x02014b50;
constexpr uint32_t kLocalMagic = 0x04034b50;
constexpr size_t kEndSize = 22;
constexpr size_t kLocator64Size = 20;
constexpr uint32_t kIn64 = 0xffffffff;  // the real value is in the zip64 field
constexpr uint64_t kMaxRatio = 1032;    // DEFLATE's limit: 258 bytes in 2 bits
constexpr size_t kPadding = 64;         // behind the declared size, so that an overlong entry is noticed

struct Directory {
  uint64_t entries = 0, at = 0, size = 0;
};

// The end record may carry a comment, so it is looked for backwards; its comment must reach exactly to the end.
Result<size_t> find_end(std::string_view bytes) {
  if (bytes.size() >= kEndSize) {
    size_t first = bytes.size() - kEndSize;
    size_t last = first > 0xffff ? first - 0xffff : 0;
    for (size_t at = first + 1; at-- > last;) {
      if (bytes[at] != 'P') continue;
      ByteReader reader(bytes.substr(at));
      Result<uint32_t> magic = reader.u32_le();
      if (!magic || *magic != kEndMagic) continue;
      TRY_VOID(reader.seek(20));
      TRY(uint16_t comment, reader.u16_le());
      if (reader.left() == comment) return at;
    }
  }
  return fail(Errc::truncated, "not a whole zip archive: it has no end record");
}

Result<Directory> read_end(std::string_view bytes) {
  TRY(size_t end_at, find_end(bytes));
  ByteReader end(bytes.substr(end_at));
  TRY_VOID(end.seek(4));
  TRY(uint16_t disk, end.u16_le());
  TRY(uint16_t directory_disk, end.u16_le());
  TRY_VOID(end.seek(10));
  TRY(uint16_t entries, end.u16_le());
  TRY(uint32_t size, end.u32_le());
  TRY(uint32_t at, end.u32_le());
  Directory directory{entries, at, size};

  if (end_at >= kLocator64Size) {
    ByteReader locator(bytes.substr(end_at - kLocator64Size, kLocator64Size));
    TRY(uint32_t magic, locator.u32_le());
    if (magic == kLocator64Magic) {
      TRY_VOID(locator.seek(8));
      TRY(uint64_t end64_at, locator.u64_le());
      ByteReader end64(bytes);
      TRY_VOID(end64.seek(end64_at));
      TRY(uint32_t magic64, end64.u32_le());
      if (magic64 != kEnd64Magic) return fail(Errc::malformed, "the zip64 end record is not where it should be");
      TRY_VOID(end64.seek(end64_at + 32));
      TRY(directory.entries, end64.u64_le());
      TRY(directory.size, end64.u64_le());
      TRY(directory.at, end64.u64_le());
      return directory;
    }
  }
  if (disk != directory_disk) return fail(Errc::unsupported, "zip archives of several disks are not read");
  return directory;
}

// Extra field 1 holds, in this order, those of size, stored size and offset that are 0xffffffff in the fixed part.
Result<void> apply_zip64(std::string_view extra, ZipEntry& entry) {
  ByteReader fields(extra);
  while (fields.left() >= 4) {
    TRY(uint16_t id, fields.u16_le());
    TRY(uint16_t size, fields.u16_le());
    if (size > fields.left()) return {};  // sloppy writers pad the extra field
    TRY(std::string_view body, fields.take_text(size));
    if (id != 1) continue;
    ByteReader values(body);
    for (uint64_t* value : {&entry.size, &entry.stored_size, &entry.header_at}) {
      if (*value != kIn64) continue;
      TRY(*value, values.u64_le());
    }
  }
  return {};
}

Result<ZipEntry> read_directory_entry(ByteReader& reader) {
  size_t start = reader.offset();
  TRY(uint32_t magic, reader.u32_le());
  if (magic != kDirectoryMagic) return fail(Errc::malformed, "the zip directory is damaged");
  ZipEntry entry;
  TRY_VOID(reader.seek(start + 8));
  TRY(uint16_t flags, reader.u16_le());
  TRY(entry.method, reader.u16_le());
  TRY_VOID(reader.seek(start + 16));
  TRY(entry.crc, reader.u32_le());
  TRY(entry.stored_size, reader.u32_le());
  TRY(entry.size, reader.u32_le());
  TRY(uint16_t name_size, reader.u16_le());
  TRY(uint16_t extra_size, reader.u16_le());
  TRY(uint16_t comment_size, reader.u16_le());
  TRY_VOID(reader.seek(start + 42));
  TRY(entry.header_at, reader.u32_le());
  TRY(entry.name, reader.take_text(name_size));
  TRY(std::string_view extra, reader.take_text(extra_size));
  TRY_VOID(reader.take(comment_size));
  TRY_VOID(apply_zip64(extra, entry));
  entry.encrypted = (flags & 1) != 0;
  return entry;
}

std::unexpected<Error> fail_entry(Errc code, const ZipEntry& entry, std::string_view why) {
  return fail(code, "zip entry " + printable(entry.name.substr(0, 200)) + " " + std::string(why));
}

}  // namespace

// Large (tables of 80 KB), so allocated once per archive.
struct ZipReader::Inflater {
  inflate_state state;
};

ZipReader::ZipReader(std::string_view bytes, const ZipBudget& budget)
    : bytes_(bytes), budget_(budget), output_left_(budget.output) {}
ZipReader::ZipReader(ZipReader&& other) noexcept = default;
ZipReader& ZipReader::operator=(ZipReader&& other) noexcept = default;
ZipReader::~ZipReader() = default;

Result<ZipReader> ZipReader::open(std::string_view bytes, const ZipBudget& budget) {
  TRY(Directory directory, read_end(bytes));
  if (directory.entries > budget.entries) {
    return fail(Errc::over_budget, "the zip archive has " + std::to_string(directory.entries) +
                                       " entries, over the limit of " + std::to_string(budget.entries));
  }
  if (directory.at > bytes.size() || directory.size > bytes.size() - directory.at)
    return fail(Errc::truncated, "the zip directory lies outside the file");
  ZipReader zip(bytes, budget);
  ByteReader reader(bytes.substr(directory.at, directory.size));
  for (uint64_t i = 0; i < directory.entries; ++i) {
    TRY(ZipEntry entry, read_directory_entry(reader));
    zip.entries_.push_back(entry);
  }
  return zip;
}

Result<std::string_view> ZipReader::read(const ZipEntry& entry) {
  if (entry.encrypted) return fail_entry(Errc::unsupported, entry, "is encrypted");
  if (entry.method != 0 && entry.method != 8)
    return fail_entry(Errc::unsupported, entry, "uses compression method " + std::to_string(entry.method));
  if (entry.size > budget_.entry_size || entry.size > output_left_)
    return fail_entry(Errc::over_budget, entry, "decodes to " + std::to_string(entry.size) + " bytes, over the limit");
  ByteReader reader(bytes_);
  TRY_VOID(reader.seek(entry.header_at));
  TRY(uint32_t magic, reader.u32_le());
  if (magic != kLocalMagic) return fail_entry(Errc::malformed, entry, "has no local header");
  TRY_VOID(reader.take(22));
  TRY(uint16_t name_size, reader.u16_le());
  TRY(uint16_t extra_size, reader.u16_le());
  TRY_VOID(reader.take(size_t{name_size} + extra_size));
  if (entry.stored_size > reader.left())
    return fail_entry(Errc::truncated, entry, "reaches behind the end of the file");
  TRY(std::string_view stored, reader.take_text(entry.stored_size));
  if (entry.size / kMaxRatio > stored.size()) return fail_entry(Errc::malformed, entry, "declares an impossible size");

  output_left_ -= entry.size;
  decoded_.resize(entry.size + kPadding);
  if (entry.method == 0) {
    if (stored.size() != entry.size) return fail_entry(Errc::malformed, entry, "is stored with two different sizes");
    stored.copy(decoded_.data(), stored.size());
  } else {
    if (stored.size() > UINT32_MAX || entry.size > UINT32_MAX - kPadding)
      return fail_entry(Errc::over_budget, entry, "is over 4 GiB");
    if (!inflater_) inflater_ = std::make_unique<Inflater>();
    inflate_state& state = inflater_->state;
    isal_inflate_init(&state);
    state.crc_flag = ISAL_DEFLATE;
    state.next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(stored.data()));
    state.avail_in = static_cast<uint32_t>(stored.size());
    state.next_out = reinterpret_cast<uint8_t*>(decoded_.data());
    state.avail_out = static_cast<uint32_t>(entry.size + kPadding);  // room, so that an overlong entry is noticed
    int status = isal_inflate_stateless(&state);
    if (status != ISAL_DECOMP_OK) return fail_entry(Errc::malformed, entry, "is not valid deflate data");
    if (state.total_out != entry.size) return fail_entry(Errc::malformed, entry, "does not have its declared size");
  }
  std::string_view decoded(decoded_.data(), entry.size);
  uint32_t crc = crc32_gzip_refl(0, reinterpret_cast<const uint8_t*>(decoded.data()), decoded.size());
  if (crc != entry.crc) return fail_entry(Errc::malformed, entry, "has a wrong checksum");
  return decoded;
}

}  // namespace drydock
