// One benchmark per stage, over inputs that are generated or in this repository. Rates are per second of CPU time.
//   build/bench/bench/kernels --benchmark_filter=secrets --benchmark_repetitions=5 --benchmark_report_aggregates_only
#include <benchmark/benchmark.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "advisory/index.h"
#include "advisory/match.h"
#include "advisory/starter.h"
#include "advisory/version.h"
#include "base/digest.h"
#include "base/file.h"
#include "formats/dockerfile.h"
#include "formats/inflate.h"
#include "formats/json.h"
#include "formats/tar.h"
#include "formats/tar_testing.h"
#include "formats/yaml.h"
#include "inventory/cataloger.h"
#include "inventory/squash.h"
#include "inventory/stack.h"
#include "model/testing.h"
#include "report/report.h"
#include "scan/configuration.h"
#include "secrets/secrets.h"

namespace drydock {
namespace {

// ---- Inputs

std::string must_read(const std::string& path) {
  Result<std::string> bytes = read_file(std::string(DRYDOCK_SOURCE_DIR) + "/" + path, 64 << 20);
  if (!bytes) {
    std::fprintf(stderr, "%s\n", bytes.error().message.c_str());
    std::exit(3);
  }
  return *std::move(bytes);
}

// The files below a folder of this repository, in the order of their paths.
std::vector<std::pair<std::string, std::string>> files_below(const std::string& folder) {
  const std::string root = std::string(DRYDOCK_SOURCE_DIR) + "/" + folder;
  std::vector<std::pair<std::string, std::string>> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    std::string path = entry.path().lexically_relative(root);
    files.emplace_back(path, must_read(folder + "/" + path));
  }
  std::ranges::sort(files);
  return files;
}

// Drydock's own sources, one behind the other: some 2 MB of C++.
const std::string& source_text() {
  static const std::string text = [] {
    std::string joined;
    for (const auto& [path, bytes] : files_below("src"))
      if (path.ends_with(".cc") || path.ends_with(".h")) joined += bytes;
    return joined;
  }();
  return text;
}

// A layer of 4,000 small files and a few large ones.
const std::string& layer_tar() {
  static const std::string archive = [] {
    std::string made;
    std::string_view text = source_text();
    for (size_t i = 0; i < 4000; ++i) {
      size_t at = i * 7919 % (text.size() - 4096);
      made += tar::testing::entry("usr/lib/part" + std::to_string(i % 97) + "/file" + std::to_string(i) + ".py",
                                  text.substr(at, i % 100 == 0 ? 4096 * 16 : 1024 + i % 3072));
    }
    return made + tar::testing::end();
  }();
  return archive;
}

std::string gzip_of(std::string_view bytes) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd_of(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 3));
  return out;
}

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes) : bytes_(bytes) {}
  Result<size_t> read(std::span<std::byte> to) override {
    size_t size = std::min(to.size(), bytes_.size());
    std::memcpy(to.data(), bytes_.data(), size);
    bytes_.remove_prefix(size);
    return size;
  }

 private:
  std::string_view bytes_;
};

void set_bytes(benchmark::State& state, size_t bytes_per_iteration) {
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(bytes_per_iteration));
}
void set_items(benchmark::State& state, size_t items_per_iteration) {
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(items_per_iteration));
}

// ---- base, formats

void sha256_of_text(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(sha256(source_text()));
  set_bytes(state, source_text().size());
}
BENCHMARK(sha256_of_text);

void inflate_all(benchmark::State& state, const std::string& compressed) {
  std::vector<std::byte> buffer(256 << 10);
  size_t bytes = 0;
  for (auto _ : state) {
    MemorySource source(compressed);
    Result<std::unique_ptr<ByteSource>> decoder = inflate(source);
    bytes = 0;
    while (decoder) {
      Result<size_t> got = (*decoder)->read(buffer);
      if (!got || *got == 0) break;
      bytes += *got;
    }
  }
  if (bytes != layer_tar().size()) state.SkipWithError("not inflated to the last byte");
  set_bytes(state, bytes);
}
void inflate_gzip(benchmark::State& state) { inflate_all(state, gzip_of(layer_tar())); }
void inflate_zstd(benchmark::State& state) { inflate_all(state, zstd_of(layer_tar())); }
BENCHMARK(inflate_gzip);
BENCHMARK(inflate_zstd);

