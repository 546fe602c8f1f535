#include "scan/scan.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>

#include "advisory/starter.h"
#include "advisory/update.h"
#include "base/stable_order.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "inventory/sources.h"
#include "inventory/squash.h"
#include "scan/layer_scan.h"
#include "scan/vulnerabilities.h"
#include "store/layer_cache.h"
#include "target/directory.h"
#include "target/image.h"
#include "target/layer_reader.h"
#include "target/spill.h"

namespace drydock::scan {
namespace {

using LayerPtr = std::shared_ptr<const LayerRecord>;

// Progress of parallel work: counts and passes on.
class Meter {
 public:
  Meter(const Options& options, std::string_view what, uint64_t total) : options_(options), what_(what), total_(total) {
    tell(0);
  }
  void add(uint64_t done) {
    std::lock_guard lock(mutex_);
    done_ += done;
    tell(done_);
  }

 private:
  void tell(uint64_t done) const {
    if (options_.progress) options_.progress({.what = what_, .done = done, .total = total_});
  }
  const Options& options_;
  std::string_view what_;
  uint64_t total_;
  uint64_t done_ = 0;
  std::mutex mutex_;
};

// ---- Directory -> batches of files -> LayerRecords

constexpr size_t kBatchFiles = 128;

void read_batch(const target::DirectoryListing& listing, size_t begin, size_t end, LayerScanner& scanner,
                target::SpillQuota& spill, LayerRecord& record) {
  target::FileReader reader(listing, &spill);
  for (size_t i = begin; i < end; ++i) {
    const FileHeader& header = listing.entries[i];
    uint32_t entry = scanner.add(record, {.header = header});
    if (!scanner.wants(header)) continue;
    Result<FileView> file = reader.read(header);
    if (file) {
      record.bytes += file->bytes.size();
      scanner.read(record, entry, *file);
    } else if (file.error().code != Errc::not_found) {  // what vanished meanwhile is no longer part of the target
      record.unknowns.push_back({.entry = entry, .reason = record.pool.copy(file.error().message)});
    }
  }
}

Result<std::vector<LayerPtr>> read_directory(const target::DirectoryListing& listing, const Options& options,
                                             const LayerScanOptions& layer_options) {
  inventory::Dispatcher dispatcher;
  target::SpillQuota spill(options.max_spill);
  size_t batches = (listing.entries.size() + kBatchFiles - 1) / kBatchFiles;
  std::vector<LayerPtr> records(batches);
  std::vector<std::optional<Error>> errors(batches);
  Meter meter(options, "files", listing.entries.size());
  run_parallel(batches, options.jobs, [&](size_t batch) {
    auto record = std::make_shared<LayerRecord>();
    Result<LayerScanner> scanner = LayerScanner::create(dispatcher, layer_options);
    if (!scanner) {
      errors[batch] = scanner.error();
      return;
    }
    size_t begin = batch * kBatchFiles, end = std::min(begin + kBatchFiles, listing.entries.size());
    read_batch(listing, begin, end, *scanner, spill, *record);
    records[batch] = std::move(record);
    meter.add(end - begin);
  });
  for (const std::optional<Error>& error : errors)
    if (error) return std::unexpected<Error>(*error);
  return records;
}

// ---- Image -> layers -> LayerRecords

class LayerCollector final : public target::LayerVisitor {
 public:
  LayerCollector(LayerScanner& scanner, LayerRecord& record) : scanner_(scanner), record_(record) {}
  Result<bool> entry(const LayerEntry& entry) override {
    entry_ = scanner_.add(record_, entry);
    return !entry.whiteout && !entry.opaque && scanner_.wants(entry.header);
  }
  Result<void> file(const FileView& file) override {
    scanner_.read(record_, entry_, file);
    return {};
  }
  Result<void> unread(const FileHeader&, std::string_view reason) override {
    record_.unknowns.push_back({.entry = entry_, .reason = record_.pool.copy(reason)});
    complete_ = false;
    return {};
  }
  // False if a file was left out for want of temporary space: with more of it the record says more.
  bool complete() const { return complete_; }

