// tar as written by Docker, BuildKit, buildah, umoci, GNU and BSD tar (ustar, PAX, GNU), walked by libarchive with only
// the tar format registered, in place over the caller's buffers: file bytes are not copied unless they cross a buffer's
// end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "formats/inflate.h"

namespace drydock::tar {

enum class Type : uint8_t { file, directory, symlink, hard_link, character_device, block_device, fifo, other };

struct Header {
  std::string_view
      path;  // as stored; "./" and leading "/" not yet removed, may hold ".." (never used on a file system)
  std::string_view link_target;  // symlink, hard_link
  Type type = Type::file;
  uint32_t mode = 0;  // permission bits incl. setuid, setgid, sticky
  uint64_t uid = 0, gid = 0;
  uint64_t size = 0;  // bytes of content
  int64_t mtime = 0;  // seconds since 1970
};

// Receives one entry after the other. All views die with the call.
class Visitor {
 public:
  virtual ~Visitor() = default;
  // True: content() follows (for files with bytes). False: the content is skipped.
  virtual Result<bool> entry(const Header& header) = 0;
  // The content of the entry in pieces, in order, at most one call when it lies in one buffer. `last` marks the end.
  // The holes of sparse files come as pieces of zeros. An empty file has no pieces.
  virtual Result<void> content(std::string_view piece, uint64_t offset, bool last) = 0;
};

struct Budget {
  uint64_t entries = 5'000'000;
  uint32_t path_bytes = 64 << 10;
  uint64_t hole_bytes = uint64_t{1} << 30;  // zeros made up for wanted sparse files, in all
};

// Walks to the end. Errors name the entry's index and path. Bytes behind the end mark are read and dropped.
Result<void> walk(ByteSource& source, Visitor& visitor, const Budget& budget = {});

// Where an entry's content lies in an uncompressed archive that can be read at any offset.
struct Member {
  std::string path, link_target;
  Type type = Type::file;
  uint64_t offset = 0, size = 0;  // always inside the archive
};

// One pass over the headers of the file, whose content is skipped and not read. Sparse files are unsupported: their
// bytes do not lie together. The offset and the position of the descriptor are neither used nor changed.
Result<std::vector<Member>> index(int descriptor, uint64_t archive_size, const Budget& budget = {});

}  // namespace drydock::tar
