// Accepts: one header, one block of strings, five tables of fixed rows, and no byte behind them. Rejects another schema
// or row width, a string outside the block, an unknown enumerator, a flag other than 0 and 1, a fact without its entry.
#include "store/layer_codec.h"

#include <concepts>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "base/byte_reader.h"

namespace drydock::store {
namespace {

// ---- What is in a row. The structured bindings name every field, so a field that is added to a type of the model does
// not compile here until it is stored, too.

template <class T, class As>
concept Like = std::same_as<std::remove_const_t<T>, As>;

template <class Row>
constexpr void fields(Row& row, Like<Span> auto& span) {
  auto& [begin, end] = span;
  row(begin, end);
}
template <class Row>
constexpr void fields(Row& row, Like<Location> auto& at) {
  auto& [path, layer, span, line, column] = at;
  row(path, layer, span, line, column);
}
template <class Row>
constexpr void fields(Row& row, Like<FileHeader> auto& header) {
  auto& [path, type, mode, uid, gid, size, mtime, link_target] = header;
  row(path, type, mode, uid, gid, size, mtime, link_target);
}
template <class Row>
constexpr void fields(Row& row, Like<LayerEntry> auto& entry) {
  auto& [header, whiteout, opaque] = entry;
  row(header, whiteout, opaque);
}
template <class Row>
constexpr void fields(Row& row, Like<Package> auto& package) {
  auto& [ecosystem, name, version, architecture, source_name, source_version, release, licence, constraint, at, source,
         development] = package;
  row(ecosystem, name, version, architecture, source_name, source_version, release, licence, constraint, at, source,
      development);
}
template <class Row>
constexpr void fields(Row& row, Like<PackageFact> auto& fact) {
  auto& [entry, package] = fact;
  row(entry, package);
}
template <class Row>
constexpr void fields(Row& row, Like<SecretHit> auto& hit) {
  auto& [entry, rule, title, check, severity, at, masked, hash, snippet, ignored_by, ignore_reason] = hit;
  row(entry, rule, title, check, severity, at, masked, hash, snippet, ignored_by, ignore_reason);
}
template <class Row>
constexpr void fields(Row& row, Like<KeptFile> auto& kept) {
  auto& [entry, bytes] = kept;
  row(entry, bytes);
}
template <class Row>
constexpr void fields(Row& row, Like<EntryUnknown> auto& unknown) {
  auto& [entry, reason] = unknown;
  row(entry, reason);
}
// The header behind magic and tables: what is not a list.
template <class Row>
constexpr void fields(Row& row, Like<LayerRecord> auto& layer) {
  auto& [pool, diff_id, digest, stored_bytes, bytes, entries, packages, secrets, kept, unknowns] = layer;
  row(diff_id, bytes);
}

// Switches without default: an enumerator that is missing here is a warning.
bool known(FileType type) {
  switch (type) {
    case FileType::regular:
    case FileType::directory:
    case FileType::symlink:
    case FileType::hard_link:
    case FileType::device:
    case FileType::fifo:
    case FileType::socket: return true;
  }
  return false;
}
bool known(Ecosystem ecosystem) {
  switch (ecosystem) {
    case Ecosystem::unknown:
    case Ecosystem::debian:
    case Ecosystem::alpine:
    case Ecosystem::pypi:
    case Ecosystem::npm:
    case Ecosystem::go: return true;
  }
  return false;
}
bool known(PackageSource source) {
  switch (source) {
    case PackageSource::installed:
    case PackageSource::manifest: return true;
  }
  return false;
}
bool known(Severity severity) {
  switch (severity) {
    case Severity::unknown:
    case Severity::info:
    case Severity::low:
    case Severity::medium:
    case Severity::high:
    case Severity::critical: return true;
  }
  return false;
}

// ---- Rows: integers little-endian, enumerators and flags one byte, strings as offset and length in the block.

template <class T>
concept Scalar = std::is_integral_v<T> || std::is_enum_v<T>;

struct RowWidth {
  size_t bytes = 0;
  template <class... T>
  constexpr void operator()(T&... values) {
    (add(values), ...);
  }
  template <class T>
  constexpr void add(T& value) {
    if constexpr (Scalar<std::remove_const_t<T>>) {
      bytes += sizeof(T);
    } else if constexpr (Like<T, std::string_view>) {
      bytes += 8;
    } else {
      fields(*this, value);
    }
  }
};
template <class T>
constexpr size_t width_of() {
  RowWidth width;
  T row{};
  fields(width, row);
  return width.bytes;
}

void append(std::string& to, uint64_t value, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) to += static_cast<char>(value >> (8 * i));
}

class RowWriter {
 public:
  template <class... T>
  void operator()(T&... values) {
    (add(values), ...);
  }
  std::string rows, strings;
  bool fits() const { return strings.size() <= UINT32_MAX; }