 private:
  LayerScanner& scanner_;
  LayerRecord& record_;
  uint32_t entry_ = 0;
  bool complete_ = true;
};

// A layer that was read before, or null. Nothing that the archive declares is believed: its diff ID only says whether
// hashing is worth the time, and both digests must be those of the bytes. Where they are not, read_layer() reports it.
LayerPtr find_cached_layer(const target::ImageSource& source, size_t index, store::LayerCache& cache) {
  const target::StoredLayer& declared = source.layers[index];
  if (!cache.may_hold(declared.diff_id)) return nullptr;
  std::string digest;
  uint64_t stored_bytes = 0;
  std::optional<FilePlace> place = target::place_of(source, index);
  if (std::optional<std::string> known = place ? cache.digest_at(*place) : std::nullopt) {
    digest = *std::move(known);
    stored_bytes = place->size;
  } else {
    Result<target::StoredDigest> stored = target::stored_digest(source, index);
    if (!stored) return nullptr;
    digest = std::move(stored->digest);
    stored_bytes = stored->bytes;
    if (stored->place) cache.remember(*stored->place, digest);
  }
  if (!declared.digest.empty() && declared.digest != digest) return nullptr;
  std::shared_ptr<LayerRecord> record = cache.find(digest);
  if (record == nullptr || record->diff_id != declared.diff_id) return nullptr;
  record->stored_bytes = stored_bytes;
  return record;
}

// The second pass over a layer, for LayerScanner::linked_packages() alone.
class LinkedPackages final : public target::LayerVisitor {
 public:
  LinkedPackages(const LayerScanner& scanner, LayerRecord& record, const std::map<uint32_t, uint32_t>& links)
      : scanner_(scanner), record_(record), links_(links) {}
  Result<bool> entry(const LayerEntry&) override {
    link_ = links_.find(next_++);
    return link_ != links_.end();
  }
  Result<void> file(const FileView& file) override {
    scanner_.read_linked(record_, link_->first, link_->second, file);
    return {};
  }
  Result<void> unread(const FileHeader&, std::string_view reason) override {
    record_.unknowns.push_back({.entry = link_->first, .reason = record_.pool.copy(reason)});
    complete_ = false;
    return {};
  }
  bool complete() const { return complete_; }

