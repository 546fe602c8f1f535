#include "scan/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace drydock::scan {
namespace {

using testing::HasSubstr;

std::shared_ptr<const Part> examine_one(std::string_view path, std::string_view bytes, std::string_view check) {
  auto configuration = read_configuration({{path, bytes}}, "example");
  return examine(*configuration, {}, parse_time("2026-01-01").value(), {.only = {check}});
}

TEST(Examine, ListsAThousandFindingsOfACheckInAFileAndCountsTheRest) {
  std::string bytes = "server {\n";
  for (int i = 0; i < 1500; ++i) bytes += "location /p" + std::to_string(i) + " { ssl_protocols SSLv3; }\n";
  std::shared_ptr<const Part> part = examine_one("nginx.conf", bytes + "}\n", "obsolete-tls-protocol");
  EXPECT_EQ(part->findings.size(), 1000u);
  std::set<std::string_view> places;
  for (const Finding& finding : part->findings) places.insert(finding.place);
  EXPECT_EQ(places.size(), 1000u);
  ASSERT_EQ(part->unknowns.size(), 1u);
  EXPECT_THAT(std::string(part->unknowns[0].reason), HasSubstr("500 more findings of NX"));
  EXPECT_EQ(part->unknowns[0].at.line, 1002u);
}

TEST(Examine, KeepsIgnoresInFileOrderAndFew) {
  std::string bytes = "server { # drydock: ignore-file=NX001 whole\n";
  for (int i = 0; i < 40; ++i) bytes += "# drydock: ignore=obsolete-tls-protocol because\n";
  bytes += "ssl_protocols SSLv3; # nosemgrep\n}\n# drydock: ignore-file=obsolete-tls-protocol later\n";
  std::shared_ptr<const Part> part = examine_one("nginx.conf", bytes, "obsolete-tls-protocol");
  ASSERT_EQ(part->findings.size(), 1u);
  std::span<const InlineIgnore> ignores = part->findings[0].ignores;
  ASSERT_EQ(ignores.size(), 16u);
  for (size_t i = 1; i < ignores.size(); ++i) EXPECT_LE(ignores[i - 1].line, ignores[i].line);
}

}  // namespace
}  // namespace drydock::scan
