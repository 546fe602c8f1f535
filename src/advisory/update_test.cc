#include "advisory/update.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "advisory/match.h"
#include "advisory/starter.h"
#include "advisory/testing.h"
#include "advisory/version.h"
#include "base/text.h"
#include "formats/json.h"
#include "formats/zip.h"

namespace drydock::advisory {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "drydock_update_XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
  std::string operator/(std::string_view name) const { return path + "/" + std::string(name); }
  void write(const std::string& name, std::string_view bytes) const {
    fs::create_directories(fs::path(path + "/" + name).parent_path());
    std::ofstream(path + "/" + name, std::ios::binary) << bytes;
  }
  std::string path;
};

std::string pypi_zip(int count = 1) {
  std::vector<std::pair<std::string, std::string>> files;
  for (int i = 1; i <= count; ++i) {
    std::string id = "PYSEC-" + std::to_string(i);
    files.emplace_back(id + ".json", "{\"id\":\"" + id +
                                         "\",\"modified\":\"2024-01-01T00:00:00Z\",\"affected\":[{\"package\":{"
                                         "\"ecosystem\":\"PyPI\",\"name\":\"foo\"},\"ranges\":[{\"type\":\"ECOSYSTEM\","
                                         "\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"1.2\"}]}]}]}");
  }
  return testing::stored_zip(files);
}

UpdateOptions from_mirror(const Folder& folder, const FixedClock& clock) {
  return {.mirror = folder / "mirror", .output = folder / "out/advisories.idx", .clock = &clock};
}

TEST(Update, BuildsAnIndexFromAMirror) {
  Folder folder;
  FixedClock clock(1'700'000'000);
  folder.write("mirror/osv/PyPI/all.zip", pypi_zip(3));
  folder.write("mirror/osv/Maven/all.zip", "not read");
  Result<UpdateSummary> summary = update(from_mirror(folder, clock));
  ASSERT_TRUE(summary) << summary.error().message;
  EXPECT_EQ(summary->records, 3u);
  EXPECT_EQ(summary->meta.advisories, 3u);
  EXPECT_EQ(summary->meta.built.seconds, 1'700'000'000);
  EXPECT_THAT(summary->warnings, Contains(HasSubstr("the mirror holds no npm")));
  Result<Index> index = Index::open(summary->path);
  ASSERT_TRUE(index) << index.error().message;
  EXPECT_EQ(index->meta().coverage, summary->meta.coverage);
  EXPECT_THAT(index->meta().source, HasSubstr("mirror"));
  EXPECT_EQ(fs::file_size(summary->path), summary->index_bytes);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "out"), {}), 1) << "temporary files were left behind";
}

TEST(Update, TakesReleaseFoldersOnlyWhereTheWholeEcosystemIsAbsent) {
  constexpr std::string_view kDsa = R"({"id":"DSA-1-1","upstream":["CVE-1"],"affected":[
    {"package":{"ecosystem":"Debian:11","name":"foo"},"versions":["1"]},
    {"package":{"ecosystem":"Debian:10","name":"foo"},"versions":["1"]}]})";
  std::string zip = testing::stored_zip({{"DSA-1-1.json", std::string(kDsa)}});
  Folder folder;
  FixedClock clock(1);
  folder.write("mirror/Debian:11/all.zip", zip);
  Result<UpdateSummary> one = update(from_mirror(folder, clock));
  ASSERT_TRUE(one) << one.error().message;
  ASSERT_EQ(one->meta.coverage.size(), 1u);  // its Debian:10 entries are not all there are
  EXPECT_EQ(one->meta.coverage[0].ecosystem, "Debian:11");
  folder.write("mirror/Debian/all.zip", zip);
  Result<UpdateSummary> all = update(from_mirror(folder, clock));
  ASSERT_TRUE(all);
  EXPECT_EQ(all->meta.coverage.size(), 2u);
  EXPECT_EQ(all->records, 1u);
}