 private:
  const LayerScanner& scanner_;
  LayerRecord& record_;
  const std::map<uint32_t, uint32_t>& links_;
  std::map<uint32_t, uint32_t>::const_iterator link_;
  uint32_t next_ = 0;  // entries come in the same order as the first time
  bool complete_ = true;
};

// `cache` may be null.
LayerPtr read_image_layer(const target::ImageSource& source, size_t index, const inventory::Dispatcher& dispatcher,
                          const LayerScanOptions& layer_options, target::SpillQuota& spill, store::LayerCache* cache) {
  if (cache != nullptr)
    if (LayerPtr cached = find_cached_layer(source, index, *cache)) return cached;
  auto record = std::make_shared<LayerRecord>();
  auto not_whole = [&](const Error& error) {
    record->unknowns.push_back({.entry = EntryUnknown::kWholeLayer,
                                .reason = record->pool.join("layer ", std::to_string(index + 1),
                                                            " could not be read whole: ", error.message)});
  };
  record->diff_id = record->pool.copy(source.layers[index].diff_id);
  record->digest = record->pool.copy(source.layers[index].digest);
  Result<LayerScanner> scanner = LayerScanner::create(dispatcher, layer_options);
  if (!scanner) {
    not_whole(scanner.error());
    return record;
  }
  LayerCollector collector(*scanner, *record);
  Result<target::LayerDigests> digests = target::read_layer(source, index, collector, {.spill = &spill});
  if (!digests) {
    not_whole(digests.error());
    return record;
  }
  bool proven = collector.complete();
  if (std::map<uint32_t, uint32_t> links = scanner->linked_packages(*record); !links.empty()) {
    LinkedPackages again(*scanner, *record, links);
    Result<target::LayerDigests> read = target::read_layer(source, index, again, {.spill = &spill});
    if (!read) not_whole(read.error());
    proven &= again.complete() && read && read->diff_id == digests->diff_id;
  }
  record->diff_id = record->pool.copy(digests->diff_id);
  record->digest = record->pool.copy(digests->digest);
  record->stored_bytes = digests->stored_bytes;
  record->bytes = digests->bytes;
  if (cache != nullptr && proven) {
    cache->insert(*record);
    if (digests->place) cache->remember(*digests->place, digests->digest);
  }
  return record;
}

// Instructions in the history may hold build arguments in clear; a report shows them without.
std::string without_secrets(std::string_view text, Result<secrets::Scanner>& scanner) {
  if (!scanner) return "(not shown: " + scanner.error().message + ")";
  std::vector<secrets::Hit> hits;
  scanner->scan(text, "image config", hits);
  std::string shown;
  uint32_t from = 0;
  for (const secrets::Hit& hit : hits) {
    if (hit.secret.begin < from) continue;
    shown += Span{from, hit.secret.begin}.of(text);
    shown += "***";
    from = hit.secret.end;
  }
  return shown += text.substr(from);
}

ImageSummary summary_of(const Image& image, StringPool& pool) {
  ImageSummary summary{.name = pool.copy(image.name),
                       .digest = pool.copy(image.digest),
                       .os = pool.copy(image.os.pretty_name),
                       .layers = {}};
  for (const LayerPtr& layer : image.layers) {
    summary.layers.push_back({.diff_id = layer->diff_id,
                              .digest = layer->digest,
                              .created_by = {},
                              .stored_bytes = layer->stored_bytes,
                              .bytes = layer->bytes});
  }
  Result<secrets::Scanner> scanner = secrets::Scanner::create();
  for (const HistoryEntry& entry : image.config.history) {
    if (entry.layer >= 0 && static_cast<size_t>(entry.layer) < summary.layers.size())
      summary.layers[static_cast<size_t>(entry.layer)].created_by =
          pool.copy(printable(without_secrets(entry.created_by, scanner)));
  }
  return summary;
}

// ---- Facts -> record

// The inline mark itself ("gitleaks:allow"); policy reads the tool from it.
InlineIgnore ignore_of(const SecretHit& hit) {
  std::string_view tool = cut(hit.ignored_by, ":").before;
  return {.tool = tool.find("pragma") != std::string_view::npos ? "detect-secrets" : tool,
          .id = hit.rule,
          .reason = hit.ignore_reason,
          .line = hit.at.line};
}

Finding finding_of(const SecretHit& hit, const Subject& subject, bool deleted_above, StringPool& pool) {
  Location at = hit.at;
  std::string message = std::string(hit.title) + " " + std::string(hit.masked);
  if (deleted_above) message += "; an upper layer deletes the file, but whoever has the image has this layer";
  Finding finding{
      .check = hit.check,
      .subject = subject,
      .item = hit.rule,
      .severity = hit.severity,
      .message = pool.copy(message),
      .snippet = hit.snippet,
      .locations = pool.copy_span<Location>({{at}}),
      .detail = SecretDetail{.rule = hit.rule, .masked = hit.masked, .hash = hit.hash, .deleted_above = deleted_above}};
  if (!hit.ignored_by.empty()) finding.ignores = pool.copy_span<InlineIgnore>({{ignore_of(hit)}});
  return finding;
}

// What an image's config says in words: variables, labels, command, and the history, where build arguments stay
// readable.
std::string config_text(const ImageConfig& config) {
  std::string text;
  auto add = [&](std::string_view name, std::string_view value) {
    text += name;
    text += name.empty() ? "" : "=";
    text += value;
    text += '\n';
  };
  for (const EnvironmentVariable& variable : config.container.environment) add(variable.name, variable.value.value);
  for (const EnvironmentVariable& label : config.container.labels) add(label.name, label.value.value);
  for (const Text& word : config.container.entrypoint) add({}, word.value);
  for (const Text& word : config.container.command) add({}, word.value);
  for (const HistoryEntry& entry : config.history) add({}, entry.created_by);
  return text;
}

// Tokens in the image's config. Values that only their names give away are IM002's.
void add_config_secrets(const ImageConfig& config, const inventory::Dispatcher& dispatcher, const Subject& subject,
                        std::vector<Finding>& found, ScanRecord& record) {
  static constexpr LayerScanOptions kSecretsAlone{
      .kinds = {.vulnerabilities = false, .secrets = true, .configuration = false, .licences = false},
      .image = true,
      .sources = false};
  Result<LayerScanner> scanner = LayerScanner::create(dispatcher, kSecretsAlone);
  if (!scanner) return;  // the layers have said so
  auto part = std::make_shared<LayerRecord>();
  std::string text = config_text(config);
  LayerEntry entry{.header = {.path = "image config", .size = text.size()}};
  scanner->read(*part, scanner->add(*part, entry), {.header = entry.header, .bytes = text});
  for (const SecretHit& hit : part->secrets) {
    const secrets::Rule* rule = secrets::find_rule(hit.rule);
    if (rule != nullptr && rule->kind != secrets::Kind::assignment)
      found.push_back(finding_of(hit, subject, false, record.pool));
  }
  record.keep(std::shared_ptr<const LayerRecord>(std::move(part)));
}

// One secret in many places is one finding with many locations, by path; those that an upper layer deletes come last,
// so that the finding speaks of deletion only where nothing else has the secret.
void add_secrets(std::vector<Finding>& found, StringPool& pool, ScanRecord& record) {
  sort_stably(found, [](const Finding& a, const Finding& b) {
    const auto& x = std::get<SecretDetail>(a.detail);
    const auto& y = std::get<SecretDetail>(b.detail);
    return std::tie(x.rule, x.hash, x.deleted_above, a.locations[0].path, a.locations[0].line) <
           std::tie(y.rule, y.hash, y.deleted_above, b.locations[0].path, b.locations[0].line);
  });
  for (size_t i = 0; i < found.size();) {
    size_t end = i + 1;
    const auto& first = std::get<SecretDetail>(found[i].detail);
    std::vector<Location> locations(found[i].locations.begin(), found[i].locations.end());
    Finding merged = found[i];
    for (; end < found.size(); ++end) {
      const auto& other = std::get<SecretDetail>(found[end].detail);
      if (other.rule != first.rule || other.hash != first.hash) break;
      locations.push_back(found[end].locations[0]);
      merged.severity = std::max(merged.severity, found[end].severity);
      if (found[end].ignores.empty()) merged.ignores = {};  // marked in one place is not marked in all
    }
    merged.locations = pool.copy_span<Location>(locations);
    if (locations.size() > 1)
      merged.message = pool.join(merged.message, " (in ", std::to_string(locations.size()), " places)");
    record.findings.push_back(merged);
    i = end;
  }
}

template <class List>
void append(List& to, const List& from) {
  to.insert(to.end(), from.begin(), from.end());
}

void join(ScanRecord& record, const std::shared_ptr<const Part>& part) {
  append(record.findings, part->findings);
  append(record.examined, part->examined);
  append(record.unknowns, part->unknowns);
  append(record.not_applicable, part->not_applicable);
  record.keep(part);
}

void match(const Options& options, const Subject& subject, ScanRecord& record) {
  auto part = std::make_shared<Part>();
  Result<advisory::Index> index =
      advisory::open_default({.path = options.database, .starter = advisory::starter_index()});
  if (!index) {
    if (!record.packages.empty())
      part->unknowns.push_back(
          {.check = "VU010", .subject = subject, .at = {}, .reason = part->pool.copy(index.error().message)});
    join(record, part);
    return;
  }
  const advisory::IndexMeta& meta = index->meta();
  record.advisories = {.kind = record.pool.copy(meta.kind),
                       .source = record.pool.copy(meta.source),
                       .built = meta.built,
                       .newest = meta.newest(),
                       .advisories = meta.advisories};
  match_packages(*index, record, subject, *part);
  join(record, part);
}

// A line as reports may show it: its secrets masked, clipped around `at`. Only the shown part is worked on, so that
// many findings on one huge line stay cheap. `secrets` are sorted and may overlap.
std::string snippet_of(const Source& source, const Location& at, const std::vector<Span>& secrets) {
  constexpr uint32_t kBefore = 60, kShown = 160;
  Span line = source.lines.line(at.line);
  Span shown = line;
  if (line.size() > kShown) {
    shown.begin = std::max(line.begin, at.span.begin - std::min(at.span.begin, kBefore));
    shown.end = std::min(line.end, shown.begin + kShown);
  }
  std::string text = shown.begin > line.begin ? "..." : "";
  uint32_t from = shown.begin;
  auto next =
      std::partition_point(secrets.begin(), secrets.end(), [&](Span secret) { return secret.begin < line.begin; });
  // A secret of several lines may reach into this one; the longest that we know has 64 KiB.
  while (next != secrets.begin() && line.begin - std::prev(next)->begin < (64u << 10)) --next;
  for (; next != secrets.end() && next->begin < shown.end; ++next) {
    uint32_t begin = std::max(next->begin, from), end = std::min(next->end, shown.end);
    if (begin >= end) continue;
    text += Span{from, begin}.of(source.bytes);
    text += "***";
    from = end;
  }
  text += Span{from, shown.end}.of(source.bytes);
  return printable(trim(text)) + (shown.end < line.end ? "..." : "");
}

// Snippets last: only now every secret of every line is known, found by the engine or by a check.
void add_snippets(const Configuration& configuration, ScanRecord& record) {
  std::map<std::string_view, bool> masked;  // by check: many findings, few checks, and find_check() tries every alias
  auto is_masked = [&](std::string_view id) {
    auto [row, is_new] = masked.try_emplace(id, false);
    if (is_new) {
      const Check* check = find_check(id);
      row->second = check != nullptr && check->masked;
    }
    return row->second;
  };
  std::map<std::string_view, std::vector<Span>> secrets;
  for (const Finding& finding : record.findings) {
    const bool by_check = finding.kind() == FindingKind::misconfiguration && is_masked(finding.check);
    if (finding.kind() != FindingKind::secret && !by_check) continue;
    for (const Location& at : finding.locations) secrets[at.path].push_back(at.span);
  }
  for (auto& [path, spans] : secrets) std::sort(spans.begin(), spans.end());
  for (Finding& finding : record.findings) {
    const Location* at = finding.location();
    if (!finding.snippet.empty() || at == nullptr || at->line == 0) continue;
    const Source* source = configuration.sources.find(at->path);
    if (source != nullptr) finding.snippet = record.pool.copy(snippet_of(*source, *at, secrets[at->path]));
  }
}

void add_check_summaries(ScanRecord& record) {
  std::set<std::string_view> found;
  for (const Finding& finding : record.findings) found.insert(finding.check);
  for (const Check* check : all_checks()) {
    for (std::string_view id : {check->id, check->running_id, check->image_id}) {
      if (id.empty() || !found.contains(id)) continue;
      record.checks.push_back({.id = id,
                               .name = check->name,
                               .title = check->title,
                               .advice = check->advice,
                               .severity = check->severity,
                               .aliases = check->aliases,
                               .references = check->references});
    }
  }
}

// Paths are relative to the repository root, so that `scan .` and `scan app/` agree on places and fingerprints.
void move_below(std::string_view prefix, ScanRecord& record) {
  if (prefix.empty()) return;
  StringPool& pool = record.pool;
  auto moved = [&](std::string_view path) { return path.empty() ? path : pool.join(prefix, "/", path); };
  auto move_subject = [&](Subject& subject) {
    if (subject.kind == SubjectKind::file) subject.id = moved(subject.id);
  };
  for (Finding& finding : record.findings) {
    std::vector<Location> locations(finding.locations.begin(), finding.locations.end());
    for (Location& at : locations) at.path = moved(at.path);
    finding.locations = pool.copy_span<Location>(locations);
    move_subject(finding.subject);
    if (auto* detail = std::get_if<MisconfigurationDetail>(&finding.detail)) {
      std::vector<Edit> edits(detail->edits.begin(), detail->edits.end());
      for (Edit& edit : edits) edit.path = moved(edit.path);
      detail->edits = pool.copy_span<Edit>(edits);
    }
  }
  for (Package& package : record.packages) package.at.path = moved(package.at.path);
  for (Unknown& unknown : record.unknowns) {
    unknown.at.path = moved(unknown.at.path);
    move_subject(unknown.subject);
  }
  for (NotApplicable& row : record.not_applicable) move_subject(row.subject);
  for (Examined& row : record.examined) {
    std::vector<Subject> subjects(row.subjects.begin(), row.subjects.end());
    for (Subject& subject : subjects) move_subject(subject);
    row.subjects = pool.copy_span<Subject>(subjects);
  }
}

// The way from the nearest folder above that holds .git to `folder`; empty if there is none or it is `folder` itself.
std::string prefix_in_repository(const std::string& folder) {
  char resolved[PATH_MAX];
  if (::realpath(folder.c_str(), resolved) == nullptr) return {};
  std::string whole = resolved;
  for (std::string at = whole;; at = std::string(directory_of(at))) {
    struct stat status{};
    if (::stat((at + "/.git").c_str(), &status) == 0)
      return at.size() < whole.size() ? whole.substr(at.size() + 1) : std::string();
    if (at.empty()) return {};
  }
}

std::string folder_name_of(const std::string& folder) {
  char resolved[PATH_MAX];
  return ::realpath(folder.c_str(), resolved) == nullptr ? std::string() : std::string(base_name(resolved));
}

bool selected(const Options& options, const Finding& finding) {
  if (options.services.empty()) return true;
  auto wanted = [&](std::string_view name) {
    return std::ranges::find(options.services, name) != options.services.end();
  };
  return std::ranges::any_of(finding.services, wanted);
}

// ---- The two kinds of target

void add_unread(const target::DirectoryListing& listing, ScanRecord& record) {
  for (const target::DirectoryListing::Unread& unread : listing.unread) {
    std::string_view path = record.pool.copy(unread.path);
    record.unknowns.push_back({.check = {},
                               .subject = {.kind = SubjectKind::file, .id = path, .version = {}},
                               .at = {.path = path},
                               .reason = record.pool.copy(unread.reason)});
  }
  record.counts.skipped = listing.skipped;
}

Result<Scan> scan_directory(const Options& options, const policy::Policy& policy, const std::string& folder,
                            const std::string& only_file, bool root_file_system, Time now) {
  TRY(target::DirectoryListing listing,
      target::list_directory(folder, {.excluded = only_file.empty() ? std::function<bool(std::string_view)>()
                                                                    : [](std::string_view) { return true; }}));
  if (!only_file.empty())
    std::erase_if(listing.entries, [&](const FileHeader& header) { return header.path != only_file; });

  Scan scan;
  ScanRecord& record = scan.record;
  scan.root = folder;
  scan.prefix = root_file_system ? std::string() : prefix_in_repository(folder);
  add_unread(listing, record);

  // target: files -> LayerRecords -> one view of them
  TRY(std::vector<LayerPtr> layers,
      read_directory(listing, options,
                     {.kinds = options.kinds, .image = root_file_system, .sources = options.kinds.configuration}));
  auto image = std::make_shared<Image>(inventory::squash(layers));
  for (const LayerPtr& layer : layers) record.counts.bytes += layer->bytes;
  record.counts.files = static_cast<uint64_t>(
      std::ranges::count(listing.entries, FileType::regular, [](const FileHeader& header) { return header.type; }));
  if (root_file_system && !image->os.pretty_name.empty()) record.images.push_back(summary_of(*image, record.pool));

  // inventory: packages, services
  Subject repository{.kind = root_file_system ? SubjectKind::image : SubjectKind::repository, .id = ".", .version = {}};
  record.target = repository;
  record.packages = root_file_system ? inventory::without_manifests_of_installed(image->packages) : image->packages;
  std::map<std::string_view, std::string_view> files;
  for (const KeptFile& kept : image->kept) files[image->entry(image->files[kept.entry]).header.path] = kept.bytes;
  auto configuration = read_configuration(files, folder_name_of(folder));
  record.stacks = configuration->stacks;
  scan.configuration = configuration;

  // checks
  if (options.kinds.configuration) {
    checks::Selection selection{.only = {options.checks.begin(), options.checks.end()}};
    join(record, examine(*configuration, policy::settings_of(policy, record.pool), now, selection));
  }
  // secrets
  std::vector<Finding> secrets;
  std::vector<Subject> searched{repository};
  for (const Image::ImageSecret& secret : image->secrets) {
    Subject file{.kind = SubjectKind::file, .id = secret.hit->at.path, .version = {}};
    secrets.push_back(finding_of(*secret.hit, file, false, record.pool));
  }
  add_secrets(secrets, record.pool, record);
  if (options.kinds.secrets) {
    static constexpr std::string_view kTree[] = {"SD001", "SD002"};
    record.examined.push_back({.checks = kTree, .subjects = record.pool.copy_span<Subject>(searched)});
  }
  // advisory
  if (options.kinds.vulnerabilities) match(options, repository, record);

  for (const inventory::ImageUnknown& unknown : inventory::unknowns_of(*image)) {
    record.unknowns.push_back({.check = {},
                               .subject = {.kind = SubjectKind::file, .id = unknown.path, .version = {}},
                               .at = {.path = unknown.path},
                               .reason = unknown.reason});
  }
  std::unordered_map<std::string_view, std::span<const std::string_view>> services;  // by path
  for (Finding& finding : record.findings) {
    const Location* at = finding.location();
    if (!finding.services.empty() || at == nullptr || finding.subject.kind == SubjectKind::stack) continue;
    auto [known, fresh] = services.try_emplace(at->path);
    if (fresh)
      known->second = record.pool.copy_span<std::string_view>(services_of(record.stacks, at->path, record.pool));
    finding.services = known->second;
  }
  add_snippets(*configuration, record);
  record.keep(std::shared_ptr<const Configuration>(configuration));
  record.keep(std::shared_ptr<const Image>(image));
  return scan;
}

Result<Scan> scan_image(const Options& options, const policy::Policy& policy, Time now) {
  target::SpillQuota spill(options.max_spill);
  TRY(target::ImageSource source,
      target::open_image(options.target, {.platform = options.platform, .name = options.image, .spill = &spill}));

  // target: layers -> LayerRecords
  inventory::Dispatcher dispatcher;
  LayerScanOptions layer_options{.kinds = options.kinds, .image = true, .sources = false};
  std::vector<LayerPtr> layers(source.layers.size());
  // A cache that cannot be used costs time only; `drydock cache status` says what is wrong with it.
  std::optional<store::LayerCache> cache;
  if (!options.cache.empty()) {
    if (auto opened = store::LayerCache::open(options.cache, layer_engine(layer_options), options.max_cache))
      cache.emplace(*std::move(opened));
  }
  Meter meter(options, "layers", layers.size());
  run_parallel(layers.size(), options.jobs, [&](size_t i) {
    layers[i] = read_image_layer(source, i, dispatcher, layer_options, spill, cache ? &*cache : nullptr);
    meter.add(1);
  });

  // inventory: squash
  auto image = std::make_shared<Image>(inventory::squash(layers));
  image->name = image->pool.copy(source.name());
  image->digest = image->pool.copy(source.digest);
  image->config = source.config;

  Scan scan;
  ScanRecord& record = scan.record;
  std::string_view name = source.name().empty() ? base_name(options.target) : source.name();
  Subject subject{.kind = SubjectKind::image, .id = record.pool.copy(name), .version = record.pool.copy(source.digest)};
  record.target = subject;
  record.packages = inventory::without_manifests_of_installed(image->packages);
  record.images.push_back(summary_of(*image, record.pool));
  record.counts.layers = layers.size();
  for (const LayerPtr& layer : layers) record.counts.bytes += layer->bytes;
  record.counts.files = image->files.size();

  // checks
  if (options.kinds.configuration) {
    auto part = std::make_shared<Part>();
    static constexpr Stack kNoStack;
    Context context{.stack = &kNoStack, .settings = policy::settings_of(policy, record.pool), .now = now};
    checks::Selection selection{.only = {options.checks.begin(), options.checks.end()}};
    checks::run_on_image(*image, subject, context, selection, *part);
    join(record, part);
    // nginx.conf and the like inside the image, by the same checks as in a working tree
    std::map<std::string_view, std::string_view> files;
    for (const KeptFile& kept : image->kept) {
      std::string_view path = image->entry(image->files[kept.entry]).header.path;
      if (inventory::source_kind(path, kept.bytes) == SourceKind::nginx) files[path] = kept.bytes;
    }
    auto configuration = read_configuration(files, {});
    join(record, examine(*configuration, context.settings, now, selection));
    add_snippets(*configuration, record);
    record.keep(configuration);
  }
  // secrets
  std::vector<Finding> secrets;
  for (const Image::ImageSecret& secret : image->secrets) {
    Finding finding = finding_of(*secret.hit, subject, secret.deleted_above, record.pool);
    Location at = finding.locations[0];
    at.layer = image->layers[secret.layer]->diff_id;
    finding.locations = record.pool.copy_span<Location>({{at}});
    secrets.push_back(finding);
  }
  if (options.kinds.secrets) add_config_secrets(image->config, dispatcher, subject, secrets, record);
  add_secrets(secrets, record.pool, record);
  if (options.kinds.secrets) {
    static constexpr std::string_view kImage[] = {"SD004"};
    record.examined.push_back({.checks = kImage, .subjects = record.pool.copy_span<Subject>({{subject}})});
  }
  // advisory
  if (options.kinds.vulnerabilities) {
    match(options, subject, record);
    static constexpr std::string_view kInventory[] = {"VU010"};
    record.examined.push_back({.checks = kInventory, .subjects = record.pool.copy_span<Subject>({{subject}})});
  }

  for (const inventory::ImageUnknown& unknown : inventory::unknowns_of(*image)) {
    record.unknowns.push_back({.check = {},
                               .subject = subject,
                               .at = {.path = unknown.path, .layer = image->layers[unknown.layer]->diff_id},
                               .reason = unknown.reason});
  }
  record.keep(std::make_shared<const target::ImageSource>(std::move(source)));  // owns the config's strings
  record.keep(std::shared_ptr<const Image>(image));
  return scan;
}

// ---- What the target is

struct Scheme {
  std::string_view prefix, instead;
};
constexpr Scheme kNotYet[] = {
    {"docker:", "write the image with `docker save IMAGE -o image.tar` and scan image.tar"},
    {"podman:", "write the image with `podman save IMAGE -o image.tar` and scan image.tar"},
    {"http://", "only files and folders can be scanned by this version"},
    {"https://", "only files and folders can be scanned by this version"},
};

}  // namespace

bool has_image_paths(const std::string& target) { return target.starts_with("rootfs:") || target::is_image(target); }

Result<Scan> scan(const Options& options, const policy::Policy& policy) {
  auto begun = std::chrono::steady_clock::now();
  SystemClock system_clock;
  Time now{(options.clock != nullptr ? options.clock : &system_clock)->now()};

  std::string target = options.target;
  for (const Scheme& scheme : kNotYet)
    if (target.starts_with(scheme.prefix))
      return fail(Errc::unsupported, target + ": this kind of target is not supported; " + std::string(scheme.instead));
  bool root_file_system = target.starts_with("rootfs:");
  if (root_file_system) target.erase(0, std::string_view("rootfs:").size());

  struct stat status{};
  if (::stat(target.c_str(), &status) != 0)
    return fail(Errc::not_found,
                target + ": no such file or folder; TARGET is a folder, an image archive or an OCI layout");
  bool folder = S_ISDIR(status.st_mode);
  Result<Scan> scanned = [&]() -> Result<Scan> {
    if (!root_file_system && target::is_image(target)) return scan_image(options, policy, now);
    if (folder) return scan_directory(options, policy, target, {}, root_file_system, now);
    if (!S_ISREG(status.st_mode)) return fail(Errc::unsupported, target + " is neither a file nor a folder");
    std::string above(directory_of(target));
    return scan_directory(options, policy, above.empty() ? (target.starts_with('/') ? "/" : ".") : above,
                          std::string(base_name(target)), false, now);
  }();
  if (!scanned) return scanned;

  ScanRecord& record = scanned->record;
  record.tool_version = DRYDOCK_VERSION;
  record.target_path = record.pool.copy(options.target);
  record.started = now;
  std::erase_if(record.findings, [&](const Finding& finding) { return !selected(options, finding); });
  move_below(scanned->prefix, record);
  add_check_summaries(record);
  sort_findings(record);
  record.elapsed_milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun).count();
  return scanned;
}

std::vector<std::string> configuration_fingerprints(const Scan& scan, const Configuration& configuration,
                                                    const Settings& settings, std::span<const std::string> checks) {
  ScanRecord record;
  checks::Selection selection{.only = {checks.begin(), checks.end()}};
  join(record, examine(configuration, settings, scan.record.started, selection));
  move_below(scan.prefix, record);
  sort_findings(record);
  std::vector<std::string> fingerprints;
  for (const Finding& finding : record.findings) fingerprints.emplace_back(finding.fingerprint);
  return fingerprints;
}

policy::Summary decide(const policy::Policy& policy, Time now, ScanRecord& record) {
  // One peer's id may stand for several checks of ours (DS-0002), so each check is asked for its own names.
  auto same_check = [](std::string_view wanted, std::string_view check) {
    if (equal_ignoring_case(wanted, check)) return true;
    const Check* named = find_check(check);
    return named != nullptr && (equal_ignoring_case(wanted, named->id) || equal_ignoring_case(wanted, named->name) ||
                                std::ranges::any_of(named->aliases, [&](std::string_view alias) {
                                  return equal_ignoring_case(wanted, alias);
                                }));
  };
  return policy::decide(policy, now, same_check, record);
}

}  // namespace drydock::scan
