#include "advisory/cvss.h"

#include <gtest/gtest.h>

namespace drydock::advisory {
namespace {

struct ScoreCase {
  std::string_view vector;
  double score;
};
// Scores as FIRST's calculators and the examples of the specifications give them.
constexpr ScoreCase kScores[] = {
    {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8},
    {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0},
    {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5},
    {"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1},
    {"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5},
    {"CVSS:3.0/AV:N/AC:L/PR:L/UI:R/S:C/C:L/I:L/A:N", 5.4},
    {"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4},
    {"CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1},
    {"CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", 4.2},
    {"CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 7.8},
    {"CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 8.8},
    {"CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 6.8},
    {"CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H", 9.3},
    {"CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:C/C:H/I:H/A:H", 9.1},
    {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0},
    {"CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N", 9.8},
    {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O", 9.8},
    {"AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8},
    {"AV:N/AC:L/Au:N/C:C/I:C/A:C", 10.0},
    {"AV:L/AC:H/Au:N/C:C/I:C/A:C", 6.2},
    {"(AV:N/AC:M/Au:N/C:N/I:P/A:N)", 4.3},
    {"AV:N/AC:L/Au:N/C:P/I:P/A:P", 7.5},
    {"AV:N/AC:L/Au:N/C:N/I:N/A:N", 0.0},
};

TEST(Cvss, ScoresVectorsAsTheSpecificationsDo) {
  for (const ScoreCase& test : kScores) {
    Result<double> score = cvss_score(test.vector);
    ASSERT_TRUE(score) << test.vector << score.error().message;
    EXPECT_DOUBLE_EQ(*score, test.score) << test.vector;
  }
}

TEST(Cvss, RefusesWhatIsNoWholeVector) {
  for (std::string_view bad : {"", "CVSS:3.1/", "CVSS:3.1/AV:N", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:X",
                               "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "7.5", "AV:N/AC:L/Au:N/C:P/I:P",
                               "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:"})
    EXPECT_FALSE(cvss_score(bad)) << bad;
  Result<double> v4 = cvss_score("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N");
  ASSERT_FALSE(v4);
  EXPECT_EQ(v4.error().code, Errc::unsupported);
}

}  // namespace
}  // namespace drydock::advisory
