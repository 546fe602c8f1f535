// The advisory index: one read-only file that is mapped and looked up, never loaded (docs/advisory-index.md has the
// bytes). Every access is checked against the file's bounds, so a damaged index is an error and never a crash.
//
// An own format instead of LMDB: LMDB trusts the offsets in its pages, so a flipped bit is a crash there; and this one
// is byte-identical for equal input, a third of the size, and can live inside the program (the starter index).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "advisory/osv.h"
#include "base/arena.h"
#include "base/file.h"
#include "base/result.h"
#include "model/advisory.h"
#include "model/purl.h"

namespace drydock::advisory {

constexpr uint32_t kIndexSchema = 1;

// What the index knows of one ecosystem or release: "PyPI", "Debian:11".
struct Coverage {
  std::string ecosystem;
  uint64_t advisories = 0;
  uint64_t packages = 0;
  Time newest;  // newest `modified` of its advisories: how old the data really is

  bool operator==(const Coverage&) const = default;
};

struct IndexMeta {
  std::string kind;    // "full" or "starter"
  std::string source;  // the mirror or bucket it was made from
  Time built;
  uint64_t advisories = 0;
  std::vector<Coverage> coverage;  // by ecosystem

  Time newest() const;
};

// An entry of one package: views into the index, spans in the caller's arena.
struct StoredAffected {
  std::string_view advisory;
  Severity severity = Severity::unknown;  // of this package alone
  std::span<const IntervalView> intervals;
  std::span<const std::string_view> versions;
};

// An advisory without its ranges, and the packages that it names.
struct StoredAdvisory {
  Advisory advisory;  // `ranges`, `versions`, `ecosystem`, `release` and `package` are empty: they belong to a package
  Time published;
  struct PackageName {
    std::string_view ecosystem, name;  // "Debian:11", "openssl"
  };
  std::span<const PackageName> packages;
};

// Immutable once open, so every method may be called from any thread; what they return views the index and lives as
// long as it does. Moving an Index keeps the views good.
class Index {
 public:
  // Checks the header, the size and the meta record. The error says what is wrong and what to do.
  static Result<Index> open(const std::string& path);
  // `bytes` must outlive the index (the starter index inside the program).
  static Result<Index> from_bytes(std::string_view bytes);
  // Hashes the whole file and decodes every record: once after it was built, received or unpacked.
  Result<void> verify() const;

  const IndexMeta& meta() const { return meta_; }
  // Whether a clean answer means anything. `release` is the distribution's ("11"), "" for ecosystems without releases.
  bool has_data(Ecosystem ecosystem, std::string_view release) const;
  const Coverage* coverage_of(Ecosystem ecosystem, std::string_view release) const;

  Result<std::span<const StoredAffected>> affected(Ecosystem ecosystem, std::string_view release,
                                                   std::string_view package, Arena& arena) const;
  // By the advisory's own id, exactly as published. Errc::not_found if there is none.
  Result<StoredAdvisory> advisory(std::string_view id, Arena& arena) const;
  // Advisories that go by this id, are an alias of it or bundle it; letter case is ignored. Sorted; empty if none.
  Result<std::vector<std::string_view>> named(std::string_view id_or_alias) const;

 private:
  Result<void> read_header(std::string_view bytes);
  Result<std::optional<std::string_view>> find(std::string_view key) const;
  Result<uint64_t> row_hash(uint64_t row) const;
  Result<std::pair<std::string_view, std::string_view>> row_record(uint64_t row) const;

  MappedFile file_;
  std::string_view bytes_;
  uint64_t rows_at_ = 0;
  uint64_t row_count_ = 0;
  IndexMeta meta_;
};

// Collects records and encodes them.
class IndexBuilder {
 public:
  // The same id may come from several ecosystem folders: its packages are joined, the newest record's facts win.
  // Withdrawn records and those without affected packages are left out.
  void add(OsvRecord record);
  // `meta.coverage` and `meta.advisories` are filled in, and an unknown `meta.built` becomes the time of the newest
  // advisory, for builds that repeat. Deterministic for the same records in any order.
  std::string encode(IndexMeta meta) const;

 private:
  std::vector<OsvRecord> records_;
};

// "PyPI", "Debian:11", "Alpine:v3.19": as OSV writes it.
std::string osv_ecosystem(Ecosystem ecosystem, std::string_view release);

}  // namespace drydock::advisory
