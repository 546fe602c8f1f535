#include "advisory/index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "advisory/testing.h"

namespace drydock::advisory {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kPypi = R"({"id":"PYSEC-1","aliases":["CVE-2020-1"],"modified":"2024-01-01T00:00:00Z",
  "summary":"A flaw","affected":[{"package":{"ecosystem":"PyPI","name":"Foo"},
  "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1.2"}]}],"versions":["old-one"]}]})";
constexpr std::string_view kDebian = R"({"id":"DSA-1-1","upstream":["CVE-2020-1","CVE-2020-2"],
  "modified":"2023-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"Debian:11","name":"foo"},
  "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1.0-1+deb11u1"}]}]}]})";

std::string sample() { return testing::encode({{"PyPI", kPypi}, {"Debian", kDebian}}); }

TEST(Index, AnswersByPackageByIdAndByAlias) {
  std::string bytes = sample();
  Result<Index> index = Index::from_bytes(bytes);
  ASSERT_TRUE(index) << index.error().message;
  EXPECT_TRUE(index->verify());
  Arena arena;
  auto entries = index->affected(Ecosystem::pypi, "", "FOO", arena);
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 1u);
  EXPECT_EQ((*entries)[0].advisory, "PYSEC-1");
  ASSERT_EQ((*entries)[0].intervals.size(), 1u);
  EXPECT_EQ((*entries)[0].intervals[0].end, "1.2");
  EXPECT_THAT((*entries)[0].versions, ElementsAre("old-one"));
  EXPECT_EQ(index->affected(Ecosystem::debian, "11", "foo", arena)->size(), 1u);
  EXPECT_TRUE(index->affected(Ecosystem::debian, "12", "foo", arena)->empty());
  EXPECT_TRUE(index->affected(Ecosystem::npm, "", "foo", arena)->empty());

  auto stored = index->advisory("DSA-1-1", arena);
  ASSERT_TRUE(stored);
  EXPECT_THAT(stored->advisory.upstream, ElementsAre("CVE-2020-1", "CVE-2020-2"));
  ASSERT_EQ(stored->packages.size(), 1u);
  EXPECT_EQ(stored->packages[0].ecosystem, "Debian:11");
  EXPECT_EQ(index->advisory("CVE-2020-1", arena).error().code, Errc::not_found);
  EXPECT_THAT(*index->named("cve-2020-1"), ElementsAre("DSA-1-1", "PYSEC-1"));
  EXPECT_THAT(*index->named("dsa-1-1"), ElementsAre("DSA-1-1"));
  EXPECT_TRUE(index->named("CVE-1999-1")->empty());
}

TEST(Index, SaysWhatItHasDataFor) {
  std::string bytes = sample();
  Result<Index> index = Index::from_bytes(bytes);
  ASSERT_TRUE(index);
  EXPECT_TRUE(index->has_data(Ecosystem::pypi, ""));
  EXPECT_TRUE(index->has_data(Ecosystem::debian, "11"));
  EXPECT_FALSE(index->has_data(Ecosystem::debian, "12"));
  EXPECT_FALSE(index->has_data(Ecosystem::debian, ""));
  EXPECT_FALSE(index->has_data(Ecosystem::npm, ""));
  EXPECT_FALSE(index->has_data(Ecosystem::unknown, ""));
  EXPECT_EQ(index->meta().advisories, 2u);
  EXPECT_EQ(index->meta().kind, "full");
  EXPECT_EQ(format_date(index->meta().newest()), "2024-01-01");
}

TEST(Index, IsTheSameForTheSameRecordsInAnyOrder) {
  EXPECT_EQ(sample(), testing::encode({{"Debian", kDebian}, {"PyPI", kPypi}, {"PyPI", kPypi}}));
}

TEST(Index, JoinsARecordThatStandsInSeveralFolders) {
  constexpr std::string_view kBoth = R"({"id":"GHSA-1","modified":"2024-01-01T00:00:00Z","affected":[
    {"package":{"ecosystem":"npm","name":"a"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]},
    {"package":{"ecosystem":"PyPI","name":"a"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]}]})";
  std::string bytes = testing::encode({{"npm", kBoth}, {"PyPI", kBoth}});
  Result<Index> index = Index::from_bytes(bytes);
  ASSERT_TRUE(index);
  Arena arena;
  EXPECT_EQ(index->affected(Ecosystem::npm, "", "a", arena)->size(), 1u);
  EXPECT_EQ(index->affected(Ecosystem::pypi, "", "a", arena)->size(), 1u);
  EXPECT_EQ(index->advisory("GHSA-1", arena)->packages.size(), 2u);
  EXPECT_EQ(index->meta().advisories, 1u);
}

TEST(Index, OpensFilesAndExplainsThoseItCannot) {
  std::string path = std::filesystem::temp_directory_path() / ("drydock_index_" + std::to_string(::getpid()));
  std::string bytes = sample();
  auto error_of = [&](std::string_view content) {
    EXPECT_TRUE(write_file_atomically(path, content));
    Result<Index> index = Index::open(path);
    return index ? std::string() : index.error().message;
  };
  EXPECT_EQ(error_of(bytes), "");
  EXPECT_THAT(error_of(""), HasSubstr("is empty; run `drydock db update`"));
  EXPECT_THAT(error_of("PK\x03\x04 something else"), HasSubstr("not one of drydock's"));
  EXPECT_THAT(error_of(bytes.substr(0, bytes.size() - 1)), HasSubstr("bytes of"));
  EXPECT_THAT(error_of(bytes.substr(0, 40)), HasSubstr("is truncated"));
  EXPECT_THAT(error_of(bytes + "x"), HasSubstr("bytes of"));
  std::string newer = bytes;
  newer[8] = 9;
  EXPECT_THAT(error_of(newer), HasSubstr("has schema 9, this drydock reads 1; run"));
  std::string header = bytes;
  header[24] = static_cast<char>(header[24] ^ 1);
  EXPECT_THAT(error_of(header), HasSubstr("damaged header"));
  EXPECT_THAT(error_of(IndexBuilder().encode({})), HasSubstr("holds no advisories"));
  ::unlink(path.c_str());
  Result<Index> absent = Index::open(path);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, Errc::not_found);
}

TEST(Index, NoticesEveryFlippedByteAndNeverCrashes) {
  std::string bytes = sample();
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (char flip : {'\x01', '\x80', '\xff'}) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ flip);
      Result<Index> index = Index::from_bytes(damaged);
      if (!index) continue;
      EXPECT_FALSE(index->verify()) << "byte " << at;
      Arena arena;
      (void)index->affected(Ecosystem::pypi, "", "foo", arena);
      (void)index->affected(Ecosystem::debian, "11", "foo", arena);
      (void)index->advisory("DSA-1-1", arena);
      (void)index->named("CVE-2020-1");
    }
  }
}

}  // namespace
}  // namespace drydock::advisory
