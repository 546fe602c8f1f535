// Go programs: the toolchain and the modules that the linker writes into every binary, also a stripped one (Go's
// debug/buildinfo and runtime/debug.ParseBuildInfo).
//
// The record begins 16-byte aligned, in the section .go.buildinfo or, in a file without sections, in the first writable
// segment, of which the first MiB is searched:
//   record  ::= "\xff Go buildinf:" pointer-size(1 byte) flags(1 byte) ...
//   flag 2 (Go 1.18 on): at offset 32 two texts, each with its length as a varint: the toolchain, the modules
//   else: at offset 16 two pointers to Go strings {pointer, length}; flag 1 says big-endian
//   modules ::= 16-byte mark, lines, 16-byte mark
//   line    ::= ("path" | "mod" | "dep" | "=>" | "build") TAB ...     mod, dep, =>: path TAB version [TAB sum]
//
// A main module that was built from a checkout has the version "(devel)", as go itself writes: nothing compares with
// it, and match() says so where there are advisories. Not packages: modules that a local folder replaces. A record that
// cannot be followed is an unknown; a file without one is no Go program, or one that a packer compressed.
#include <algorithm>
#include <optional>
#include <string>

#include "base/byte_reader.h"
#include "base/text.h"
#include "formats/elf.h"
#include "inventory/cataloger.h"

namespace drydock::inventory::go_binary {
namespace {

constexpr std::string_view kMagic = "\xff Go buildinf:";
constexpr size_t kAlignment = 16;
constexpr size_t kHeaderSize = 32;
constexpr size_t kMostSearched = 1 << 20;

// From the record's first byte to the end of its section or segment.
std::optional<std::string_view> find_record(const elf::File& file) {
  std::string_view area;
  if (!file.sections.empty()) {
    const elf::Section* section = file.find(".go.buildinfo");
    if (section == nullptr) return std::nullopt;
    area = file.bytes_of(*section);
  } else {
    for (const elf::Segment& segment : file.segments) {
      if (!segment.is_loaded() || !segment.is_writable() || segment.is_executable()) continue;
      area = file.bytes_of(segment);
      break;
    }
  }
  std::string_view searched = area.substr(0, kMostSearched);
  for (size_t at = searched.find(kMagic); at != searched.npos; at = searched.find(kMagic, at + 1))
    if (at % kAlignment == 0) return area.substr(at);
  return std::nullopt;
}

struct BuildInfo {
  std::string_view toolchain, modules;
};

Result<std::string_view> take_varint_text(ByteReader& in) {
  uint64_t size = 0;
  for (int shift = 0; shift < 63; shift += 7) {
    TRY(uint8_t byte, in.u8());
    size |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return in.take_text(size);
  }
  return fail(Errc::malformed, "a length has more than 63 bits");
}

class Pointers {
 public:
  Pointers(const elf::File& file, size_t size, bool big_endian) : file_(file), size_(size), big_endian_(big_endian) {}

  // The Go string behind a pointer to it; a null pointer is an absent string.
  Result<std::string_view> text_behind(ByteReader& in) const {
    TRY(uint64_t header_at, take(in));
    if (header_at == 0) return std::string_view();
    std::optional<std::string_view> header = file_.bytes_at(header_at);
    if (!header) return fail(Errc::malformed, "a pointer leads out of the file");
    ByteReader fields(*header);
    TRY(uint64_t text_at, take(fields));
    TRY(uint64_t size, take(fields));
    if (size == 0) return std::string_view();
    std::optional<std::string_view> text = file_.bytes_at(text_at);
    if (!text || text->size() < size) return fail(Errc::malformed, "a text leads out of the file");
    return text->substr(0, size);
  }

