#include "advisory/update.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>

#include "base/file.h"
#include "base/text.h"
#include "formats/zip.h"
#include "net/well_known.h"

namespace drydock::advisory {
namespace {

constexpr uint64_t kMaxArchive = uint64_t{2} << 30;  // npm's, the largest, is about 0.2 GB
constexpr size_t kMaxWarnings = 50;

bool exists(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0;
}

// Ecosystems that a scan can ask for and whose version order is known.
std::vector<std::string> matchable_ecosystems() {
  std::vector<std::string> names;
  for (Ecosystem each : {Ecosystem::debian, Ecosystem::alpine, Ecosystem::pypi, Ecosystem::npm, Ecosystem::go})
    if (scheme_of(row_of(each).osv_name)) names.emplace_back(row_of(each).osv_name);
  return names;
}

std::vector<std::string> folders_of(const std::string& path) {
  std::vector<std::string> names;
  std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
  if (!folder) return names;
  while (const dirent* entry = ::readdir(folder.get())) {
    std::string name = entry->d_name;
    if (name != "." && name != ".." && exists(path + "/" + name + "/all.zip")) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

// Which folders of a mirror answer for `ecosystem`: its own, or else those of single releases ("Debian:11").
std::vector<std::string> folders_for(std::string_view ecosystem, const std::vector<std::string>& present) {
  std::vector<std::string> releases;
  for (const std::string& name : present) {
    if (name == ecosystem) return {name};
    if (cut(name, ":").before == ecosystem) releases.push_back(name);
  }
  return releases;
}

struct Source {
  std::string name;  // for the meta record and messages
  std::string folder;
  std::vector<std::string> present;
};

Result<Source> open_mirror(const std::string& mirror) {
  for (const std::string& folder : {mirror + "/osv", mirror}) {
    std::vector<std::string> present = folders_of(folder);
    if (!present.empty()) return Source{"mirror " + mirror, folder, std::move(present)};
  }
  return fail(Errc::not_found, mirror +
                                   " holds no <Ecosystem>/all.zip; expected the layout of OSV's data bucket, "
                                   "such as " +
                                   mirror + "/PyPI/all.zip");
}

void warn(UpdateSummary& summary, std::string text) {
  if (summary.warnings.size() < kMaxWarnings) summary.warnings.push_back(std::move(text));
}

// Adds the records of one all.zip.
Result<void> ingest(const std::string& ecosystem, std::string_view archive, IndexBuilder& builder,
                    UpdateSummary& summary) {
  Result<ZipReader> zip = ZipReader::open(archive);
  if (!zip) return fail_in(ecosystem + "/all.zip", zip.error());
  uint64_t read = 0;
  uint64_t failed = 0;
  for (const ZipEntry& entry : zip->entries()) {
    if (!entry.name.ends_with(".json")) continue;
    Result<std::string_view> bytes = zip->read(entry);
    if (!bytes) return fail_in(ecosystem + "/all.zip", bytes.error());  // a damaged archive, not a bad record
    ++read;
    Result<OsvRecord> record = parse_osv(ecosystem, *bytes);
    if (!record) {
      ++failed;
      warn(summary, ecosystem + "/" + printable(entry.name.substr(0, 200)) + ": " + record.error().message);
      continue;
    }
    summary.withdrawn += record->withdrawn;
    summary.unmatchable += !record->withdrawn && record->affected.empty();
    summary.unreadable_ranges += record->unreadable_ranges;
    builder.add(*std::move(record));
  }
  summary.records += read;
  if (read == 0) return fail(Errc::malformed, ecosystem + "/all.zip holds no advisories");
  if (failed * 100 > read) {
    return fail(Errc::malformed, std::to_string(failed) + " of " + std::to_string(read) + " advisories in " +
                                     ecosystem + "/all.zip could not be read; the first: " + summary.warnings.front());
  }
  return {};
}

Result<std::string> download(net::HttpClient& client, const std::string& url) {
  std::string bytes;
  net::HttpLimits limits{.bytes = kMaxArchive};
  TRY_VOID(client.get(url, limits, [&](std::string_view piece) -> Result<void> {
    bytes += piece;
    return {};
  }));
  return bytes;
}

void tell(const UpdateOptions& options, const std::string& what) {
  if (options.progress) options.progress(what);
}

Result<void> read_mirror(const UpdateOptions& options, const std::vector<std::string>& wanted, IndexBuilder& builder,
                         UpdateSummary& summary) {
  TRY(Source source, open_mirror(options.mirror));
  summary.meta.source = source.name;
  for (const std::string& ecosystem : wanted) {
    std::vector<std::string> folders = folders_for(ecosystem, source.present);
    if (folders.empty()) warn(summary, "the mirror holds no " + ecosystem);
    for (const std::string& folder : folders) {
      tell(options, folder + ": reading");
      TRY(std::string archive, read_file(source.folder + "/" + folder + "/all.zip", kMaxArchive));
      TRY_VOID(ingest(folder, archive, builder, summary));
    }
  }
  return {};
}

Result<void> read_bucket(const UpdateOptions& options, const std::vector<std::string>& wanted, IndexBuilder& builder,
                         UpdateSummary& summary) {
  std::unique_ptr<net::HttpClient> own;
  net::HttpClient* client = options.client;
  if (client == nullptr) {
    TRY(own, net::make_http_client({.ca_file = options.ca_file}));
    client = own.get();
  }
  std::string base = options.base_url.empty() ? std::string(net::kOsvBucket) : options.base_url;
  while (base.ends_with('/')) base.pop_back();
  summary.meta.source = base;
  for (const std::string& ecosystem : wanted) {
    tell(options, ecosystem + ": downloading");
    Result<std::string> archive = download(*client, base + "/" + ecosystem + "/all.zip");
    if (!archive && archive.error().code == Errc::not_found) {
      warn(summary, base + " holds no " + ecosystem);
      continue;
    }
    if (!archive) return std::unexpected<Error>(archive.error());
    tell(options, ecosystem + ": reading");
    TRY_VOID(ingest(ecosystem, *archive, builder, summary));
  }
  return {};
}

}  // namespace

std::string default_index_path() { return data_directory() + "/advisories.idx"; }

Result<UpdateSummary> update(const UpdateOptions& options) {
  for (const std::string& ecosystem : options.ecosystems) {
    // The name becomes a folder and a part of a URL.
    bool plain =
        std::ranges::all_of(ecosystem, [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == ':'; });
    if (!plain || !scheme_of(ecosystem)) {
      return fail(Errc::unsupported,
                  "ecosystem \"" + printable(ecosystem) + "\" cannot be matched; known are: " + known_schemes());
    }
  }
  const std::vector<std::string> wanted = options.ecosystems.empty() ? matchable_ecosystems() : options.ecosystems;
  UpdateSummary summary;
  summary.path = options.output.empty() ? default_index_path() : options.output;
  IndexBuilder builder;
  if (options.mirror.empty()) {
    TRY_VOID(read_bucket(options, wanted, builder, summary));
  } else {
    TRY_VOID(read_mirror(options, wanted, builder, summary));
  }
  tell(options, "writing the index");
  summary.meta.kind = options.kind;
  if (!options.source.empty()) summary.meta.source = options.source;
  summary.meta.built.seconds = options.clock != nullptr ? options.clock->now() : SystemClock().now();
  std::string bytes = builder.encode(summary.meta);
  Result<Index> built = Index::from_bytes(bytes);
  if (!built) return fail(built.error().code, "no index was written: " + built.error().message);
  TRY_VOID(built->verify());
  summary.meta = built->meta();
  summary.index_bytes = bytes.size();
  if (std::string folder(directory_of(summary.path)); !folder.empty()) {
    TRY_VOID(create_directories(folder));
  }
  TRY_VOID(write_file_atomically(summary.path, bytes));
  return summary;
}

Result<Index> open_default(const OpenOptions& options) {
  if (!options.path.empty()) return Index::open(options.path);
  if (const char* variable = std::getenv("DRYDOCK_DB"); variable != nullptr && variable[0] != '\0')
    return Index::open(variable);
  if (std::string path = default_index_path(); exists(path)) return Index::open(path);
  if (!options.starter.empty()) return Index::from_bytes(options.starter);
  return fail(Errc::not_found,
              "there is no advisory index yet; run `drydock db update`, or `drydock db update --mirror "
              "DIR` where the network is closed");
}

}  // namespace drydock::advisory
