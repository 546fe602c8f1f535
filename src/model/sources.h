// Sources: every configuration file of a scan, its bytes, line table and tree, until the scan ends: stack checks,
// inline ignores, snippets and fixes need them. Bulk files (code, lockfiles, binaries) never get in here. Overlay:
// Sources with some bytes replaced, for asking "what would the checks say after this edit".
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#include "base/arena.h"
#include "base/span.h"

namespace drydock {
namespace dockerfile {
struct File;
}
namespace dotenv {
struct File;
}
namespace nginx {
struct File;
}
namespace yaml {
struct File;
}
namespace tree {
struct Node;
}

enum class SourceKind : uint8_t {
  dockerfile,
  compose,
  nginx,
  dotenv,
  workflow,
  dockerignore,
  requirements,
  script,
  other
};
std::string_view name_of(SourceKind kind);

struct Source {
  SourceKind kind = SourceKind::other;
  std::string_view path;  // relative to the scan root
  std::string_view bytes;
  LineTable lines;
  // Null alternatives never occur: a file that does not parse has monostate and `problem`.
  std::variant<std::monostate, const dockerfile::File*, const yaml::File*, const nginx::File*, const dotenv::File*,
               const tree::Node*>
      tree;
  std::string_view problem;  // why there is no tree

  template <class T>
  const T* as() const {
    const T* const* found = std::get_if<const T*>(&tree);
    return found ? *found : nullptr;
  }
};

// Replaced bytes by path; absent paths keep theirs, new paths are added.
using Overlay = std::map<std::string, std::string, std::less<>>;

class Sources {
 public:
  // Copies path and bytes; the tree is set by inventory::parse_source. The reference stays good.
  Source& add(SourceKind kind, std::string_view path, std::string_view bytes);
  const Source* find(std::string_view path) const;
  const std::deque<Source>& all() const { return sources_; }  // in order of add
  std::deque<Source>& all() { return sources_; }
  Arena& arena() { return arena_; }  // for trees

 private:
  Arena arena_;
  std::deque<Source> sources_;
  std::map<std::string_view, Source*> by_path_;
};

}  // namespace drydock
