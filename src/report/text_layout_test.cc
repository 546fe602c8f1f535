#include "report/text_layout.h"

#include <gtest/gtest.h>

#include <chrono>

namespace drydock::report {
namespace {

TEST(TextLayout, ClipKeepsTheStartAndClipPathTheEnd) {
  EXPECT_EQ(clip("short", 5), "short");
  EXPECT_EQ(clip("longer", 5), "long…");
  EXPECT_EQ(clip("longer", 1), "…");
  EXPECT_EQ(clip("longer", 0), "");
  EXPECT_EQ(clip_path("backend/app/main.py:12", 12), "…/main.py:12");
  EXPECT_EQ(clip_path("main.py:12", 12), "main.py:12");
  EXPECT_EQ(clip_path("main.py:12", 0), "");
}

TEST(TextLayout, NeverCutsInsideACharacter) {
  for (size_t columns = 0; columns < 12; ++columns) {
    for (std::string_view text : {"größer als", "日本語テキスト", "a日b本c", "\U0001f433 whale", "naïve…"}) {
      EXPECT_LE(columns_of(clip(text, columns)), columns) << text << columns;
      EXPECT_LE(columns_of(clip_path(text, columns)), columns) << text << columns;
      EXPECT_EQ(one_line(clip(text, columns)), clip(text, columns));
      EXPECT_EQ(one_line(clip_path(text, columns)), clip_path(text, columns));
    }
  }
}

TEST(TextLayout, WideCharactersTakeTwoColumns) {
  EXPECT_EQ(columns_of("abc"), 3u);
  EXPECT_EQ(columns_of("größe"), 5u);
  EXPECT_EQ(columns_of("日本"), 4u);
  EXPECT_EQ(columns_of("\U0001f433"), 2u);
  EXPECT_EQ(columns_of("\xff\xff"), 2u);
  EXPECT_EQ(pad("日", 4), "日  ");
  EXPECT_EQ(pad("longer", 4), "longer");
}

TEST(TextLayout, WrapsAtBlanksAndInsideAWordOnlyWhenItMust) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(wrap("one two three four", 10), (Lines{"one two", "three four"}));
  EXPECT_EQ(wrap("0123456789abcdef x", 10), (Lines{"0123456789", "abcdef x"}));
  EXPECT_EQ(wrap("", 10), Lines{});
  EXPECT_EQ(wrap("  a   b  ", 10), (Lines{"a b"}));
  EXPECT_EQ(wrap("tiny width is ten", 1), (Lines{"tiny width", "is ten"}));
  for (const std::string& line : wrap("日本語テキスト日本語テキスト a日 b", 11)) EXPECT_LE(columns_of(line), 11u);
}

TEST(TextLayout, WrappingAHugeWordIsLinear) {
  std::string word(8 << 20, 'x');
  auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(wrap(word, 10).size(), (word.size() + 9) / 10);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10));  // quadratic would take an hour
}

TEST(TextLayout, OneLineHasNothingThatATerminalObeys) {
  EXPECT_EQ(one_line("a\nb\tc"), "a b c");
  EXPECT_EQ(one_line("\x1b[31mred\x1b[0m"), "\ufffd[31mred\ufffd[0m");
  EXPECT_EQ(one_line("\r\b\x07\x7f"), "\ufffd\ufffd\ufffd\ufffd");
  EXPECT_EQ(one_line("\xc2\x9b"
                     "31m"),
            "\ufffd31m");  // C1 control: CSI in one character
  EXPECT_EQ(one_line("\xff\xfe\xc3"), "\ufffd\ufffd\ufffd");
  EXPECT_EQ(one_line("user\u202etxt.exe"), "user\ufffdtxt.exe");  // right-to-left override
  EXPECT_EQ(one_line("a\u2028b\u2066c"), "a\ufffdb\ufffdc");
  EXPECT_EQ(one_line("größer 日本 \U0001f433"), "größer 日本 \U0001f433");
}

TEST(TextLayout, ColourIsPutAroundAndOnlyWhenAsked) {
  EXPECT_EQ(styled(Style::high, "x", false), "x");
  EXPECT_EQ(styled(Style::plain, "x", true), "x");
  EXPECT_EQ(styled(Style::high, "x", true), "\x1b[31mx\x1b[0m");
}

}  // namespace
}  // namespace drydock::report
