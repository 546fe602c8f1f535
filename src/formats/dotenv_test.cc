#include "formats/dotenv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace drydock::dotenv {
namespace {

using testing::ElementsAre;

// NAME=value per entry, joined by '|'; "NAME" alone where there is no value.
std::string show(const File& file) {
  std::string text;
  for (const Entry& entry : file.entries) {
    if (!text.empty()) text += '|';
    text += entry.name;
    if (entry.has_value) text += "=" + std::string(entry.value);
  }
  return text;
}

struct Case {
  std::string_view bytes, entries;
};
class DotenvEntries : public testing::TestWithParam<Case> {};
TEST_P(DotenvEntries, AreRead) {
  Arena arena;
  Result<const File*> file = parse(GetParam().bytes, arena);
  ASSERT_TRUE(file);
  EXPECT_EQ(show(**file), GetParam().entries) << GetParam().bytes;
  EXPECT_TRUE((*file)->problems.empty()) << (*file)->problems[0].message;
}
// Each value agrees with compose-go 2.16.2 (dotenv.ParseWithLookup), `$` forms apart: interpolation is not done here.
constexpr Case kCases[] = {
    {"", ""},
    {"\n \r\n# A=1\n", ""},
    {"A=1", "A=1"},
    {"\xef\xbb\xbf"
     "A=1\r\nB=2\r\n",
     "A=1|B=2"},
    {"  A = 1 \t\nB\t=\t2", "A=1|B=2"},
    {"A=x # comment\n", "A=x"},
    {"A=x# no comment\n", "A=x# no comment"},
    {"A=x\t#no comment\n", "A=x\t#no comment"},
    {"A= # value\n", "A=# value"},
    {"A=#v\n", "A=#v"},
    {"A=\nB=\"\"\nC=''\n", "A=|B=|C="},
    {"A: yaml # c\n", "A=yaml"},
    {"export A=1\nexport\tB=2\nexport=3\nexportC=4\n", "A=1|B=2|export=3|exportC=4"},
    {"A\nexport B\n", "A|B"},
    {"M.N-[0]=1\n", "M.N-[0]=1"},
    {"\xc3\xa9=1\n", "\xc3\xa9=1"},
    {"A=a=b:c\n", "A=a=b:c"},
    {"A=a \"b\" 'c'\n", "A=a \"b\" 'c'"},
    {"A=a\\nb\n", "A=a\\nb"},
    {"A=$B ${C:-d} $$\n", "A=$B ${C:-d} $$"},
    {"A=\"x # y\" # c\n", "A=x # y"},
    {"A='x # y'# c\n", "A=x # y"},
    {R"(A="a\"b\n\q\x\\n")", "A=a\"b\n\\q\\x\\n"},
    {R"(A="\a \c \101 \0101 \t")", "A=\a \\c \\101 A \t"},
    {R"(A="\$B $B")", "A=$$B $B"},
    {R"(A='it\'s \n \\')", R"(A=it's \n \\)"},
    {R"(A="\\"
B=1)",
     "A=\\|B=1"},
    {"A=\"x\ny\"\nB=1\n", "A=x\ny|B=1"},
    {"A='-----\nx=1\n-----'\nB=1\n", "A=-----\nx=1\n-----|B=1"},
};
INSTANTIATE_TEST_SUITE_P(Table, DotenvEntries, testing::ValuesIn(kCases),
                         [](const auto& row) { return std::to_string(row.index); });

struct ProblemCase {
  std::string_view bytes, entries, message, at;
};
class DotenvProblems : public testing::TestWithParam<ProblemCase> {};
TEST_P(DotenvProblems, CostOneLine) {
  Arena arena;
  Result<const File*> file = parse(GetParam().bytes, arena);
  ASSERT_TRUE(file);
  EXPECT_EQ(show(**file), GetParam().entries) << GetParam().bytes;
  ASSERT_EQ((*file)->problems.size(), 1u) << GetParam().bytes;
  EXPECT_EQ((*file)->problems[0].message, GetParam().message);
  EXPECT_EQ((*file)->problems[0].at.of(GetParam().bytes), GetParam().at);
}
constexpr ProblemCase kProblems[] = {
    {"=x\r\nA=1\n", "A=1", "a variable without a name", "=x"},
    {"B C=x\nA=1\n", "A=1", "a space in the variable's name", "C=x"},
    {"B # c\nA=1\n", "A=1", "expected '=' behind the variable's name", "# c"},
    {"B$=x\nA=1\n", "A=1", "expected '=' behind the variable's name", "$=x"},
    {"{\"B\": 1}\nA=1\n", "A=1", "expected '=' behind the variable's name", "{\"B\": 1}"},
    {"B=\"x\" y\nA=1\n", "B=x|A=1", "unexpected text behind the closing quote", "y"},
    {"B=\"x\nA=1\n", "B=\"x|A=1", "the quote does not close", "\"x"},
    {"B='x\\'\nA=1\n", "B='x\\'|A=1", "the quote does not close", "'x\\'"},
};
INSTANTIATE_TEST_SUITE_P(Table, DotenvProblems, testing::ValuesIn(kProblems),
                         [](const auto& row) { return std::to_string(row.index); });

TEST(Dotenv, SpansCoverNameAndValueWithQuotes) {
  Arena arena;
  constexpr std::string_view kBytes = "# c\n  export KEY = 'a b' # c\nBARE=x y  # c\nNONE= \nALONE\n";
  Result<const File*> file = parse(kBytes, arena);
  ASSERT_TRUE(file);
  std::vector<std::string_view> spans;
  for (const Entry& entry : (*file)->entries) {
    spans.push_back(entry.span.of(kBytes));
    spans.push_back(entry.name_span.of(kBytes));
    spans.push_back(entry.value_span.of(kBytes));
  }
  EXPECT_THAT(spans, ElementsAre("export KEY = 'a b'", "KEY", "'a b'", "BARE=x y", "BARE", "x y", "NONE=", "NONE", "",
                                 "ALONE", "ALONE", ""));
  const Entry& key = (*file)->entries[0];
  EXPECT_TRUE(key.exported);
  EXPECT_EQ(key.quote, Quote::single);
  EXPECT_EQ(key.value.data(), kBytes.data() + key.value_span.begin + 1);
  const Entry& none = (*file)->entries[2];
  EXPECT_EQ(kBytes[none.value_span.begin - 1], '=');
}

TEST(Dotenv, TheLastEntryOfANameCounts) {
  Arena arena;
  Result<const File*> file = parse("A=1\nB=2\nA=3\n", arena);
  ASSERT_TRUE(file);
  EXPECT_EQ((*file)->find("A")->value, "3");
  EXPECT_EQ((*file)->find("C"), nullptr);
}

TEST(Dotenv, BudgetsHoldAndHostileFilesEndQuickly) {
  Arena arena;
  EXPECT_EQ(parse("A=1\n", arena, {.bytes = 3}).error().code, Errc::over_budget);
  EXPECT_EQ(parse("A=1\nB=2\n", arena, {.entries = 1}).error().message,
            "line 2, column 1: more than 1 variables in one file");
  auto start = std::chrono::steady_clock::now();
  for (std::string_view line : {"A=\"\\\"\n", "A='\\'\n", "A=\"'\n", "A='\\\\\\'\n", "=\n"}) {
    std::string bytes;
    while (bytes.size() < 1'000'000) bytes += line;
    EXPECT_TRUE(parse(bytes, arena, {.entries = 1'000'000}));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

}  // namespace
}  // namespace drydock::dotenv
