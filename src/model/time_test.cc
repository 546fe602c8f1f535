#include "model/time.h"

#include <gtest/gtest.h>

#include <string>

namespace drydock {
namespace {

struct TimeCase {
  std::string_view text;
  int64_t seconds;
};
constexpr TimeCase kValid[] = {
    {"1970-01-01", 0},
    {"1969-12-31T23:59:59Z", -1},
    {"2026-11-22", 1'795'305'600},
    {"2026-11-22T08:30:00Z", 1'795'336'200},
    {"2026-11-22t08:30:00z", 1'795'336'200},
    {"2026-11-22 08:30:00Z", 1'795'336'200},
    {"2026-11-22T08:30:00.123456789Z", 1'795'336'200},
    {"2026-11-22T10:30:00+02:00", 1'795'336'200},
    {"2026-11-22T03:00:00-05:30", 1'795'336'200},
    {"2024-02-29", 1'709'164'800},
    {"2000-02-29", 951'782'400},
    {"2016-12-31T23:59:60Z", 1'483'228'800},  // a leap second is the next second
    {"0000-01-01", -62'167'219'200},
    {"9999-12-31T23:59:59Z", 253'402'300'799},
};

TEST(Time, ReadsDatesAndRfc3339) {
  for (const TimeCase& c : kValid) {
    Result<Time> time = parse_time(c.text);
    ASSERT_TRUE(time.has_value()) << c.text;
    EXPECT_EQ(time->seconds, c.seconds) << c.text;
  }
}

TEST(Time, RefusesWhatIsNoDate) {
  for (std::string_view text : {"",
                                "2026",
                                "2026-11",
                                "2026-13-01",
                                "2026-00-01",
                                "2026-11-31",
                                "2023-02-29",
                                "1900-02-29",
                                "26-11-22",
                                "2026/11/22",
                                "2026-11-22T",
                                "2026-11-22T08:30",
                                "2026-11-22T24:00:00Z",
                                "2026-11-22T08:60:00Z",
                                "2026-11-22T08:30:61Z",
                                "2026-11-22T08:30:00",
                                "2026-11-22T08:30:00.Z",
                                "2026-11-22T08:30:00+2:00",
                                "2026-11-22T08:30:00+02:60",
                                "2026-11-22T08:30:00Zz",
                                "tomorrow",
                                "2026-11-22 "}) {
    Result<Time> time = parse_time(text);
    ASSERT_FALSE(time.has_value()) << text;
    EXPECT_EQ(time.error().message, "'" + std::string(text) + "' is no date; write 2026-11-22 or 2026-11-22T08:30:00Z");
  }
}

TEST(Time, ErrorsShowNoControlCharactersAndNoLongText) {
  std::string message = parse_time("\x1b[2J" + std::string(100, 'x')).error().message;
  EXPECT_EQ(message.find('\x1b'), std::string::npos);
  EXPECT_LT(message.size(), 120u);
}

TEST(Time, WritesWhatItReads) {
  for (const TimeCase& c : kValid) {
    Time time{c.seconds};
    if (!time.known()) continue;
    EXPECT_EQ(parse_time(format_time(time))->seconds, c.seconds) << c.text;
    EXPECT_EQ(format_time(time).substr(0, 10), format_date(time));
  }
  EXPECT_EQ(format_time({}), "");
  EXPECT_EQ(format_date({}), "");
}

}  // namespace
}  // namespace drydock