TEST(Update, LeavesTheOldIndexAloneWhenItFails) {
  Folder folder;
  FixedClock clock(1);
  folder.write("mirror/PyPI/all.zip", pypi_zip());
  ASSERT_TRUE(update(from_mirror(folder, clock)));
  auto failure = [&](std::string_view zip) {
    folder.write("mirror/PyPI/all.zip", zip);
    Result<UpdateSummary> summary = update(from_mirror(folder, clock));
    EXPECT_TRUE(Index::open(folder / "out/advisories.idx"));
    return summary ? std::string() : summary.error().message;
  };
  EXPECT_THAT(failure(""), HasSubstr("PyPI/all.zip: not a whole zip archive"));
  EXPECT_THAT(failure(pypi_zip().substr(0, 100)), HasSubstr("not a whole zip archive"));
  EXPECT_THAT(failure(testing::stored_zip({})), HasSubstr("holds no advisories"));
  EXPECT_THAT(failure(testing::stored_zip({{"a.json", "{"}})),
              HasSubstr("1 of 1 advisories in PyPI/all.zip could not"));
  EXPECT_THAT(failure(testing::stored_zip({{"a.json", R"({"id":"A"})"}})), HasSubstr("holds no advisories"));
  std::string flipped = pypi_zip();
  flipped[60] = static_cast<char>(flipped[60] ^ 1);
  EXPECT_THAT(failure(flipped), HasSubstr("has a wrong checksum"));
}

TEST(Update, ExplainsAMirrorOrEcosystemThatItCannotUse) {
  Folder folder;
  FixedClock clock(1);
  Result<UpdateSummary> empty = update(from_mirror(folder, clock));
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().code, Errc::not_found);
  UpdateOptions options = from_mirror(folder, clock);
  for (const char* bad : {"../PyPI", "Maven", "PyPI/../x", ""}) {
    options.ecosystems = {bad};
    EXPECT_EQ(update(options).error().code, Errc::unsupported) << bad;
  }
}

// Answers from a table.
class FakeClient final : public net::HttpClient {
 public:
  Result<net::HttpResponse> get(const std::string& url, const net::HttpLimits&, const net::HttpSink& sink) override {
    asked.push_back(url);
    auto at = answers.find(url);
    if (at == answers.end()) return fail(Errc::not_found, url + ": the server answered 404");
    std::string_view body = at->second;
    TRY_VOID(sink(body.substr(0, body.size() / 2)));
    TRY_VOID(sink(body.substr(body.size() / 2)));
    return net::HttpResponse{200, url};
  }
  std::map<std::string, std::string> answers;
  std::vector<std::string> asked;
};

TEST(Update, AsksTheBucketForWholeEcosystems) {
  Folder folder;
  FakeClient client;
  client.answers["https://bucket.example/PyPI/all.zip"] = pypi_zip();
  UpdateOptions options{.base_url = "https://bucket.example/", .output = folder / "x.idx", .client = &client};
  options.ecosystems = {"PyPI", "npm"};
  Result<UpdateSummary> summary = update(options);
  ASSERT_TRUE(summary) << summary.error().message;
  EXPECT_THAT(client.asked, ElementsAre("https://bucket.example/PyPI/all.zip", "https://bucket.example/npm/all.zip"));
  EXPECT_THAT(summary->warnings, ElementsAre("https://bucket.example holds no npm"));
  EXPECT_EQ(summary->meta.source, "https://bucket.example");
}

TEST(OpenDefault, TakesTheFirstIndexThatExistsAndNeverFallsBackFromADamagedOne) {
  Folder folder;
  FixedClock clock(1);
  folder.write("mirror/PyPI/all.zip", pypi_zip(1));
  ASSERT_TRUE(update(from_mirror(folder, clock)));
  std::string starter = *read_file(folder / "out/advisories.idx", 1 << 20);
  ::setenv("XDG_DATA_HOME", folder.path.c_str(), 1);
  ::unsetenv("DRYDOCK_DB");
  EXPECT_EQ(open_default({}).error().code, Errc::not_found);
  EXPECT_TRUE(open_default({.starter = starter}));
  EXPECT_EQ(open_default({.path = folder / "none", .starter = starter}).error().code, Errc::not_found);

  folder.write("mirror/PyPI/all.zip", pypi_zip(2));
  UpdateOptions options{.mirror = folder / "mirror", .clock = &clock};
  ASSERT_TRUE(update(options));
  EXPECT_EQ(open_default({.starter = starter})->meta().advisories, 2u);
  folder.write("drydock/advisories.idx", "damaged");
  EXPECT_FALSE(open_default({.starter = starter}));
  ::setenv("DRYDOCK_DB", (folder / "out/advisories.idx").c_str(), 1);
  EXPECT_EQ(open_default({.starter = starter})->meta().advisories, 1u);
  ::unsetenv("DRYDOCK_DB");
  ::unsetenv("XDG_DATA_HOME");
}

