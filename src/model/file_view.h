// One file as every reader gets it, wherever it came from: directory, layer, SBOM.
#pragma once

#include <cstdint>
#include <string_view>

namespace drydock {

enum class FileType : uint8_t { regular, directory, symlink, hard_link, device, fifo, socket };

struct FileHeader {
  std::string_view path;  // normalised: no leading slash, no "." or ".."; raw bytes, not necessarily UTF-8
  FileType type = FileType::regular;
  uint32_t mode = 0;  // permission bits with setuid, setgid and sticky
  uint32_t uid = 0, gid = 0;
  uint64_t size = 0;
  int64_t mtime = 0;             // seconds since 1970
  std::string_view link_target;  // symlink: as stored; hard_link: normalised like path
};

// Always the whole file. Above 16 MB `bytes` is a mapping of an unnamed spill file, so readers that jump (zip, ELF,
// SQLite) need no second interface. Valid during the call that hands it over.
struct FileView {
  FileHeader header;
  std::string_view bytes;
};

}  // namespace drydock
