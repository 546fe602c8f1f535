#include "policy/hadolint_yaml.h"

#include <gmock/gmock.h>

namespace drydock::policy {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr PeerPlace kPlace{.file = ".hadolint.yaml", .folder = ""};

TEST(HadolintYaml, TakesIgnoredRulesAndRegistries) {
  PeerRules rules = parse_hadolint_yaml(
      "ignored:\n  - DL3008\n  - SC2086\ntrustedRegistries: [docker.io, '*.registry.example']\nformat: tty\n", kPlace);
  EXPECT_THAT(rules.notes, IsEmpty());
  ASSERT_EQ(rules.ignores.size(), 2u);
  EXPECT_THAT(rules.ignores[0].ids, ElementsAre("DL3008"));
  EXPECT_EQ(rules.ignores[0].line, 2u);
  EXPECT_EQ(rules.ignores[0].kind, FindingKind::misconfiguration);
  EXPECT_EQ(rules.ignores[0].reason, "listed in .hadolint.yaml");
  EXPECT_THAT(rules.allowed_registries, ElementsAre("docker.io", "*.registry.example"));
}

TEST(HadolintYaml, SwitchesItsCommentsOffWhenTold) {
  EXPECT_THAT(parse_hadolint_yaml("disable-ignore-pragma: true\n", kPlace).void_inline_tools, ElementsAre("hadolint"));
  EXPECT_THAT(parse_hadolint_yaml("disable-ignore-pragma: false\n", kPlace).void_inline_tools, IsEmpty());
}

TEST(HadolintYaml, SaysWhatItDoesNotTake) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"override:\n  error: [DL3001]\n", "override is not read"},
      {"failure-threshold: warning\n", "failure-threshold is not read"},
      {"no-fail: true\n", "--fail-on never"},
      {"strict-labels: true\n", "strict-labels is not read"},
      {"ignore: [DL3008]\n", ".hadolint.yaml:1: unknown key 'ignore'"},
      {"ignored: DL3008\n", "ignored takes a list"},
      {"ignored: [[DL3008]]\n", "this entry is not used"},
      {"[DL3008]\n", "a mapping is expected"},
      {"ignored: [\n", "not used, so what it ignores counts"},
  };
  for (auto [text, note] : kRows) {
    PeerRules rules = parse_hadolint_yaml(text, kPlace);
    EXPECT_THAT(rules.ignores, IsEmpty()) << text;
    EXPECT_THAT(rules.notes, ElementsAre(HasSubstr(note))) << text;
  }
}

TEST(HadolintYaml, IsSilentAboutWhatSaysNothing) {
  for (std::string_view text : {"", "no-fail: false\n", "strict-labels: false\n", "override: {}\n", "ignored:\n"})
    EXPECT_THAT(parse_hadolint_yaml(text, kPlace).notes, IsEmpty()) << text;
}

}  // namespace
}  // namespace drydock::policy
