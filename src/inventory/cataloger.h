// Catalogers: readers of one package database or lockfile each. A cataloger is a row {name, version, paths, magic, run}
// in catalogers/<stem>.cc, in a namespace of the stem's name; the folder is the registry (CMakeLists.txt). The
// dispatcher is built once from all rows and answers for every file of a target which of them want it.
//
// Path patterns are on the normalised path (FileHeader::path) and made of components:
//   pattern    ::= ["/"] component {"/" component}     a leading "/" ties it to the root, else it fits any path's end
//   component  ::= text with at most one "*"           "*" is any run of bytes without "/", also none
//   "/var/lib/dpkg/status"     that file               "package-lock.json"        that name anywhere
//   "*.dist-info/METADATA"     in such a folder        "requirements/*.txt"       in a folder of that name
//   "*"                        every file: only together with a magic (ELF)
// `magic` is compared with the file's first bytes; empty fits all.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "model/file_view.h"
#include "model/layer.h"

namespace drydock::inventory {

// What a cataloger writes to: facts about one file, added to the layer it is in. Strings are copied into the layer's
// pool, so temporaries are safe. One thread, like the layer.
class Catalog {
 public:
  // `entry` indexes layer.entries and must stay there; its path becomes Package::at.path of every package.
  Catalog(LayerRecord& layer, uint32_t entry) : layer_(layer), entry_(entry) {}

  void add(Package package);
  // Could not be read or understood: a sentence that says why and what to do.
  void unknown(std::string_view reason);

 private:
  std::string_view copy(std::string_view text);
  LayerRecord& layer_;
  uint32_t entry_;
  std::string_view last_;  // architecture and release repeat from row to row
};

struct Cataloger {
  std::string_view name;  // the stem with '-': "dpkg-status"
  uint32_t version = 1;   // raised when the same bytes give other facts: part of the layer cache's key
  std::span<const std::string_view> paths;
  std::string_view magic = {};
  void (*run)(const FileView& file, Catalog& out);
};

// Every cataloger of the program, in the folder's order.
std::span<const Cataloger* const> all_catalogers();

// Which catalogers want a file. Immutable after construction and safe to share between threads.
class Dispatcher {
 public:
  // At most kMost catalogers may want the same file; a ninth is not asked (asserted in debug builds).
  static constexpr size_t kMost = 8;
  class Wanted {
   public:
    const Cataloger* const* begin() const { return rows_.data(); }
    const Cataloger* const* end() const { return rows_.data() + size_; }
    bool empty() const { return size_ == 0; }
    size_t size() const { return size_; }

   private:
    friend class Dispatcher;
    std::array<const Cataloger*, kMost> rows_;
    size_t size_ = 0;
  };

  explicit Dispatcher(std::span<const Cataloger* const> catalogers = all_catalogers());

  // By path alone: an upper bound, asked before the bytes are there. About 20 ns.
  Wanted wanted(std::string_view path) const;
  // The same without those that want every file ("*") and go by content: whether the name itself means something.
  Wanted named(std::string_view path) const;
  // And by magic; `first_bytes` may be the whole file.
  Wanted wanted(std::string_view path, std::string_view first_bytes) const;
  // Runs all that want the file. False if none does.
  bool run(const FileView& file, LayerRecord& layer, uint32_t entry) const;

 private:
  struct Pattern {
    std::string_view text;
    const Cataloger* cataloger = nullptr;
  };
  // Patterns hang in one of three tables by the part of the path that decides most: the whole file name, else its
  // extension ("*.txt"), else the folder's name ("status.d/*"). `rest` holds the others; the pattern "*" is in `any_`.
  struct Table {
    struct Slot {
      std::string_view key;
      std::vector<Pattern> patterns;
    };
    std::vector<Slot> slots;  // open addressing, a power of two, at most half full
    void insert(std::string_view key, const Pattern& pattern);
    const std::vector<Pattern>* find(std::string_view key) const;
  };
  void add_fitting(const std::vector<Pattern>& patterns, std::string_view path, Wanted& wanted) const;

  Table names_, extensions_, folders_;
  std::vector<Pattern> rest_, any_;
};

// True if `path` fits `pattern` (grammar above). The dispatcher's definition, for tests and single questions.
bool path_matches(std::string_view pattern, std::string_view path);

}  // namespace drydock::inventory
