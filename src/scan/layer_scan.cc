#include "scan/layer_scan.h"

#include <algorithm>
#include <unordered_map>

#include "base/digest.h"
#include "base/span.h"
#include "base/text.h"
#include "inventory/sources.h"
#include "secrets/mask.h"

namespace drydock::scan {
namespace {

constexpr size_t kFirstBytes = 4096;     // enough to tell an nginx.conf or a script
constexpr uint64_t kMostKept = 4 << 20;  // a larger configuration file is an Unknown

// Line of an offset without a table of the whole file: hits are few and come in order. No byte is looked at twice, also
// not where all hits are on one huge line.
class LineCounter {
 public:
  explicit LineCounter(std::string_view bytes) : bytes_(bytes), line_end_(bytes.find('\n')) {}
  LineColumn at(uint32_t offset) {
    if (offset < line_start_) *this = LineCounter(bytes_);
    while (line_end_ < offset) {
      ++line_;
      line_start_ = static_cast<uint32_t>(line_end_ + 1);
      line_end_ = bytes_.find('\n', line_start_);
    }
    return {.line = line_, .column = offset - line_start_ + 1};
  }

 private:
  std::string_view bytes_;
  size_t line_end_;  // npos on the last line
  uint32_t line_ = 1, line_start_ = 0;
};

bool wants_packages(const Kinds& kinds) { return kinds.vulnerabilities || kinds.licences; }

void add_field(std::string& text, std::string_view name, std::string_view value) {
  text += name;
  text += '=';
  text += std::to_string(value.size());  // so that no value can pose as the next field
  text += ':';
  text += value;
  text += '\n';
}
template <class Number>
  requires std::is_arithmetic_v<Number>
void add_field(std::string& text, std::string_view name, Number value) {
  add_field(text, name, std::string_view(std::to_string(value)));
}

// The hits that can share the shown part of a line with `hits[i]`; they are sorted and do not overlap.
constexpr uint32_t kNeighbourhood = 4096;  // mask_line() looks at 2 KiB on either side
std::span<const secrets::Hit> neighbours(std::span<const secrets::Hit> hits, const secrets::Hit& hit) {
  auto first = std::ranges::partition_point(
      hits, [&](const secrets::Hit& h) { return h.secret.end + uint64_t{kNeighbourhood} < hit.match.begin; });
  auto last = std::partition_point(first, hits.end(), [&](const secrets::Hit& h) {
    return h.secret.begin < uint64_t{hit.match.begin} + kNeighbourhood;
  });
  return {first, last};
}

// Libraries of cryptography carry the private keys of their own self-tests (FIPS 140-3 asks for these), GnuTLS as PEM.
// In a distribution's library folder they are nobody's secret.
bool is_system_library(const FileView& file) {
  constexpr std::string_view kFolders[] = {"lib/", "lib64/", "usr/lib/", "usr/lib64/"};
  std::string_view path = file.header.path;
  return file.bytes.starts_with(
             "\x7f"
             "ELF") &&
         base_name(path).find(".so") != std::string_view::npos &&
         std::ranges::any_of(kFolders, [&](std::string_view folder) { return path.starts_with(folder); });
}

}  // namespace

std::string layer_engine(const LayerScanOptions& options) {
  std::string text;
  add_field(text, "drydock", std::string_view(DRYDOCK_VERSION));
  add_field(text, "layer-scan", kLayerScanVersion);
  add_field(text, "image", options.image);
  add_field(text, "sources", options.sources);
  if (wants_packages(options.kinds)) {
    for (const inventory::Cataloger* cataloger : inventory::all_catalogers()) {
      add_field(text, "cataloger", cataloger->name);
      add_field(text, "version", cataloger->version);
    }
  }
  if (options.kinds.secrets) {
    add_field(text, "secrets", secrets::kEngineVersion);
    for (const secrets::Rule* rule : secrets::all_rules()) {
      for (std::string_view part : {rule->id, rule->title, rule->pattern, rule->confirm}) add_field(text, "rule", part);
      for (std::string_view keyword : rule->keywords) add_field(text, "keyword", keyword);
      for (int number : {static_cast<int>(rule->severity), static_cast<int>(rule->kind), int{rule->look_back},
                         int{rule->look_ahead}, int{rule->rank}})
        add_field(text, "number", number);
      add_field(text, "entropy", rule->min_entropy);
    }
  }
  return hex(sha256(text));
}

Result<LayerScanner> LayerScanner::create(const inventory::Dispatcher& dispatcher, const LayerScanOptions& options) {
  LayerScanner made(dispatcher, options);
  if (options.kinds.secrets) {
    TRY(secrets::Scanner scanner, secrets::Scanner::create());
    made.scanner_ = std::make_unique<secrets::Scanner>(std::move(scanner));
  }
  return made;
}

uint32_t LayerScanner::add(LayerRecord& record, const LayerEntry& entry) const {
  LayerEntry kept = entry;
  kept.header.path = record.pool.copy(entry.header.path);
  kept.header.link_target = record.pool.copy(entry.header.link_target);
  record.entries.push_back(kept);
  return static_cast<uint32_t>(record.entries.size() - 1);
}

bool LayerScanner::wants(const FileHeader& header) const {
  if (header.type != FileType::regular || header.size == 0) return false;
  if (options_.kinds.secrets || options_.sources) return true;
  return !dispatcher_->wanted(header.path).empty() ||
         (options_.image && inventory::keep_in_layer(header.path, header.size));
}

std::map<uint32_t, uint32_t> LayerScanner::linked_packages(const LayerRecord& record) const {
  std::unordered_map<std::string_view, uint32_t> links;  // target -> link
  if (wants_packages(options_.kinds)) {
    for (uint32_t i = 0; i < record.entries.size(); ++i) {
      const FileHeader& header = record.entries[i].header;
      if (header.type == FileType::hard_link && !dispatcher_->named(header.path).empty() &&
          dispatcher_->named(header.link_target).empty())
        links.try_emplace(header.link_target, i);
    }
  }
  std::map<uint32_t, uint32_t> found;
  if (links.empty()) return found;
  for (uint32_t i = 0; i < record.entries.size(); ++i) {
    const LayerEntry& entry = record.entries[i];
    auto link = links.find(entry.header.path);
    if (link != links.end() && entry.header.type == FileType::regular && !entry.whiteout && !entry.opaque)
      found[i] = link->second;
  }
  return found;
}

void LayerScanner::read_linked(LayerRecord& record, uint32_t entry, uint32_t link, const FileView& file) const {
  FileView named = file;
  named.header.path = record.entries[link].header.path;
  dispatcher_->run(named, record, entry);
}

void LayerScanner::read(LayerRecord& record, uint32_t entry, const FileView& file) {
  if (wants_packages(options_.kinds)) dispatcher_->run(file, record, entry);
  if (scanner_ != nullptr && !(options_.image && is_system_library(file))) scan_secrets(record, entry, file);
  bool keep = options_.image && inventory::keep_in_layer(file.header.path, file.bytes.size());
  if (options_.sources) {
    SourceKind kind = inventory::source_kind(file.header.path, file.bytes.substr(0, kFirstBytes));
    keep |= kind != SourceKind::other && file.bytes.size() <= kMostKept;
    // Large scripts are self-extracting installers; no check of a single file reads them.
    if (kind != SourceKind::other && kind != SourceKind::script && file.bytes.size() > kMostKept)
      record.unknowns.push_back(
          {.entry = entry,
           .reason = record.pool.join("this ", name_of(kind),
                                      " is larger than 4 MiB and was not checked for misconfigurations; split it")});
  }
  if (keep) record.kept.push_back({.entry = entry, .bytes = record.pool.copy(file.bytes)});
}

void LayerScanner::scan_secrets(LayerRecord& record, uint32_t entry, const FileView& file) {
  hits_.clear();
  secrets::Outcome outcome = scanner_->scan(file.bytes, file.header.path, hits_);
  LineCounter lines(file.bytes);
  StringPool& pool = record.pool;
  for (const secrets::Hit& hit : hits_) {
    std::string_view secret = hit.secret.of(file.bytes);
    LineColumn place = lines.at(hit.secret.begin);
    std::string_view mark = hit.ignored_by.of(file.bytes);
    bool typed = hit.rule->kind != secrets::Kind::assignment;
    record.secrets.push_back(
        {.entry = entry,
         .rule = hit.rule->id,
         .title = hit.rule->title,
         .check = options_.image ? "SD004"
                  : typed        ? "SD001"
                                 : "SD002",
         .severity = hit.severity,
         .at = {.path = record.entries[entry].header.path,
                .layer = {},
                .span = hit.secret,
                .line = place.line,
                .column = place.column},
         .masked = pool.copy(secrets::mask(secret)),
         .hash = pool.copy(secrets::keyed_hash(*hit.rule, secret, secrets::kDefaultMaskKey).substr(0, 32)),
         .snippet = pool.copy(secrets::mask_line(file.bytes, hit, neighbours(hits_, hit))),
         .ignored_by = pool.copy(mark),
         .ignore_reason = {}});
  }
  if (outcome.over_budget != 0) {
    record.unknowns.push_back(
        {.entry = entry,
         .reason = pool.join(
             std::to_string(outcome.over_budget),
             " places that look like secrets were not examined: the file's budget is used up; look at it yourself")});
  }
  if (outcome.clipped)
    record.unknowns.push_back({.entry = entry, .reason = "only the first 4 GiB were searched for secrets"});
}

}  // namespace drydock::scan
