#include "policy/gitleaksignore.h"

#include <gmock/gmock.h>

namespace drydock::policy {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr PeerPlace kPlace{.file = "app/.gitleaksignore", .folder = "app"};

TEST(GitleaksIgnore, TakesBothShapesOfAFingerprint) {
  struct Row {
    std::string_view text, path, rule;
    uint32_t line;
  };
  constexpr Row kRows[] = {
      {"a/b.py:github-pat:23", "/app/a/b.py", "github-pat", 23},
      {"./a/b.py:jwt:1", "/app/a/b.py", "jwt", 1},
      {"cd5226711335c68be1e720b318b7bc3135a30eb2:cmd/x.py:private-key:23", "/app/cmd/x.py", "private-key", 23},
      {"with:colon.txt:jwt:4", "/app/with:colon.txt", "jwt", 4},
      {"docs:a.txt:jwt:4\r", "/app/docs:a.txt", "jwt", 4},
  };
  for (const Row& row : kRows) {
    PeerRules rules = parse_gitleaksignore(row.text, kPlace);
    EXPECT_THAT(rules.notes, IsEmpty()) << row.text;
    ASSERT_EQ(rules.ignores.size(), 1u) << row.text;
    EXPECT_THAT(rules.ignores[0].paths, ElementsAre(row.path));
    EXPECT_EQ(rules.ignores[0].ids[0], row.rule);
    EXPECT_EQ(rules.ignores[0].at_line, row.line);
    EXPECT_EQ(rules.ignores[0].kind, FindingKind::secret);
  }
}

TEST(GitleaksIgnore, KnowsItsRulesByOurNamesToo) {
  EXPECT_THAT(parse_gitleaksignore("a:generic-api-key:1", kPlace).ignores[0].ids, Contains("generic-secret"));
  EXPECT_THAT(parse_gitleaksignore("a:aws-access-token:1", kPlace).ignores[0].ids, Contains("aws-access-key-id"));
}

TEST(GitleaksIgnore, SkipsCommentsAndReportsTheRest) {
  PeerRules rules = parse_gitleaksignore("# a comment\n\n  # another\nnonsense\na:b\na:b:c\na:b:0\n:b:1\n", kPlace);
  EXPECT_THAT(rules.ignores, IsEmpty());
  ASSERT_EQ(rules.notes.size(), 5u);
  EXPECT_THAT(rules.notes[0], HasSubstr("app/.gitleaksignore:4: not used"));
}

}  // namespace
}  // namespace drydock::policy
