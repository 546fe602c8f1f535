// Accepts what libarchive's tar reader accepts: v7, ustar, PAX (also global and GNU sparse 0.0, 0.1, 1.0), GNU long
// names and old GNU sparse files. Rejects damaged headers, truncated entries and what readers disagree on (a hard link
// with content: Go skips no bytes behind it and libarchive does, so one of them would miss files).
// Budgets: entries, length of a path, zeros made up for holes; libarchive itself limits a special header to 1 MiB and
// a chain of them to 32.
#include "formats/tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "base/text.h"

namespace drydock::tar {
namespace {

constexpr size_t kWalkBuffer = 1 << 20;    // files that cross a buffer's end are assembled: few do
constexpr size_t kIndexBuffer = 16 << 10;  // an image archive has few headers, far apart
constexpr char kZeros[64 << 10] = {};

// libarchive converts PAX names from UTF-8 to the thread's character set, and in a UTF-8 locale normalises them. Under
// "C" anything but ASCII cannot be converted, and then it hands out the stored bytes, which is what we want.
class CLocale {
 public:
  CLocale() : c_(::newlocale(LC_ALL_MASK, "C", nullptr)), before_(::uselocale(c_)) {}
  CLocale(const CLocale&) = delete;
  CLocale& operator=(const CLocale&) = delete;
  ~CLocale() {
    ::uselocale(before_);
    ::freelocale(c_);
  }

 private:
  locale_t c_, before_;
};

// ARCHIVE_WARN tells of names that "C" cannot show. ARCHIVE_RETRY is a damaged header: libarchive could go on behind
// it, but whatever follows would be a guess.
bool is_error(int code) { return code != ARCHIVE_OK && code != ARCHIVE_WARN; }

// What libarchive's callbacks read from. Completes the last block with zeros: umoci 0.4 ends layers right behind the
// last file's content, Go and so every engine accepts that, and libarchive does not. Reader::next() looks whether
// content or only padding was missing.
class Feed {
 public:
  explicit Feed(size_t buffer_size)
      : buffer_(std::make_unique_for_overwrite<char[]>(buffer_size)), room_(buffer_size) {}
  virtual ~Feed() = default;

  static la_ssize_t on_read(archive* a, void* feed, const void** bytes) {
    Feed& self = *static_cast<Feed*>(feed);
    *bytes = self.buffer_.get();
    if (self.padding_ != 0) return 0;
    Result<size_t> got = self.fill({reinterpret_cast<std::byte*>(self.buffer_.get()), self.room_});
    if (!got) {
      archive_set_error(a, EIO, "%s", got.error().message.c_str());
      self.error_ = got.error();
      return -1;
    }
    self.bytes_ += *got;
    if (*got != 0 || self.bytes_ % 512 == 0) return static_cast<la_ssize_t>(*got);
    self.padding_ = 512 - self.bytes_ % 512;
    *bytes = kZeros;
    return static_cast<la_ssize_t>(self.padding_);
  }
  static la_int64_t on_skip(archive*, void* feed, la_int64_t request) {
    Feed& self = *static_cast<Feed*>(feed);
    uint64_t skipped = self.skip(static_cast<uint64_t>(std::max<la_int64_t>(request, 0)));
    self.bytes_ += skipped;
    return static_cast<la_int64_t>(skipped);
  }
  const std::optional<Error>& error() const { return error_; }
  bool empty() const { return bytes_ == 0 && !error_; }
  uint64_t padding() const { return padding_; }
  uint64_t padded_end() const { return bytes_ + padding_; }

 protected:
  virtual Result<size_t> fill(std::span<std::byte> to) = 0;
  virtual uint64_t skip(uint64_t) { return 0; }

 private:
  std::unique_ptr<char[]> buffer_;
  size_t room_;
  std::optional<Error> error_;
  uint64_t bytes_ = 0, padding_ = 0;
};

class StreamFeed final : public Feed {
 public:
  explicit StreamFeed(ByteSource& source) : Feed(kWalkBuffer), source_(source) {}
  Result<void> drain() {
    std::byte dropped[64 << 10];
    for (;;) {
      TRY(size_t got, source_.read(dropped));
      if (got == 0) return {};
    }
  }