 private:
  template <class T>
  void add(T& value) {
    if constexpr (Scalar<std::remove_const_t<T>>) {
      append(rows, static_cast<uint64_t>(value), sizeof(T));
    } else if constexpr (Like<T, std::string_view>) {
      append(rows, offset_of(value), 4);
      append(rows, value.size(), 4);
    } else {
      fields(*this, value);
    }
  }
  // Paths and versions repeat from row to row; long texts do not.
  uint64_t offset_of(std::string_view text) {
    constexpr size_t kRepeated = 256;
    if (text.empty() || !fits()) return 0;
    uint64_t offset = strings.size();
    if (text.size() <= kRepeated) {
      auto [known_text, added] = offsets_.try_emplace(text, offset);
      if (!added) return known_text->second;
    }
    strings += text;
    return offset;
  }
  std::unordered_map<std::string_view, uint64_t> offsets_;
};

class RowReader {
 public:
  RowReader(std::string_view rows, std::string_view strings) : rows_(rows), strings_(strings) {}
  template <class... T>
  void operator()(T&... values) {
    (get(values), ...);
  }
  bool good() const { return good_; }

 private:
  template <class T>
  void get(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      uint64_t flag = integer(1);
      good_ &= flag <= 1;
      value = flag == 1;
    } else if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(integer(sizeof(T)));
      good_ &= known(value);
    } else if constexpr (std::is_integral_v<T>) {
      value = static_cast<T>(integer(sizeof(T)));
    } else if constexpr (std::is_same_v<T, std::string_view>) {
      uint64_t offset = integer(4), size = integer(4);
      if (offset > strings_.size() || size > strings_.size() - offset) {
        good_ = false;
      } else {
        value = strings_.substr(offset, size);
      }
    } else {
      fields(*this, value);
    }
  }
  // The table is as long as its rows (read_table), so this cannot run out.
  uint64_t integer(size_t bytes) {
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; ++i) value |= uint64_t{static_cast<uint8_t>(rows_[i])} << (8 * i);
    rows_.remove_prefix(bytes);
    return value;
  }
  std::string_view rows_, strings_;
  bool good_ = true;
};

// ---- The whole

constexpr std::string_view kMagic = "drydockL";

// The lists of a layer, in the order of the file.
template <class Do>
bool each_table(Like<LayerRecord> auto& layer, Do&& visit) {
  return visit(layer.entries) && visit(layer.packages) && visit(layer.secrets) && visit(layer.kept) &&
         visit(layer.unknowns);
}
template <class List>
using RowOf = typename std::remove_reference_t<List>::value_type;

template <class Row>
bool belongs(const Row& row, size_t entries) {
  if constexpr (std::is_same_v<Row, LayerEntry>)
    return true;
  else if constexpr (std::is_same_v<Row, EntryUnknown>)
    return row.entry < entries || row.entry == row.kWholeLayer;
  else
    return row.entry < entries;
}

Result<std::string_view> take_table(ByteReader& in, uint64_t rows, size_t width) {
  return in.take_text(static_cast<size_t>(rows * width));  // 2^32 rows of some 100 bytes: far from wrapping
}

}  // namespace

Result<std::string> encode_layer(const LayerRecord& layer) {
  RowWriter writer;
  fields(writer, layer);
  std::string counts;
  bool countable = each_table(layer, [&](const auto& rows) {
    append(counts, rows.size(), 4);
    append(counts, width_of<RowOf<decltype(rows)>>(), 4);
    for (const auto& row : rows) fields(writer, row);
    return rows.size() < UINT32_MAX;
  });
  if (!countable || !writer.fits()) return fail(Errc::over_budget, "the layer's facts do not fit into a cache entry");
  std::string bytes(kMagic);
  append(bytes, kLayerSchema, 4);
  append(bytes, writer.strings.size(), 4);
  return bytes + counts + writer.strings + writer.rows;
}

Result<LayerRecord> decode_layer(std::string_view bytes) {
  auto damaged = [] { return fail(Errc::malformed, "the cached layer is damaged"); };
  ByteReader in(bytes);
  TRY(std::string_view magic, in.take_text(kMagic.size()));
  TRY(uint32_t schema, in.u32_le());
  if (magic != kMagic || schema != kLayerSchema) return fail(Errc::unsupported, "a cached layer of another version");
  TRY(uint32_t string_bytes, in.u32_le());
  constexpr size_t kTables = 5;
  std::vector<uint32_t> counts(kTables), widths(kTables);
  for (size_t i = 0; i < kTables; ++i) {
    TRY(counts[i], in.u32_le());
    TRY(widths[i], in.u32_le());
  }
  LayerRecord layer;
  TRY(std::string_view strings, in.take_text(string_bytes));
  strings = layer.pool.copy(strings);

  TRY(std::string_view head, take_table(in, 1, width_of<LayerRecord>()));
  RowReader head_reader(head, strings);
  fields(head_reader, layer);
  if (!head_reader.good()) return damaged();

  size_t table = 0;
  bool read = each_table(layer, [&](auto& rows) {
    using Row = RowOf<decltype(rows)>;
    uint32_t count = counts[table], width = widths[table];
    ++table;
    if (width != width_of<Row>()) return false;
    Result<std::string_view> bytes_of_table = take_table(in, count, width);
    if (!bytes_of_table) return false;
    RowReader reader(*bytes_of_table, strings);
    rows.resize(count);
    for (Row& row : rows) {
      fields(reader, row);
      if (!reader.good() || !belongs(row, layer.entries.size())) return false;
    }
    return true;
  });
  if (!read || in.left() != 0) return damaged();
  return layer;
}

}  // namespace drydock::store