void walk_tar(benchmark::State& state) {
  struct Count final : tar::Visitor {
    size_t entries = 0, bytes = 0;
    Result<bool> entry(const tar::Header&) override { return ++entries != 0; }
    Result<void> content(std::string_view piece, uint64_t, bool) override {
      bytes += piece.size();
      return {};
    }
  };
  size_t entries = 0;
  for (auto _ : state) {
    MemorySource source(layer_tar());
    Count count;
    if (Result<void> walked = tar::walk(source, count); !walked) state.SkipWithError(walked.error().message.c_str());
    entries = count.entries;
  }
  set_bytes(state, layer_tar().size());
  set_items(state, entries);
}
BENCHMARK(walk_tar);

template <class Parse>
void parse_bytes(benchmark::State& state, const std::string& bytes, Parse parse) {
  for (auto _ : state) {
    Arena arena;
    auto tree = parse(bytes, arena);
    if (!tree) state.SkipWithError(tree.error().message.c_str());
    benchmark::DoNotOptimize(tree);
  }
  set_bytes(state, bytes.size());
}

void parse_dockerfile(benchmark::State& state) {
  parse_bytes(state, must_read("examples/taskboard/backend/Dockerfile"),
              [](std::string_view bytes, Arena& arena) { return dockerfile::parse(bytes, arena); });
}
void parse_yaml(benchmark::State& state) {
  parse_bytes(state, must_read("examples/taskboard/docker-compose.yml"),
              [](std::string_view bytes, Arena& arena) { return yaml::parse(bytes, arena); });
}
void parse_json(benchmark::State& state) {
  parse_bytes(state, must_read("examples/taskboard/frontend/package-lock.json"),
              [](std::string_view bytes, Arena& arena) { return json::parse(bytes, arena); });
}
BENCHMARK(parse_dockerfile);
BENCHMARK(parse_yaml);
BENCHMARK(parse_json);

// ---- inventory

// Parsing of every configuration file of the example, and resolving its stack.
void read_stack(benchmark::State& state) {
  const auto files = files_below("examples/taskboard");
  std::map<std::string_view, std::string_view> views(files.begin(), files.end());
  for (auto _ : state) benchmark::DoNotOptimize(scan::read_configuration(views, "taskboard"));
}
BENCHMARK(read_stack);

void resolve_compose(benchmark::State& state) {
  const auto files = files_below("examples/taskboard");
  auto configuration = scan::read_configuration({files.begin(), files.end()}, "taskboard");
  std::string_view project = find_projects(configuration->sources)[0];
  size_t services = 0;
  for (auto _ : state) {
    StringPool pool;
    Stack stack = resolve_stack(configuration->sources, {.project = project}, pool);
    services = stack.services.size();
  }
  set_items(state, services);
}
BENCHMARK(resolve_compose);

// 50,000 entries in four layers; the upper ones replace and remove some of the lower ones.
void squash_layers(benchmark::State& state) {
  constexpr size_t kLayers = 4, kEntries = 12'500;
  std::vector<std::shared_ptr<const LayerRecord>> layers;
  for (size_t layer = 0; layer < kLayers; ++layer) {
    auto record = std::make_shared<LayerRecord>();
    for (size_t i = 0; i < kEntries; ++i) {
      size_t name = i + layer * (kEntries - 1000);
      LayerEntry entry;
      entry.header.path = record->pool.copy("usr/lib/package" + std::to_string(name / 40) + "/module" +
                                            std::to_string(name / 8 % 5) + "/file" + std::to_string(name) + ".py");
      entry.whiteout = layer > 0 && i % 100 == 0;
      record->entries.push_back(entry);
    }
    layers.push_back(std::move(record));
  }
  for (auto _ : state) benchmark::DoNotOptimize(inventory::squash(layers));
  set_items(state, kLayers * kEntries);
}
BENCHMARK(squash_layers);

void ask_dispatcher(benchmark::State& state) {
  const inventory::Dispatcher dispatcher;
  std::vector<std::string> paths{"var/lib/dpkg/status", "srv/app/package-lock.json",
                                 "usr/lib/python3.11/site-packages/flask-3.0.0.dist-info/METADATA"};
  for (int i = 0; i < 997; ++i) paths.push_back("usr/lib/python3.11/site-packages/module/file" + std::to_string(i));
  for (auto _ : state)
    for (const std::string& path : paths) benchmark::DoNotOptimize(dispatcher.wanted(path));
  set_items(state, paths.size());
}
BENCHMARK(ask_dispatcher);

// ---- advisory