 private:
  Result<uint64_t> take(ByteReader& in) const {
    if (size_ == 8) return big_endian_ ? in.u64_be() : in.u64_le();
    TRY(uint32_t value, big_endian_ ? in.u32_be() : in.u32_le());
    return value;
  }
  const elf::File& file_;
  size_t size_;
  bool big_endian_;
};

Result<BuildInfo> read_record(const elf::File& file, std::string_view record) {
  if (record.size() < kHeaderSize) return fail(Errc::truncated, "it is cut off");
  size_t pointer_size = static_cast<uint8_t>(record[kMagic.size()]);
  uint8_t flags = static_cast<uint8_t>(record[kMagic.size() + 1]);
  BuildInfo info;
  ByteReader in(record);
  if ((flags & 2) != 0) {
    TRY_VOID(in.seek(kHeaderSize));
    TRY(info.toolchain, take_varint_text(in));
    TRY(info.modules, take_varint_text(in));
  } else if (pointer_size == 4 || pointer_size == 8) {
    Pointers pointers(file, pointer_size, (flags & 1) != 0);
    TRY_VOID(in.seek(kAlignment));
    TRY(info.toolchain, pointers.text_behind(in));
    TRY(info.modules, pointers.text_behind(in));
  } else {
    return fail(Errc::unsupported, "its form is not known");
  }
  if (info.toolchain.empty()) return fail(Errc::malformed, "it does not name the toolchain");
  return info;
}

// "go1.21.5 X:boringcrypto" -> "1.21.5", "go1.21rc2" -> "1.21rc2". What vendors and experiments add ("-fips", " X:...",
// BoringCrypto's "b7") is built on that release. Empty for development versions ("devel go1.22-0a1b2c",
// "go1.25-devel_0a").
std::string_view release_of(std::string_view toolchain) {
  constexpr std::string_view kMark = "go";
  if (!toolchain.starts_with("go1.")) return {};
  std::string_view version = toolchain.substr(kMark.size());
  size_t end = version.find_first_not_of("0123456789.");
  std::string_view rest = version.substr(std::min(end, version.size()));
  for (std::string_view phase : {"rc", "beta"}) {
    if (!rest.starts_with(phase)) continue;
    rest.remove_prefix(phase.size());
    while (!rest.empty() && is_digit(rest.front())) rest.remove_prefix(1);
    break;
  }
  if (rest.starts_with("-devel")) return {};
  if (!rest.empty() && rest.front() != ' ' && rest.front() != '-' && rest.front() != '+' && rest.front() != 'b')
    return {};
  version.remove_suffix(rest.size());
  return is_digit(version.back()) ? version : std::string_view();
}

struct Module {
  std::string_view path, version;
  bool is_main = false;
};

void add(const Module& module, Catalog& out) {
  constexpr std::string_view kCheckout = "(devel)";
  if (module.path.empty() || (!module.is_main && (module.version.empty() || module.version == kCheckout))) return;
  // v0.0.0-...: the checkout had no tags, as in a shallow clone, so the number says nothing about where it stands.
  bool unknown = module.is_main && (module.version.empty() || module.version.starts_with("v0.0.0-"));
  out.add(Package{.ecosystem = Ecosystem::go, .name = module.path, .version = unknown ? kCheckout : module.version});
}

void read_modules(std::string_view lines, Catalog& out) {
  Module pending;
  while (!lines.empty()) {
    std::string_view line = take_line(lines);
    Cut key = cut(line, "\t");
    bool replaces = key.before == "=>";
    if (!replaces && key.before != "mod" && key.before != "dep") continue;
    Cut path = cut(key.after, "\t");
    Module module{.path = path.before, .version = cut(path.after, "\t").before, .is_main = key.before == "mod"};
    if (replaces) {
      module.is_main = pending.is_main;
    } else {
      add(pending, out);
    }
    pending = module;
  }
  add(pending, out);
}

void run(const FileView& file, Catalog& out) {
  Result<elf::File> elf = elf::parse(file.bytes);
  if (!elf) return;  // nothing that an operating system would run
  std::optional<std::string_view> record = find_record(*elf);
  if (!record) return;
  Result<BuildInfo> info = read_record(*elf, *record);
  if (!info) {
    out.unknown("The Go build information of this program cannot be read (" + info.error().message +
                "), so its modules are not known; build it anew, or compare it with `go version -m`.");
    return;
  }
  std::string_view toolchain = release_of(info->toolchain);
  if (toolchain.empty()) {
    out.unknown("The program was built by " + printable(info->toolchain.substr(0, 80)) +
                ", which is no release of Go: its standard library cannot be compared with advisories.");
  } else {
    out.add(Package{.ecosystem = Ecosystem::go, .name = "stdlib", .version = toolchain});
  }
  // The marks let a running program find the text in its memory; an empty list has none.
  constexpr size_t kMark = 16;
  std::string_view modules = info->modules;
  if (modules.size() <= 2 * kMark) return;
  read_modules(modules.substr(kMark, modules.size() - 2 * kMark), out);
}

constexpr std::string_view kPaths[] = {"*"};

}  // namespace

extern constinit const Cataloger cataloger{.name = "go-binary",
                                           .paths = kPaths,
                                           .magic =
                                               "\x7f"
                                               "ELF",
                                           .run = run};

}  // namespace drydock::inventory::go_binary