 private:
  // Full buffers, although decoders give what they have: the fewer ends, the fewer files cross one.
  Result<size_t> fill(std::span<std::byte> to) override {
    size_t have = 0;
    while (have < to.size()) {
      TRY(size_t got, source_.read(to.subspan(have)));
      if (got == 0) break;
      have += got;
    }
    return have;
  }
  ByteSource& source_;
};

class FileFeed final : public Feed {
 public:
  FileFeed(int descriptor, uint64_t size) : Feed(kIndexBuffer), descriptor_(descriptor), size_(size) {}

 private:
  Result<size_t> fill(std::span<std::byte> to) override {
    for (;;) {
      ssize_t got =
          ::pread(descriptor_, to.data(), std::min<uint64_t>(to.size(), size_ - at_), static_cast<off_t>(at_));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail(Errc::io, std::string("cannot read: ") + std::strerror(errno));
      at_ += static_cast<uint64_t>(got);
      return static_cast<size_t>(got);
    }
  }
  uint64_t skip(uint64_t request) override {
    uint64_t step = std::min(request, size_ - at_);
    at_ += step;
    return step;
  }
  int descriptor_;
  uint64_t size_, at_ = 0;
};

// The archive and where in it we are, for messages.
class Reader {
 public:
  Reader(Feed& feed, const Budget& budget) : feed_(feed), budget_(budget), archive_(archive_read_new()) {}

  Result<void> open() {
    if (!archive_) return fail(Errc::io, "no memory for an archive reader");
    archive_read_support_format_tar(get());
    archive_read_set_callback_data(get(), &feed_);
    archive_read_set_read_callback(get(), Feed::on_read);
    archive_read_set_skip_callback(get(), Feed::on_skip);
    // A stream without a single byte has no format for libarchive, but no entries for GNU tar and Go.
    if (is_error(archive_read_open1(get())) && !feed_.empty()) return failure();
    return {};
  }

  // False at the end.
  Result<bool> next(Header& header) {
    std::string last_path = std::exchange(path_, {});
    int code = archive_read_next_header(get(), &entry_);
    if (code == ARCHIVE_EOF || feed_.empty()) {
      if (feed_.padding() > last_padding_ && position() == feed_.padded_end()) {
        path_ = std::move(last_path);
        return fail(Errc::truncated, where() + "Truncated tar archive");
      }
      return false;
    }
    if (is_error(code)) return failure();
    if (++entries_ > budget_.entries) {
      return fail(Errc::over_budget, "the archive has more than " + std::to_string(budget_.entries) + " entries");
    }
    header = {.path = text(archive_entry_pathname(entry_)),
              .type = type(),
              .mode = archive_entry_perm(entry_),
              .uid = static_cast<uint64_t>(archive_entry_uid(entry_)),
              .gid = static_cast<uint64_t>(archive_entry_gid(entry_)),
              .size = static_cast<uint64_t>(std::max<la_int64_t>(archive_entry_size(entry_), 0)),
              .mtime = archive_entry_mtime(entry_)};
    if (header.type == Type::hard_link) header.link_target = text(archive_entry_hardlink(entry_));
    if (header.type == Type::symlink) header.link_target = text(archive_entry_symlink(entry_));
    path_ = header.path.substr(0, 4096);
    if (header.path.size() > budget_.path_bytes || header.link_target.size() > budget_.path_bytes) {
      return fail(Errc::over_budget,
                  where() + "its path has more than " + std::to_string(budget_.path_bytes) + " bytes");
    }
    last_padding_ = header.type == Type::file && !is_sparse() ? (512 - header.size % 512) % 512 : 0;
    if (header.type == Type::hard_link && header.size != 0) {
      return fail(Errc::malformed, where() + "a hard link with content, on which readers disagree");
    }
    return true;
  }

  std::string where() const {
    if (entries_ == 0) return "tar: ";
    std::string place = "tar entry " + std::to_string(entries_);
    return path_.empty() ? "behind " + place + ": " : place + " (" + printable(path_) + "): ";
  }
  std::unexpected<Error> failure() const {
    if (feed_.error()) return fail_in(where() + "its source", *feed_.error());
    const char* message = archive_error_string(archive_.get());
    std::string_view reason = message != nullptr ? message : "unreadable";
    bool truncated = contains_ignoring_case(reason, "truncated") || feed_.padding() != 0;
    return fail(truncated ? Errc::truncated : Errc::malformed, where() + std::string(reason));
  }
  archive* get() const { return archive_.get(); }
  uint64_t position() const { return static_cast<uint64_t>(archive_read_header_position(get())); }
  bool is_sparse() const { return archive_entry_sparse_count(entry_) != 0; }

