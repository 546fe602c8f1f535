// Layers for tests of the cache, and their comparison field by field. Not part of the program.
#pragma once

#include <algorithm>
#include <string>

#include "model/layer.h"

namespace drydock::store::testing {

inline constexpr std::string_view kDiffId = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
inline constexpr std::string_view kDigest = "sha256:2222222222222222222222222222222222222222222222222222222222222222";

// Every field set, no two alike.
inline LayerRecord sample_layer(std::string_view diff_id = kDiffId, std::string_view digest = kDigest) {
  LayerRecord layer;
  layer.diff_id = layer.pool.copy(diff_id);
  layer.digest = layer.pool.copy(digest);
  layer.stored_bytes = 3;
  layer.bytes = uint64_t{5} << 32;
  layer.entries.push_back({.header = {.path = "var/lib/dpkg/status",
                                      .type = FileType::symlink,
                                      .mode = 04755,
                                      .uid = 1,
                                      .gid = UINT32_MAX,
                                      .size = uint64_t{6} << 33,
                                      .mtime = -7,
                                      .link_target = "../status"}});
  layer.entries.push_back({.header = {.path = "a\xff\n", .type = FileType::socket}, .whiteout = true});
  layer.entries.push_back({.header = {.path = "", .type = FileType::directory}, .opaque = true});
  layer.packages.push_back({.entry = 1,
                            .package = {.ecosystem = Ecosystem::npm,
                                        .name = "name",
                                        .version = "version",
                                        .architecture = "architecture",
                                        .source_name = "source",
                                        .source_version = "source version",
                                        .release = "12",
                                        .licence = "MIT",
                                        .constraint = ">=1",
                                        .at = {.path = "package-lock.json",
                                               .layer = "sha256:x",
                                               .span = {.begin = 8, .end = 9},
                                               .line = 10,
                                               .column = 11},
                                        .source = PackageSource::manifest,
                                        .development = true}});
  layer.secrets.push_back(
      {.entry = 2,
       .rule = "rule",
       .title = "title",
       .check = "SD004",
       .severity = Severity::critical,
       .at = {.path = ".env", .layer = {}, .span = {.begin = 12, .end = 13}, .line = 14, .column = 15},
       .masked = "ma***",
       .hash = "0123",
       .snippet = "KEY=ma***",
       .ignored_by = "gitleaks:allow",
       .ignore_reason = "a test"});
  std::string passwd = "root:x:0:0:\n" + std::string(1000, 'x') + std::string(1, '\0');
  layer.kept.push_back({.entry = 0, .bytes = layer.pool.copy(passwd)});
  layer.unknowns.push_back({.entry = 1, .reason = "could not be read"});
  layer.unknowns.push_back({.entry = EntryUnknown::kWholeLayer, .reason = "whole"});
  return layer;
}

inline bool same(const FileHeader& a, const FileHeader& b) {
  return a.path == b.path && a.type == b.type && a.mode == b.mode && a.uid == b.uid && a.gid == b.gid &&
         a.size == b.size && a.mtime == b.mtime && a.link_target == b.link_target;
}
inline bool same(const LayerEntry& a, const LayerEntry& b) {
  return same(a.header, b.header) && a.whiteout == b.whiteout && a.opaque == b.opaque;
}
inline bool same(const PackageFact& x, const PackageFact& y) {
  const Package &a = x.package, &b = y.package;
  return x.entry == y.entry && a.ecosystem == b.ecosystem && a.name == b.name && a.version == b.version &&
         a.architecture == b.architecture && a.source_name == b.source_name && a.source_version == b.source_version &&
         a.release == b.release && a.licence == b.licence && a.constraint == b.constraint && a.at == b.at &&
         a.source == b.source && a.development == b.development;
}
inline bool same(const SecretHit& a, const SecretHit& b) {
  return a.entry == b.entry && a.rule == b.rule && a.title == b.title && a.check == b.check &&
         a.severity == b.severity && a.at == b.at && a.masked == b.masked && a.hash == b.hash &&
         a.snippet == b.snippet && a.ignored_by == b.ignored_by && a.ignore_reason == b.ignore_reason;
}
inline bool same(const KeptFile& a, const KeptFile& b) { return a.entry == b.entry && a.bytes == b.bytes; }
inline bool same(const EntryUnknown& a, const EntryUnknown& b) { return a.entry == b.entry && a.reason == b.reason; }

// Everything but how the layer was stored.
inline bool same(const LayerRecord& a, const LayerRecord& b) {
  auto rows = [](const auto& x, const auto& y) {
    return std::ranges::equal(x, y, [](const auto& p, const auto& q) { return same(p, q); });
  };
  return a.diff_id == b.diff_id && a.bytes == b.bytes && rows(a.entries, b.entries) && rows(a.packages, b.packages) &&
         rows(a.secrets, b.secrets) && rows(a.kept, b.kept) && rows(a.unknowns, b.unknowns);
}

}  // namespace drydock::store::testing