TEST(Starter, IsAWholeIndexThatSaysWhatItIs) {
  Result<Index> index = Index::from_bytes(starter_index());
  ASSERT_TRUE(index) << index.error().message;
  EXPECT_TRUE(index->verify());
  EXPECT_EQ(index->meta().kind, "starter");
  EXPECT_THAT(index->meta().source, HasSubstr("starter data of drydock"));
  EXPECT_EQ(index->meta().built, index->meta().newest());
  EXPECT_TRUE(index->has_data(Ecosystem::pypi, ""));
  EXPECT_TRUE(index->has_data(Ecosystem::npm, ""));
  EXPECT_TRUE(index->has_data(Ecosystem::debian, "11"));
  EXPECT_FALSE(index->has_data(Ecosystem::debian, "12"));
  Arena arena;
  Result<Matches> matches = match(*index, {.ecosystem = Ecosystem::pypi, .name = "Django", .version = "3.2.0"}, arena);
  ASSERT_TRUE(matches);
  EXPECT_GT(matches->matches.size(), 20u);
}

// ---- the real data, where it is

std::string feeds() {
  const char* set = std::getenv("DRYDOCK_FEEDS");
  return set != nullptr ? set : std::string(DRYDOCK_SOURCE_DIR) + "/../shared/feeds";
}

class FeedsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!fs::exists(feeds() + "/osv/PyPI/all.zip")) return;
    folder_ = new Folder;
    UpdateOptions options{.mirror = feeds(), .output = *folder_ / "advisories.idx"};
    Result<UpdateSummary> summary = update(options);
    ASSERT_TRUE(summary) << summary.error().message;
    summary_ = new UpdateSummary(*summary);
    Result<Index> index = Index::open(summary_->path);
    ASSERT_TRUE(index) << index.error().message;
    index_ = new Index(*std::move(index));
  }
  static void TearDownTestSuite() {
    delete index_;
    delete summary_;
    delete folder_;
  }
  void SetUp() override {
    if (index_ == nullptr) GTEST_SKIP() << "NO FEEDS: set DRYDOCK_FEEDS to a mirror of OSV's bucket";
  }
  // "CVE-... -> fixed", by id.
  static std::vector<std::string> find(const Package& package) {
    Arena arena;
    Result<Matches> matches = match(*index_, package, arena);
    EXPECT_TRUE(matches);
    std::vector<std::string> out;
    for (const Match& each : matches->matches) {
      out.push_back(std::string(each.id) + " -> " + std::string(each.fixed_version));
      EXPECT_FALSE(each.advisory.empty());
    }
    EXPECT_TRUE(matches->undecided.empty());
    return out;
  }
  static inline Folder* folder_ = nullptr;
  static inline UpdateSummary* summary_ = nullptr;
  static inline Index* index_ = nullptr;
};

TEST_F(FeedsTest, HoldWhatTheirManifestPromises) {
  EXPECT_TRUE(index_->has_data(Ecosystem::pypi, ""));
  EXPECT_TRUE(index_->has_data(Ecosystem::npm, ""));
  EXPECT_TRUE(index_->has_data(Ecosystem::debian, "11"));
  EXPECT_FALSE(index_->has_data(Ecosystem::debian, "12"));
  EXPECT_TRUE(index_->has_data(Ecosystem::alpine, "3.11"));
  EXPECT_FALSE(index_->has_data(Ecosystem::alpine, "3.19"));
  EXPECT_FALSE(index_->has_data(Ecosystem::alpine, "edge"));
  EXPECT_TRUE(index_->has_data(Ecosystem::go, ""));
  EXPECT_LT(summary_->unreadable_ranges, 10u);
  for (const std::string& warning : summary_->warnings) EXPECT_THAT(warning, HasSubstr("the mirror holds no"));
  std::printf(
      "index %.1f MB, %llu advisories, %llu withdrawn, %llu unmatchable\n",
      static_cast<double>(summary_->index_bytes) / 1e6, static_cast<unsigned long long>(summary_->meta.advisories),
      static_cast<unsigned long long>(summary_->withdrawn), static_cast<unsigned long long>(summary_->unmatchable));
}

