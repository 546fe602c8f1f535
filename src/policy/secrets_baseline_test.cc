#include "policy/secrets_baseline.h"

#include <gmock/gmock.h>

#include "base/digest.h"

namespace drydock::policy {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr PeerPlace kPlace{.file = ".secrets.baseline", .folder = ""};
constexpr std::string_view kAnyHash = "a9993e364706816aba3e25717850c26c9cd0d89d";  // of "abc" (FIPS 180)

std::string baseline_of(std::string_view entry) {
  return "{\"version\": \"1.5.0\", \"results\": {\"a.py\": [\n" + std::string(entry) + "\n]}}";
}

TEST(SecretsBaseline, OnlyAnAuditedFalseAlarmIsAnIgnore) {
  struct Row {
    std::string_view audited;
    Outcome outcome;
  };
  constexpr Row kRows[] = {
      {"", Outcome::known}, {", \"is_secret\": true", Outcome::known}, {", \"is_secret\": false", Outcome::ignored}};
  for (const Row& row : kRows) {
    std::string entry =
        "{\"type\": \"x\", \"hashed_secret\": \"" + std::string(kAnyHash) + "\"" + std::string(row.audited) + "}";
    PeerRules rules = parse_secrets_baseline(baseline_of(entry), kPlace);
    EXPECT_THAT(rules.notes, IsEmpty());
    ASSERT_EQ(rules.ignores.size(), 1u);
    EXPECT_EQ(rules.ignores[0].outcome, row.outcome);
    EXPECT_EQ(rules.ignores[0].line, 2u);
    EXPECT_THAT(rules.ignores[0].paths, ElementsAre("/a.py"));
    EXPECT_THAT(rules.ignores[0].ids, IsEmpty());
  }
}

TEST(SecretsBaseline, SaysWhatItDoesNotTake) {
  const std::pair<std::string, std::string_view> kRows[] = {
      {"nonsense", "not used, so what it holds counts"},
      {"[]", "it has no results"},
      {"{\"results\": []}", "it has no results"},
      {baseline_of("{}"), "baseline:2: this entry is not used: it has no hashed_secret"},
      {baseline_of("{\"hashed_secret\": \"abc\"}"), "no hashed_secret of 40 hex digits"},
      {"{\"results\": {}, \"exclude\": {\"files\": \"^docs/\"}}", "patterns that exclude"},
      {"{\"results\": {}, \"filters_used\": [{\"path\": \"detect_secrets.filters.regex.should_exclude_file\"}]}",
       "patterns that exclude"},
  };
  for (const auto& [text, note] : kRows) {
    PeerRules rules = parse_secrets_baseline(text, kPlace);
    EXPECT_THAT(rules.ignores, IsEmpty()) << text;
    EXPECT_THAT(rules.notes, ElementsAre(HasSubstr(note))) << text;
  }
}

TEST(SecretsBaseline, MatchesTheBytesOfTheSecretAndNothingElse) {
  static constexpr Location kAt[] = {{.path = "a.py", .span = {5, 8}, .line = 1}};
  ScanRecord record;
  record.findings.push_back({.check = "SD001",
                             .item = "generic-secret",
                             .locations = kAt,
                             .fingerprint = "f1",
                             .detail = SecretDetail{.rule = "generic-secret"}});
  ASSERT_EQ(sha1_hex("abc"), kAnyHash);
  auto ids_when_file_is = [&](std::string_view bytes) {
    std::string entry = "{\"hashed_secret\": \"" + std::string(kAnyHash) + "\"}";
    std::vector<Ignore> ignores = parse_secrets_baseline(baseline_of(entry), kPlace).ignores;
    resolve_secret_hashes(ignores, record, [&](std::string_view path) -> Result<std::string> {
      EXPECT_EQ(path, "a.py");
      return std::string(bytes);
    });
    return ignores[0].ids;
  };
  EXPECT_THAT(ids_when_file_is("key='abc'\n"), ElementsAre("f1"));
  EXPECT_THAT(ids_when_file_is("key='abd'\n"), IsEmpty());
  EXPECT_THAT(ids_when_file_is("key"), IsEmpty());  // shorter than when it was scanned
}

}  // namespace
}  // namespace drydock::policy
