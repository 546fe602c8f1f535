#include "checks/inline_ignores.h"

#include <gtest/gtest.h>

#include <string>

namespace drydock::checks {
namespace {

// "tool:id(reason)@line" with '^' behind it when the comment is alone on its line, '*' when it is for the whole file.
std::string shown(std::string_view text) {
  std::string all;
  for (const IgnoreMark& mark : find_ignore_marks(text)) {
    all += (all.empty() ? "" : " ") + std::string(mark.ignore.tool) + ":" + std::string(mark.ignore.id);
    if (!mark.ignore.reason.empty()) all += "(" + std::string(mark.ignore.reason) + ")";
    all += "@" + std::to_string(mark.ignore.line) + (mark.alone ? "^" : "") + (mark.whole_file ? "*" : "");
    if (mark.expires.known()) all += "<" + format_date(mark.expires);
  }
  return all;
}

struct MarkCase {
  std::string_view text, marks;
};

TEST(InlineIgnores, OurForms) {
  constexpr MarkCase kCases[] = {
      {"# drydock: ignore=DF001", "drydock:DF001@1^"},
      {"# drydock:ignore=DF001", "drydock:DF001@1^"},
      {"#drydock: ignore=DF001 because of the base image", "drydock:DF001(because of the base image)@1^"},
      {"# DRYDOCK: Ignore=df001", "drydock:df001@1^"},
      {"# drydock: ignore=DF001,DF002 why", "drydock:DF001(why)@1^ drydock:DF002(why)@1^"},
      {"# drydock: ignore=DF001, DF002 , DF003", "drydock:DF001@1^ drydock:DF002@1^ drydock:DF003@1^"},
      {"# drydock: ignore=final-image-runs-as-root", "drydock:final-image-runs-as-root@1^"},
      {"# drydock: ignore-file=DF001 all of it", "drydock:DF001(all of it)@1^*"},
      {"# drydock:ignore-file=DF001", "drydock:DF001@1^*"},
      {"FROM a\nUSER root # drydock: ignore=DF002 it drops\n", "drydock:DF002(it drops)@2"},
      {"listen 80;# drydock: ignore=NG001", "drydock:NG001@1"},
      {"x # drydock: ignore=DF001.", "drydock:DF001(.)@1"},
  };
  for (const MarkCase& c : kCases) EXPECT_EQ(shown(c.text), c.marks) << c.text;
}

TEST(InlineIgnores, FormsOfPeers) {
  constexpr MarkCase kCases[] = {
      {"# hadolint ignore=DL3002,DL3008", "hadolint:DL3002@1^ hadolint:DL3008@1^"},
      {"# hadolint global ignore=DL3002", "hadolint:DL3002@1^*"},
      {"#trivy:ignore:DS-0002", "trivy:DS-0002@1^"},
      {"# trivy:ignore:AVD-DS-0002 the entrypoint drops root", "trivy:AVD-DS-0002(the entrypoint drops root)@1^"},
      {"#trivy:ignore:DS-0002 trivy:ignore:DS-0026", "trivy:DS-0002@1^ trivy:DS-0026@1^"},
      {"#trivy:ignore:DS-0002:exp:2026-12-31 why", "trivy:DS-0002(why)@1^<2026-12-31"},
      {"#trivy:ignore:DS-0002:exp:2026-12-31 trivy:ignore:DS-0026", "trivy:DS-0002@1^<2026-12-31 trivy:DS-0026@1^"},
      {"# checkov:skip=CKV_DOCKER_3:drops root itself", "checkov:CKV_DOCKER_3(drops root itself)@1^*"},
      {"# checkov:skip=CKV_DOCKER_3", "checkov:CKV_DOCKER_3@1^*"},
      {"x # nosemgrep", "semgrep:@1"},
      {"x # nosemgrep: a.b.c, d-e", "semgrep:a.b.c@1 semgrep:d-e@1"},
      {"x # nosemgrep because it is a test", "semgrep:(because it is a test)@1"},
      {"x # nosec", "nosec:@1"},
      {"x # nosec B105", "nosec:B105@1"},
      {"x # nosec: B105, hardcoded_password_string", "nosec:B105@1 nosec:hardcoded_password_string@1"},
      {"x # nosec G101 -- a test key", "nosec:G101(-- a test key)@1"},
      {"x # nosec it is only a test", "nosec:(it is only a test)@1"},
      {"uses: a/b@v1 # zizmor: ignore[unpinned-uses] ours", "zizmor:unpinned-uses(ours)@1"},
      {"x # zizmor: ignore[a,b]", "zizmor:a@1 zizmor:b@1"},
      {"x # why not # nosec B105", "nosec:B105@1"},
  };
  for (const MarkCase& c : kCases) EXPECT_EQ(shown(c.text), c.marks) << c.text;
}

TEST(InlineIgnores, WhatOnlyLooksLikeAMarkIsNone) {
  for (std::string_view text :
       {"", "drydock: ignore=DF001", "# drydock: ignore=", "# drydock ignore DF001", "# nosecurity needed",
        "# nosemgrepping", "# hadolint ignore=", "image: https://host.example/#nosec", "key: value#nosec",
        "# we do not use nosec here", "# trivy:ignore:", "# checkov:skip=:no id"}) {
    EXPECT_EQ(shown(text), "") << text;
  }
}

TEST(InlineIgnores, LinesAreCountedWithEveryLineEnd) {
  EXPECT_EQ(shown("a\r\nb\r\n# nosec\r\n"), "nosec:@3^");
  EXPECT_EQ(shown("\n\n  # nosec"), "nosec:@3^");
}

TEST(InlineIgnores, HostileTextIsLinear) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "#";
  EXPECT_EQ(shown(text), "");
  text.clear();
  for (int i = 0; i < 20'000; ++i) text += "# nosec ";
  EXPECT_EQ(find_ignore_marks(text).size(), 20'000u);
}

}  // namespace
}  // namespace drydock::checks
