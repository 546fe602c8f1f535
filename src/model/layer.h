// LayerRecord: everything one layer says by itself. A batch of files of a directory is one, too. It depends on nothing
// but the layer's bytes and our own rules, so it is what the layer cache keeps. Facts name the entry that they came
// from by index: a fact lives in the image as long as its entry is visible there.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/string_pool.h"
#include "model/file_view.h"
#include "model/location.h"
#include "model/package.h"
#include "model/severity.h"

namespace drydock {

struct LayerEntry {
  FileHeader header;
  bool whiteout = false;  // ".wh.NAME": header.path is NAME, which lower layers lose
  bool opaque = false;    // ".wh..wh..opq": header.path is the directory whose lower content is hidden
};

struct PackageFact {
  uint32_t entry = 0;
  Package package;
};

struct SecretHit {
  uint32_t entry = 0;
  std::string_view rule;   // secrets::Rule::id
  std::string_view title;  // "GitHub personal access token"
  std::string_view check;  // "SD001" typed, "SD002" by name and randomness
  Severity severity = Severity::unknown;
  Location at;
  std::string_view masked, hash, snippet;      // see SecretDetail
  std::string_view ignored_by, ignore_reason;  // an inline mark on its line: tool, text behind it
};

// A small file kept whole for readers that need the squashed image: os-release, passwd, nginx.conf, Dockerfile, compose
// files.
struct KeptFile {
  uint32_t entry = 0;
  std::string_view bytes;
};

struct EntryUnknown {
  uint32_t entry = 0;  // kWholeLayer: the layer as such
  std::string_view reason;
  static constexpr uint32_t kWholeLayer = UINT32_MAX;
};

struct LayerRecord {
  StringPool pool;
  std::string_view diff_id;         // "sha256:..." of the uncompressed bytes, computed here; empty for directories
  std::string_view digest;          // "sha256:..." of the bytes as stored; empty for directories
  uint64_t stored_bytes = 0;        // as stored; 0 for directories
  uint64_t bytes = 0;               // uncompressed
  std::vector<LayerEntry> entries;  // in archive order; a path may occur twice, the last one counts
  std::vector<PackageFact> packages;
  std::vector<SecretHit> secrets;
  std::vector<KeptFile> kept;
  std::vector<EntryUnknown> unknowns;
};

}  // namespace drydock
