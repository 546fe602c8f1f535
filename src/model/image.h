// An image: its config, and the squashed view of its layers.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/string_pool.h"
#include "model/container.h"
#include "model/layer.h"
#include "model/time.h"

namespace drydock {

struct HistoryEntry {
  std::string_view created_by;  // the instruction as the builder recorded it
  std::string_view comment;
  Time created;
  int layer = -1;  // index into the image's layers; -1: changed only the config
};

// The Dockerfile instruction behind a history entry's created_by: "/bin/sh -c #(nop) CMD [...]" and "/bin/sh -c apt-get
// ..." of the classic builder, "RUN /bin/sh -c apt-get ... # buildkit" of BuildKit; anything else as it is.
std::string instruction_of(std::string_view created_by);

// The image config (opencontainers/image-spec, config.md), strings in the pool of the Image.
struct ImageConfig {
  std::string_view architecture, os, variant;
  Time created;
  ContainerSpec
      container;  // user, environment, command, entrypoint, labels, expose, healthcheck, working_dir, mounts (VOLUME)
  std::span<const std::string_view> diff_ids;  // as declared: not believed before the bytes were hashed
  std::span<const HistoryEntry> history;
};

struct OsRelease {
  std::string_view id;          // "debian"
  std::string_view version_id;  // "12"
  std::string_view pretty_name;
  Ecosystem ecosystem = Ecosystem::unknown;  // unknown: no advisory data can be had for it
};

// A visible entry: the layer that it is from, and its index there.
struct EntryRef {
  uint32_t layer = 0;
  uint32_t entry = 0;
};

struct Image {
  StringPool pool;          // config strings; everything else is owned by the layers
  std::string_view name;    // "docker.io/library/nginx:1.18", may be empty
  std::string_view digest;  // of the config
  ImageConfig config;
  OsRelease os;
  std::vector<std::shared_ptr<const LayerRecord>> layers;  // lowest first
  std::vector<EntryRef> files;                             // visible, sorted by path
  std::vector<Package> packages;  // visible; `at.layer` is the first layer that has this version
  std::vector<KeptFile> kept;     // visible; `entry` indexes `files`
  struct ImageSecret {
    const SecretHit* hit = nullptr;
    uint32_t layer = 0;
    bool deleted_above = false;
  };
  std::vector<ImageSecret> secrets;  // of every layer, also where an upper layer deletes or replaces the file

  const LayerEntry& entry(EntryRef ref) const { return layers[ref.layer]->entries[ref.entry]; }
};

}  // namespace drydock