void compare_version_pairs(benchmark::State& state, advisory::VersionScheme scheme, std::string_view a,
                           std::string_view b) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(a);
    benchmark::DoNotOptimize(advisory::compare_versions(scheme, a, b));
  }
  set_items(state, 1);
}
BENCHMARK_CAPTURE(compare_version_pairs, debian, advisory::VersionScheme::debian, "1:2.36-9+deb12u4",
                  "1:2.36-9+deb12u10");
BENCHMARK_CAPTURE(compare_version_pairs, pep440, advisory::VersionScheme::pep440, "4.2.16rc1", "4.2.16");
BENCHMARK_CAPTURE(compare_version_pairs, semver, advisory::VersionScheme::semver, "14.2.0-canary.9", "14.2.10");

void match_packages(benchmark::State& state) {
  Result<advisory::Index> index = advisory::Index::from_bytes(advisory::starter_index());
  if (!index) return state.SkipWithError(index.error().message.c_str());
  const Package packages[] = {
      {.ecosystem = Ecosystem::pypi, .name = "django", .version = "4.2.1"},
      {.ecosystem = Ecosystem::pypi, .name = "requests", .version = "2.31.0"},
      {.ecosystem = Ecosystem::pypi, .name = "no-such-package", .version = "1.0"},
      {.ecosystem = Ecosystem::npm, .name = "next", .version = "14.1.0"},
      {.ecosystem = Ecosystem::npm, .name = "lodash", .version = "4.17.21"},
  };
  size_t matches = 0;
  for (auto _ : state) {
    matches = 0;
    for (const Package& package : packages) {
      Arena arena;
      Result<advisory::Matches> found = advisory::match(*index, package, arena);
      if (found) matches += found->matches.size();
    }
  }
  if (matches == 0) state.SkipWithError("nothing matched: the starter index no longer knows these packages");
  set_items(state, std::size(packages));
}
BENCHMARK(match_packages);

// ---- secrets

void search_secrets(benchmark::State& state) {
  Result<secrets::Scanner> scanner = secrets::Scanner::create();
  if (!scanner) return state.SkipWithError(scanner.error().message.c_str());
  std::vector<secrets::Hit> hits;
  for (auto _ : state) {
    hits.clear();
    scanner->scan(source_text(), "src/main.cc", hits);
  }
  set_bytes(state, source_text().size());
}
BENCHMARK(search_secrets);

// A working tree is made of small files, and each one costs something of its own.
void search_secrets_in_small_files(benchmark::State& state) {
  Result<secrets::Scanner> scanner = secrets::Scanner::create();
  if (!scanner) return state.SkipWithError(scanner.error().message.c_str());
  std::vector<secrets::Hit> hits;
  std::string_view text = source_text();
  size_t bytes = 0;
  for (auto _ : state) {
    bytes = 0;
    for (size_t at = 0; at + 2048 <= text.size(); at += 2048, bytes += 2048) {
      hits.clear();
      scanner->scan(text.substr(at, 2048), "src/main.cc", hits);
    }
  }
  set_bytes(state, bytes);
  set_items(state, bytes / 2048);
}
BENCHMARK(search_secrets_in_small_files);

// ---- checks, report

void run_checks(benchmark::State& state) {
  const auto files = files_below("examples/taskboard");
  auto configuration = scan::read_configuration({files.begin(), files.end()}, "taskboard");
  for (auto _ : state) benchmark::DoNotOptimize(scan::examine(*configuration, {}, Time{1'795'305'600}, {}));
  set_items(state, configuration->sources.all().size());
}
BENCHMARK(run_checks);

void render(benchmark::State& state, std::string (*renderer)(const ScanRecord&, const report::RenderOptions&)) {
  ScanRecord record = testing::sample_record();
  const size_t findings = record.findings.size();
  record.findings.reserve(findings * 400);
  for (size_t i = findings; i < findings * 400; ++i) {
    record.findings.push_back(record.findings[i % findings]);
    if (!record.decisions.empty()) record.decisions.push_back(record.decisions[i % findings]);
  }
  size_t bytes = 0;
  for (auto _ : state) bytes = renderer(record, {}).size();
  set_bytes(state, bytes);
  set_items(state, record.findings.size());
}
BENCHMARK_CAPTURE(render, table, report::render_table);
BENCHMARK_CAPTURE(render, json, report::render_json);
BENCHMARK_CAPTURE(render, sarif, report::render_sarif);

}  // namespace
}  // namespace drydock