// PyPI's records list every affected release beside the range: an oracle that does not know version orders.
TEST_F(FeedsTest, AgreeWithTheReleasesThatPypiListsOneByOne) {
  Result<std::string> bytes = read_file(feeds() + "/osv/PyPI/all.zip", 100 << 20);
  ASSERT_TRUE(bytes);
  Result<ZipReader> zip = ZipReader::open(*bytes);
  ASSERT_TRUE(zip);
  size_t asked = 0;
  size_t missed = 0;
  for (const ZipEntry& entry : zip->entries()) {
    Result<std::string_view> body = zip->read(entry);
    ASSERT_TRUE(body);
    std::string json(*body);
    if (json.find("\"withdrawn\"") != json.npos) continue;
    std::string_view id = entry.name.substr(0, entry.name.size() - 5);
    Arena arena;
    Result<StoredAdvisory> stored = index_->advisory(id, arena);
    if (!stored) continue;
    // The last "versions" array; the files are minified or spaced, so quotes are what is certain.
    size_t list = json.find("\"versions\"");
    if (list == json.npos || stored->packages.size() != 1) continue;
    std::string_view listed = std::string_view(json).substr(list + 10);
    listed = listed.substr(0, listed.find(']'));
    std::vector<std::string_view> parts = split(listed, '"');
    for (size_t i = 1; i < parts.size(); i += 14) {  // every seventh, to stay in seconds
      Result<Matches> matches =
          match(*index_, {.ecosystem = Ecosystem::pypi, .name = stored->packages[0].name, .version = parts[i]}, arena);
      ASSERT_TRUE(matches);
      bool found = std::ranges::any_of(matches->matches, [&](const Match& each) {
        return each.id == id || each.advisory == id || std::ranges::find(each.aliases, id) != each.aliases.end();
      });
      ++asked;
      missed += !found;
      EXPECT_TRUE(found) << id << " " << stored->packages[0].name << " " << parts[i];
    }
  }
  EXPECT_GT(asked, 10000u);
  EXPECT_EQ(missed, 0u);
}

TEST_F(FeedsTest, MatchKnownVulnerablePackages) {
  EXPECT_THAT(find({.ecosystem = Ecosystem::pypi, .name = "django", .version = "3.2.0"}),
              Contains("CVE-2021-31542 -> 3.2.1"));
  EXPECT_THAT(find({.ecosystem = Ecosystem::npm, .name = "lodash", .version = "4.17.11"}),
              Contains(HasSubstr("CVE-2019-10744 -> 4.17.")));
  std::vector<std::string> openssl = find({.ecosystem = Ecosystem::debian,
                                           .name = "libssl1.1",
                                           .version = "1.1.1k-1",
                                           .source_name = "openssl",
                                           .release = "11"});
  EXPECT_THAT(openssl, Contains("CVE-2021-3711 -> 1.1.1k-1+deb11u1"));
  EXPECT_THAT(openssl, Contains("CVE-2021-3712 -> 1.1.1k-1+deb11u1"));
  EXPECT_THAT(find({.ecosystem = Ecosystem::debian, .name = "openssl", .version = "1.1.1w-0+deb11u4", .release = "11"}),
              ElementsAre());
  EXPECT_THAT(find({.ecosystem = Ecosystem::npm, .name = "lodash", .version = "4.17.21"}),
              ElementsAre("CVE-2026-2950 -> 4.18.0", "CVE-2026-4800 -> 4.18.0"));
  EXPECT_THAT(find({.ecosystem = Ecosystem::npm, .name = "lodash", .version = "4.18.0"}), ElementsAre());
  std::vector<std::string> libssl = find({.ecosystem = Ecosystem::alpine,
                                          .name = "libssl1.1",
                                          .version = "1.1.1d-r0",
                                          .source_name = "openssl",
                                          .release = "3.11"});
  EXPECT_THAT(libssl, Contains("CVE-2019-1551 -> 1.1.1d-r3"));
  EXPECT_THAT(find({.ecosystem = Ecosystem::go, .name = "stdlib", .version = "1.21.4"}),
              Contains("CVE-2023-39326 -> 1.21.5"));
  std::vector<std::string> fixed = find({.ecosystem = Ecosystem::go, .name = "stdlib", .version = "1.21.5"});
  EXPECT_THAT(fixed, Not(Contains(HasSubstr("CVE-2023-39326"))));
  EXPECT_THAT(find({.ecosystem = Ecosystem::go, .name = "golang.org/x/net", .version = "v0.16.0"}),
              Contains("CVE-2023-39325 -> 0.17.0"));
}