 private:
  static std::string_view text(const char* bytes) { return bytes != nullptr ? bytes : std::string_view{}; }
  Type type() const {
    if (archive_entry_hardlink(entry_) != nullptr) return Type::hard_link;
    switch (archive_entry_filetype(entry_)) {
      case AE_IFREG: return Type::file;
      case AE_IFDIR: return Type::directory;
      case AE_IFLNK: return Type::symlink;
      case AE_IFCHR: return Type::character_device;
      case AE_IFBLK: return Type::block_device;
      case AE_IFIFO: return Type::fifo;
      default: return Type::other;
    }
  }
  struct Free {
    void operator()(archive* a) const { archive_read_free(a); }
  };
  Feed& feed_;
  const Budget& budget_;
  std::unique_ptr<archive, Free> archive_;
  archive_entry* entry_ = nullptr;
  uint64_t entries_ = 0;
  uint64_t last_padding_ = 0;  // what may be missing behind the last entry
  std::string path_;
};

// Content of one wanted file, holes filled.
Result<void> deliver(Reader& reader, uint64_t size, Visitor& visitor, uint64_t& holes_left) {
  uint64_t at = 0;
  auto zeros_to = [&](uint64_t end) -> Result<void> {
    if (end - at > holes_left) return fail(Errc::over_budget, reader.where() + "too many holes in sparse files");
    holes_left -= end - at;
    while (at < end) {
      size_t piece = static_cast<size_t>(std::min<uint64_t>(end - at, sizeof kZeros));
      TRY_VOID(visitor.content({kZeros, piece}, at, at + piece == size));
      at += piece;
    }
    return {};
  };
  while (at < size) {
    const void* bytes = nullptr;
    size_t length = 0;
    la_int64_t offset = 0;
    int code = archive_read_data_block(reader.get(), &bytes, &length, &offset);
    if (code == ARCHIVE_EOF) return zeros_to(size);  // a hole at the end
    if (is_error(code)) return reader.failure();
    uint64_t begin = static_cast<uint64_t>(offset);
    if (begin < at || begin > size || length > size - begin) {
      return fail(Errc::malformed, reader.where() + "its sparse map is out of order");
    }
    TRY_VOID(zeros_to(begin));
    if (length == 0) continue;
    TRY_VOID(visitor.content({static_cast<const char*>(bytes), length}, at, at + length == size));
    at += length;
  }
  return {};
}

}  // namespace

Result<void> walk(ByteSource& source, Visitor& visitor, const Budget& budget) {
  CLocale c_locale;
  StreamFeed feed(source);
  Reader reader(feed, budget);
  TRY_VOID(reader.open());
  uint64_t holes_left = budget.hole_bytes;
  for (;;) {
    Header header;
    TRY(bool more, reader.next(header));
    if (!more) return feed.drain();
    TRY(bool wanted, visitor.entry(header));
    if (wanted && header.type == Type::file && header.size != 0) {
      TRY_VOID(deliver(reader, header.size, visitor, holes_left));
    }
  }
}

Result<std::vector<Member>> index(int descriptor, uint64_t archive_size, const Budget& budget) {
  CLocale c_locale;
  FileFeed feed(descriptor, archive_size);
  Reader reader(feed, budget);
  TRY_VOID(reader.open());
  std::vector<Member> members;
  uint64_t header_at = 0;
  for (;;) {
    Header header;
    TRY(bool more, reader.next(header));
    uint64_t now_at = reader.position();
    // libarchive says where headers begin; content ends, padded to 512 bytes, where the next header begins.
    if (!members.empty() && members.back().type == Type::file) {
      Member& member = members.back();
      uint64_t padded = (member.size + 511) / 512 * 512;
      if (padded + 512 > now_at - header_at || member.size > archive_size - (now_at - padded)) {
        return fail(Errc::truncated, "tar entry " + printable(member.path) + ": its content is not there as a whole");
      }
      member.offset = now_at - padded;
    }
    if (!more) return members;
    if (reader.is_sparse()) return fail(Errc::unsupported, reader.where() + "a sparse file in an image archive");
    members.push_back({.path = std::string(header.path),
                       .link_target = std::string(header.link_target),
                       .type = header.type,
                       .size = header.type == Type::file ? header.size : 0});
    header_at = now_at;
  }
}

}  // namespace drydock::tar
