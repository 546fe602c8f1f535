// The bytes are described in docs/advisory-index.md; a change of theirs raises kIndexSchema.
#include "advisory/index.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <map>
#include <set>

#include "base/byte_reader.h"
#include "base/digest.h"
#include "base/text.h"

namespace drydock::advisory {
namespace {

constexpr std::string_view kMagic = "DRYDKADV";
constexpr size_t kHeaderSize = 64;
constexpr size_t kHeaderHashed = 48;
constexpr size_t kRowSize = 20;
constexpr size_t kDigestSize = 32;
constexpr std::string_view kNextStep = "; run `drydock db update` to fetch a new one";

// The first byte of a key says what its record is.
enum class Space : char { package = 'p', advisory = 'a', name = 'n' };

std::string key_of(Space space, std::string_view a, std::string_view b = {}) {
  std::string key(1, static_cast<char>(space));
  key += a;
  if (space == Space::package) {
    key += '\0';
    key += b;
  }
  return key;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return out;
}

// ---- encoding

void put(std::string& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}
void put_text(std::string& out, std::string_view text) {
  text = text.substr(0, 0xffff);  // parse() keeps every field far below
  put(out, text.size(), 2);
  out += text;
}
void put_texts(std::string& out, const std::vector<std::string>& texts) {
  put(out, texts.size(), 4);
  for (const std::string& text : texts) put_text(out, text);
}

std::string encode_affected(std::string_view id, const OsvAffected& affected) {
  std::string out;
  put_text(out, id);
  put(out, static_cast<uint64_t>(affected.severity), 1);
  put(out, affected.intervals.size(), 4);
  for (const Interval& interval : affected.intervals) {
    put(out, static_cast<uint64_t>(interval.kind), 1);
    put_text(out, interval.introduced);
    put_text(out, interval.end);
  }
  put_texts(out, affected.versions);
  return out;
}

std::string encode_advisory(const OsvRecord& record) {
  std::string out;
  put_text(out, record.id);
  put_texts(out, record.aliases);
  put_texts(out, record.upstream);
  put(out, static_cast<uint64_t>(record.severity), 1);
  put(out, static_cast<uint64_t>(std::lround(record.score * 10)), 2);
  put_text(out, record.vector);
  put_text(out, record.summary);
  put_text(out, record.reference);
  put(out, static_cast<uint64_t>(record.modified.seconds), 8);
  put(out, static_cast<uint64_t>(record.published.seconds), 8);
  put(out, record.affected.size(), 4);
  for (const OsvAffected& affected : record.affected) {
    put_text(out, affected.ecosystem);
    put_text(out, affected.name);
  }
  return out;
}

std::string encode_meta(const IndexMeta& meta) {
  std::string out;
  put_text(out, meta.kind);
  put_text(out, meta.source);
  put(out, static_cast<uint64_t>(meta.built.seconds), 8);
  put(out, meta.advisories, 8);
  put(out, meta.coverage.size(), 4);
  for (const Coverage& coverage : meta.coverage) {
    put_text(out, coverage.ecosystem);
    put(out, coverage.advisories, 8);
    put(out, coverage.packages, 8);
    put(out, static_cast<uint64_t>(coverage.newest.seconds), 8);
  }
  return out;
}

// ---- decoding

Result<std::string_view> take_text(ByteReader& in) {
  TRY(uint16_t size, in.u16_le());
  return in.take_text(size);
}

// A count of items that take at least `item_size` bytes each, so that a damaged count cannot ask for more than there
// is.
Result<uint32_t> take_count(ByteReader& in, size_t item_size) {
  TRY(uint32_t count, in.u32_le());
  if (count > in.left() / item_size) return fail(Errc::malformed, "a count in the advisory index is too large");
  return count;
}

template <class Enum>
Result<Enum> take_enum(ByteReader& in, Enum last) {
  TRY(uint8_t value, in.u8());
  if (value > static_cast<uint8_t>(last)) return fail(Errc::malformed, "an unknown code in the advisory index");
  return static_cast<Enum>(value);
}

Result<std::span<const std::string_view>> take_texts(ByteReader& in, Arena& arena) {
  TRY(uint32_t count, take_count(in, 2));
  ArenaList<std::string_view> texts(arena);
  for (uint32_t i = 0; i < count; ++i) {
    TRY(std::string_view text, take_text(in));
    texts.push(text);
  }
  return std::span<const std::string_view>(texts.span());
}

Result<StoredAffected> take_affected(ByteReader& in, Arena& arena) {
  StoredAffected out;
  TRY(out.advisory, take_text(in));
  TRY(out.severity, take_enum(in, Severity::critical));
  TRY(uint32_t count, take_count(in, 5));
  ArenaList<IntervalView> intervals(arena);
  for (uint32_t i = 0; i < count; ++i) {
    IntervalView interval;
    TRY(interval.kind, take_enum(in, Interval::End::unreadable));
    TRY(interval.introduced, take_text(in));
    TRY(interval.end, take_text(in));
    intervals.push(interval);
  }
  out.intervals = intervals.span();
  TRY(out.versions, take_texts(in, arena));
  return out;
}

Result<std::span<const StoredAffected>> decode_package(std::string_view value, Arena& arena) {
  ByteReader in(value);
  TRY(uint32_t count, take_count(in, 11));
  ArenaList<StoredAffected> entries(arena);
  for (uint32_t i = 0; i < count; ++i) {
    TRY(StoredAffected entry, take_affected(in, arena));
    entries.push(entry);
  }
  return std::span<const StoredAffected>(entries.span());
}

Result<StoredAdvisory> decode_advisory(std::string_view value, Arena& arena) {
  ByteReader in(value);
  StoredAdvisory out;
  Advisory& advisory = out.advisory;
  TRY(advisory.id, take_text(in));
  TRY(advisory.aliases, take_texts(in, arena));
  TRY(advisory.upstream, take_texts(in, arena));
  TRY(advisory.severity, take_enum(in, Severity::critical));
  TRY(uint16_t tenths, in.u16_le());
  advisory.score = tenths / 10.0;
  TRY(advisory.vector, take_text(in));
  TRY(advisory.summary, take_text(in));
  TRY(advisory.reference, take_text(in));
  TRY(uint64_t modified, in.u64_le());
  TRY(uint64_t published, in.u64_le());
  advisory.modified.seconds = static_cast<int64_t>(modified);
  out.published.seconds = static_cast<int64_t>(published);
  TRY(uint32_t count, take_count(in, 4));
  ArenaList<StoredAdvisory::PackageName> packages(arena);
  for (uint32_t i = 0; i < count; ++i) {
    StoredAdvisory::PackageName name;
    TRY(name.ecosystem, take_text(in));
    TRY(name.name, take_text(in));
    packages.push(name);
  }
  out.packages = packages.span();
  return out;
}

Result<std::vector<std::string_view>> decode_names(std::string_view value) {
  ByteReader in(value);
  TRY(uint32_t count, take_count(in, 2));
  std::vector<std::string_view> ids;
  for (uint32_t i = 0; i < count; ++i) {
    TRY(std::string_view id, take_text(in));
    ids.push_back(id);
  }
  return ids;
}

Result<IndexMeta> decode_meta(std::string_view value) {
  ByteReader in(value);
  IndexMeta meta;
  TRY(meta.kind, take_text(in));
  TRY(meta.source, take_text(in));
  TRY(uint64_t built, in.u64_le());
  meta.built.seconds = static_cast<int64_t>(built);
  TRY(meta.advisories, in.u64_le());
  TRY(uint32_t count, take_count(in, 26));
  for (uint32_t i = 0; i < count; ++i) {
    Coverage coverage;
    TRY(coverage.ecosystem, take_text(in));
    TRY(coverage.advisories, in.u64_le());
    TRY(coverage.packages, in.u64_le());
    TRY(uint64_t newest, in.u64_le());
    coverage.newest.seconds = static_cast<int64_t>(newest);
    meta.coverage.push_back(std::move(coverage));
  }
  return meta;
}

}  // namespace

Time IndexMeta::newest() const {
  Time newest;
  for (const Coverage& each : coverage) newest = std::max(newest, each.newest);
  return newest;
}

std::string osv_ecosystem(Ecosystem ecosystem, std::string_view release) {
  const EcosystemRow& row = row_of(ecosystem);
  std::string name(row.osv_name);
  if (!row.has_releases) return name;
  name += ':';
  // OSV writes "Alpine:v3.19" where os-release says 3.19; "edge" has no number.
  if (ecosystem == Ecosystem::alpine && !release.empty() && is_digit(release.front())) name += 'v';
  return name.append(release);
}

Result<Index> Index::open(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return fail_errno("cannot open the advisory index", path, errno);
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return fail_errno("cannot read the advisory index", path, errno);
  if (!S_ISREG(status.st_mode)) return fail(Errc::unsupported, path + " is not a regular file");
  TRY(MappedFile mapped, MappedFile::map(file.get(), static_cast<uint64_t>(status.st_size)));
  Index index;
  index.file_ = std::move(mapped);
  if (Result<void> read = index.read_header(index.file_.bytes()); !read) return fail_in(path, read.error());
  return index;
}

Result<Index> Index::from_bytes(std::string_view bytes) {
  Index index;
  TRY_VOID(index.read_header(bytes));
  return index;
}

Result<void> Index::read_header(std::string_view bytes) {
  auto broken = [](Errc code, std::string_view why) {
    return fail(code, "the advisory index " + std::string(why) + std::string(kNextStep));
  };
  if (bytes.empty()) return broken(Errc::truncated, "is empty");
  if (!bytes.starts_with(kMagic)) return broken(Errc::malformed, "is not one of drydock's");
  ByteReader in(bytes);
  TRY_VOID(in.take(kMagic.size()));
  Result<uint32_t> schema = in.u32_le();
  if (!schema || bytes.size() < kHeaderSize + kDigestSize) return broken(Errc::truncated, "is truncated");
  if (*schema != kIndexSchema) {
    return broken(Errc::unsupported,
                  "has schema " + std::to_string(*schema) + ", this drydock reads " + std::to_string(kIndexSchema));
  }
  TRY(uint32_t row_count, in.u32_le());
  TRY(uint64_t file_size, in.u64_le());
  TRY(uint64_t rows_at, in.u64_le());
  TRY(uint64_t meta_at, in.u64_le());
  TRY(uint64_t meta_size, in.u64_le());
  TRY(uint64_t header_hash, in.u64_le());
  if (header_hash != fnv1a(bytes.substr(0, kHeaderHashed))) return broken(Errc::malformed, "has a damaged header");
  if (file_size != bytes.size()) {
    return broken(Errc::truncated, "has " + std::to_string(bytes.size()) + " bytes of " + std::to_string(file_size));
  }
  uint64_t end = bytes.size() - kDigestSize;
  if (rows_at > end || row_count > (end - rows_at) / kRowSize || meta_at > end || meta_size > end - meta_at)
    return broken(Errc::malformed, "has a damaged header");
  Result<IndexMeta> meta = decode_meta(bytes.substr(meta_at, meta_size));
  if (!meta) return broken(Errc::malformed, "is damaged");
  if (meta->advisories == 0 || row_count == 0) return broken(Errc::malformed, "holds no advisories");
  bytes_ = bytes;
  rows_at_ = rows_at;
  row_count_ = row_count;
  meta_ = *std::move(meta);
  return {};
}

Result<uint64_t> Index::row_hash(uint64_t row) const {
  ByteReader in(bytes_);
  TRY_VOID(in.seek(rows_at_ + row * kRowSize));
  return in.u64_le();
}

// The key and the value of a row.
Result<std::pair<std::string_view, std::string_view>> Index::row_record(uint64_t row) const {
  ByteReader in(bytes_);
  TRY_VOID(in.seek(rows_at_ + row * kRowSize + 8));
  TRY(uint64_t at, in.u64_le());
  TRY(uint32_t size, in.u32_le());
  TRY_VOID(in.seek(at));
  TRY(std::string_view record, in.take_text(size));
  ByteReader inside(record);
  TRY(std::string_view key, take_text(inside));
  TRY(std::string_view value, inside.take_text(inside.left()));
  return std::pair(key, value);
}

// Rows are sorted by hash; equal hashes stand side by side and are told apart by the key in the record.
Result<std::optional<std::string_view>> Index::find(std::string_view key) const {
  uint64_t wanted = fnv1a(key);
  uint64_t low = 0;
  uint64_t high = row_count_;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    TRY(uint64_t hash, row_hash(middle));
    if (hash < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  for (; low < row_count_; ++low) {
    TRY(uint64_t hash, row_hash(low));
    if (hash != wanted) break;
    TRY(auto record, row_record(low));
    if (record.first == key) return std::optional<std::string_view>(record.second);
  }
  return std::optional<std::string_view>();
}

Result<void> Index::verify() const {
  std::string_view body = bytes_.substr(0, bytes_.size() - kDigestSize);
  Sha256Digest digest = sha256(body);
  std::string_view stored = bytes_.substr(body.size());
  if (!std::ranges::equal(digest, stored, [](uint8_t a, char b) { return a == static_cast<uint8_t>(b); }))
    return fail(Errc::malformed, "the advisory index does not match its checksum" + std::string(kNextStep));
  uint64_t previous = 0;
  for (uint64_t row = 0; row < row_count_; ++row) {
    TRY(uint64_t hash, row_hash(row));
    TRY(auto record, row_record(row));
    auto [key, value] = record;
    if (hash < previous || hash != fnv1a(key)) return fail(Errc::malformed, "the advisory index is out of order");
    previous = hash;
    Arena arena;
    if (key.starts_with(static_cast<char>(Space::package))) {
      TRY_VOID(decode_package(value, arena));
    } else if (key.starts_with(static_cast<char>(Space::advisory))) {
      TRY_VOID(decode_advisory(value, arena));
    } else {
      TRY_VOID(decode_names(value));
    }
  }
  return {};
}

const Coverage* Index::coverage_of(Ecosystem ecosystem, std::string_view release) const {
  std::string wanted = osv_ecosystem(ecosystem, release);
  for (const Coverage& coverage : meta_.coverage)
    if (coverage.ecosystem == wanted) return &coverage;
  return nullptr;
}

bool Index::has_data(Ecosystem ecosystem, std::string_view release) const {
  return ecosystem != Ecosystem::unknown && coverage_of(ecosystem, release) != nullptr;
}

Result<std::span<const StoredAffected>> Index::affected(Ecosystem ecosystem, std::string_view release,
                                                        std::string_view package, Arena& arena) const {
  std::string name = osv_ecosystem(ecosystem, release);
  TRY(auto value, find(key_of(Space::package, name, normalised_name(name, package))));
  if (!value) return std::span<const StoredAffected>();
  return decode_package(*value, arena);
}

Result<StoredAdvisory> Index::advisory(std::string_view id, Arena& arena) const {
  TRY(auto value, find(key_of(Space::advisory, id)));
  if (!value) return fail(Errc::not_found, "the advisory index does not know " + printable(id.substr(0, 100)));
  return decode_advisory(*value, arena);
}

Result<std::vector<std::string_view>> Index::named(std::string_view id_or_alias) const {
  TRY(auto value, find(key_of(Space::name, upper(id_or_alias))));
  if (!value) return std::vector<std::string_view>();
  return decode_names(*value);
}

void IndexBuilder::add(OsvRecord record) {
  if (record.withdrawn || record.affected.empty()) return;
  records_.push_back(std::move(record));
}

std::string IndexBuilder::encode(IndexMeta meta) const {
  // Records of one id side by side, the newest first, so that the result does not depend on the order of the folders.
  std::vector<const OsvRecord*> sorted;
  sorted.reserve(records_.size());
  for (const OsvRecord& record : records_) sorted.push_back(&record);
  std::ranges::sort(sorted, [](const OsvRecord* a, const OsvRecord* b) {
    if (a->id != b->id) return a->id < b->id;
    if (a->modified != b->modified) return a->modified > b->modified;
    return a->affected[0].ecosystem < b->affected[0].ecosystem;
  });

  std::map<std::string, std::string> values;                       // advisories
  std::map<std::string, std::vector<std::string>> packages;        // key -> encoded entries
  std::map<std::string, std::set<std::string_view>> names;         // key -> advisory ids
  std::map<std::string_view, Coverage> coverage;                   // by ecosystem
  std::map<std::string_view, std::set<std::string_view>> covered;  // ecosystem -> package names
  meta.advisories = 0;
  for (size_t at = 0; at < sorted.size();) {
    OsvRecord joined = *sorted[at];
    std::string_view id = sorted[at]->id;
    std::set<std::pair<std::string_view, std::string_view>> seen;
    std::set<std::string_view> ecosystems;
    joined.affected.clear();
    for (; at < sorted.size() && sorted[at]->id == id; ++at) {
      for (const OsvAffected& affected : sorted[at]->affected) {
        if (!seen.insert({affected.ecosystem, affected.name}).second) continue;
        joined.affected.push_back(affected);
        packages[key_of(Space::package, affected.ecosystem, affected.name)].push_back(encode_affected(id, affected));
        ecosystems.insert(affected.ecosystem);
        covered[affected.ecosystem].insert(affected.name);
      }
    }
    for (std::string_view ecosystem : ecosystems) {
      Coverage& row = coverage[ecosystem];
      ++row.advisories;
      row.newest = std::max(row.newest, joined.modified);
    }
    names[key_of(Space::name, upper(id))].insert(id);
    for (const std::vector<std::string>* others : {&joined.aliases, &joined.upstream})
      for (const std::string& other : *others) names[key_of(Space::name, upper(other))].insert(id);
    values[key_of(Space::advisory, id)] = encode_advisory(joined);
    ++meta.advisories;
  }
  meta.coverage.clear();
  for (auto& [ecosystem, row] : coverage) {
    row.ecosystem = ecosystem;
    row.packages = covered[ecosystem].size();
    meta.coverage.push_back(row);
  }
  if (!meta.built.known()) meta.built = meta.newest();
  for (const auto& [key, entries] : packages) {
    std::string& value = values[key];
    put(value, entries.size(), 4);
    for (const std::string& entry : entries) value += entry;
  }
  for (const auto& [key, ids] : names) {
    std::string& value = values[key];
    put(value, ids.size(), 4);
    for (std::string_view id : ids) put_text(value, id);
  }

  struct Row {
    uint64_t hash, at;
    uint32_t size;
  };
  std::vector<Row> rows;
  std::string out(kHeaderSize, '\0');
  for (const auto& [key, value] : values) {
    uint64_t at = out.size();
    put_text(out, key);
    out += value;
    rows.push_back({fnv1a(key), at, static_cast<uint32_t>(out.size() - at)});
  }
  std::ranges::sort(rows, {}, [](const Row& row) { return std::pair(row.hash, row.at); });
  uint64_t meta_at = out.size();
  out += encode_meta(meta);
  uint64_t meta_size = out.size() - meta_at;
  uint64_t rows_at = out.size();
  for (const Row& row : rows) {
    put(out, row.hash, 8);
    put(out, row.at, 8);
    put(out, row.size, 4);
  }

  std::string header(kMagic);
  put(header, kIndexSchema, 4);
  put(header, rows.size(), 4);
  put(header, out.size() + kDigestSize, 8);
  put(header, rows_at, 8);
  put(header, meta_at, 8);
  put(header, meta_size, 8);
  put(header, fnv1a(header), 8);
  out.replace(0, header.size(), header);
  Sha256Digest digest = sha256(out);
  out.append(reinterpret_cast<const char*>(digest.data()), digest.size());
  return out;
}

}  // namespace drydock::advisory