// Alpine's own database names the version with the fix per package and CVE: that version must be clean, and the release
// of the package before it vulnerable.
TEST_F(FeedsTest, AgreeWithAlpinesSecurityDatabase) {
  size_t asked = 0;
  for (std::string_view release : {"3.3", "3.8", "3.11"}) {
    for (std::string_view repository : {"main", "community"}) {
      std::string path = feeds() + "/alpine-secdb/v" + std::string(release) + "/" + std::string(repository) + ".json";
      if (!fs::exists(path)) continue;
      Result<std::string> text = read_file(path, 100 << 20);
      ASSERT_TRUE(text);
      Arena tree;
      Result<const tree::Node*> root = json::parse(*text, tree);
      ASSERT_TRUE(root);
      for (const tree::Node* item : (*root)->find("packages")->items) {
        const tree::Node* package = item->find("pkg");
        // A CVE may have several lines, one per branch or attempt; the highest version ends it.
        std::map<std::string_view, std::string_view> fixes;
        for (const tree::Member& fix : package->find("secfixes")->members) {
          std::string_view version = fix.key->text;
          if (!check_version(VersionScheme::apk, version) || !fix.value->is_sequence()) continue;
          for (const tree::Node* id : fix.value->items) {
            if (!id->text.starts_with("CVE-") || id->text.find(' ') != id->text.npos) continue;
            std::string_view& highest = fixes[id->text];
            Result<std::strong_ordering> order = compare_versions(VersionScheme::apk, version, highest);
            if (highest.empty() || (order && *order > 0)) highest = version;
          }
        }
        for (const auto& [id, version] : fixes) {
          Cut revision = cut_last(version, "-r");
          if (version == "0" || !revision.found) continue;
          std::string before = std::string(revision.before) + "_rc1-r0";
          if (!check_version(VersionScheme::apk, before)) continue;
          auto has = [&](std::string_view installed) {
            Arena arena;
            Result<Matches> matches = match(*index_,
                                            {.ecosystem = Ecosystem::alpine,
                                             .name = package->string_at("name"),
                                             .version = installed,
                                             .release = release},
                                            arena);
            EXPECT_TRUE(matches);
            return std::ranges::any_of(matches->matches, [&](const Match& each) {
              return each.id == id || std::ranges::find(each.aliases, id) != each.aliases.end();
            });
          };
          if (!index_->advisory("ALPINE-" + std::string(id), tree)) continue;  // the export left malformed ids out
          ++asked;
          EXPECT_TRUE(has(before)) << release << " " << package->string_at("name") << " " << before << " " << id;
          EXPECT_FALSE(has(version)) << release << " " << package->string_at("name") << " " << version << " " << id;
        }
      }
    }
  }
  EXPECT_GT(asked, 2000u);
}

// The reduction by tools/make_starter.py loses no match.
TEST_F(FeedsTest, GiveTheSameAnswersAsTheStarterIndex) {
  Result<Index> starter = Index::from_bytes(starter_index());
  ASSERT_TRUE(starter);
  size_t matched = 0;
  for (std::string_view name : {"django", "flask", "pillow", "jinja2", "requests", "urllib3", "tensorflow", "pyyaml",
                                "cryptography", "aiohttp", "lodash", "jquery", "next", "express", "axios", "marked"}) {
    for (std::string_view version :
         {"0.1.0", "1.0.0", "1.2.3", "2.0.0", "2.5.1", "3.2.0", "4.17.4", "9.0.0", "14.0.0"}) {
      for (Ecosystem ecosystem : {Ecosystem::pypi, Ecosystem::npm}) {
        Arena arena;
        Package package{.ecosystem = ecosystem, .name = name, .version = version};
        Result<Matches> a = match(*index_, package, arena);
        Result<Matches> b = match(*starter, package, arena);
        ASSERT_TRUE(a && b);
        auto ids = [](const Matches& all) {
          std::vector<std::string> out;
          for (const Match& each : all.matches)
            out.push_back(std::string(each.id) + " " + std::string(each.fixed_version));
          return out;
        };
        EXPECT_EQ(ids(*a), ids(*b)) << name << " " << version;
        matched += a->matches.size();
      }
    }
  }
  EXPECT_GT(matched, 500u);
}

}  // namespace
}  // namespace drydock::advisory
