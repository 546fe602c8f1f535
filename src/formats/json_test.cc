#include "formats/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <chrono>
#include <limits>
#include <string>

namespace drydock::json {
namespace {

using tree::Kind;
using tree::Node;

// Writes the tree back without blanks, numbers as they were.
std::string show(const Node& node) {
  std::string text;
  if (node.is_mapping()) {
    text = "{";
    for (const tree::Member& m : node.members) {
      if (text.size() > 1) text += ',';
      append_string(text, m.key->text);
      text += ":" + show(*m.value);
    }
    return text + "}";
  }
  if (node.is_sequence()) {
    text = "[";
    for (const Node* item : node.items) text += (text.size() > 1 ? "," : "") + show(*item);
    return text + "]";
  }
  if (!node.is_string()) return std::string(node.text);
  append_string(text, node.text);
  return text;
}

struct Case {
  std::string_view bytes, tree;
  bool comments = false;
};
class JsonTrees : public testing::TestWithParam<Case> {};
TEST_P(JsonTrees, AreRead) {
  Arena arena;
  Result<const Node*> root = parse(GetParam().bytes, arena, {.comments = GetParam().comments});
  ASSERT_TRUE(root) << GetParam().bytes << ": " << root.error().message;
  EXPECT_EQ(show(**root), GetParam().tree);
}
constexpr Case kTrees[] = {
    {"{}", "{}"},
    {" [ ] ", "[]"},
    {"\xef\xbb\xbf[]", "[]"},
    {"null\n", "null"},
    {"-0", "-0"},
    {"[0,1.5,-2e3,1E+2,0.0e-1,123456789012345678901234567890]",
     "[0,1.5,-2e3,1E+2,0.0e-1,123456789012345678901234567890]"},
    {R"({"a":[true,false,null,{"b":"c"}],"d":{}})", R"({"a":[true,false,null,{"b":"c"}],"d":{}})"},
    {R"("\"\\\/\b\f\n\r\t")", R"("\"\\/\b\f\n\r\t")"},
    {R"("\u0041\u00e9\u20AC\uD83D\udc33")", "\"A\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xb3\""},
    {R"("a\u0000b")", R"("a\u0000b")"},
    {R"(["\ud83d","\udc33","\ud83dx","\ud83d\u0041","\ud83d\ud83d\udc33"])",
     "[\"\xef\xbf\xbd\",\"\xef\xbf\xbd\",\"\xef\xbf\xbdx\",\"\xef\xbf\xbd"
     "A\",\"\xef\xbf\xbd\xf0\x9f\x90\xb3\"]"},
    {"\"caf\xc3\xa9\"", "\"caf\xc3\xa9\""},
    {R"({"a":1,"b":2,"a":3})", R"({"b":2,"a":3})"},
    {R"({"":{"":0}})", R"({"":{"":0}})"},
    {"// c\n{\"a\": /* b */ 1, // d\n}\n/**/", R"({"a":1})", true},
    {"[1, 2, /**/ ]", "[1,2]", true},
    {"{\"u\": \"http://x.example/*\"} // end", R"({"u":"http://x.example/*"})", true},
};
INSTANTIATE_TEST_SUITE_P(Table, JsonTrees, testing::ValuesIn(kTrees),
                         [](const auto& row) { return std::to_string(row.index); });

struct ErrorCase {
  std::string_view bytes, message;
  Errc code = Errc::malformed;
  bool comments = false;
};
class JsonErrors : public testing::TestWithParam<ErrorCase> {};
TEST_P(JsonErrors, SayWhere) {
  Arena arena;
  Result<const Node*> root = parse(GetParam().bytes, arena, {.comments = GetParam().comments});
  ASSERT_FALSE(root) << GetParam().bytes;
  EXPECT_EQ(root.error().message, GetParam().message) << GetParam().bytes;
  EXPECT_EQ(root.error().code, GetParam().code) << GetParam().bytes;
}
constexpr ErrorCase kErrors[] = {
    {"", "line 1, column 1: the file ends where a value is expected", Errc::truncated},
    {"[1,", "line 1, column 4: the file ends where a value is expected", Errc::truncated},
    {"[1", "line 1, column 3: expected ',' or ']'", Errc::truncated},
    {"{", "line 1, column 2: the file ends inside an object", Errc::truncated},
    {"{\n  \"a\": 1\n  \"b\": 2\n}", "line 3, column 3: expected ',' or '}'"},
    {"[1,]", "line 1, column 4: expected a value"},
    {"{\"a\":1,}", "line 1, column 8: expected a key in quotes"},
    {"{,}", "line 1, column 2: expected a key in quotes"},
    {"{a:1}", "line 1, column 2: expected a key in quotes"},
    {"{\"a\" 1}", "line 1, column 6: expected ':' behind the key"},
    {"{\"a\":}", "line 1, column 6: expected a value"},
    {"[}", "line 1, column 2: expected a value"},
    {"[1}", "line 1, column 3: expected ',' or ']'"},
    {"]", "line 1, column 1: expected a value"},
    {"[] []", "line 1, column 4: unexpected text behind the JSON value"},
    {"1 2", "line 1, column 3: unexpected text behind the JSON value"},
    {"[01]", "line 1, column 2: a number cannot begin with 0"},
    {"[-]", "line 1, column 3: expected a digit"},
    {"[+1]", "line 1, column 2: expected a value"},
    {"[.5]", "line 1, column 2: expected a value"},
    {"[1.]", "line 1, column 4: expected a digit behind the point"},
    {"[1e]", "line 1, column 4: expected a digit in the exponent"},
    {"[0x1]", "line 1, column 3: expected ',' or ']'"},
    {"[NaN]", "line 1, column 2: expected a value"},
    {"[True]", "line 1, column 2: expected a value"},
    {"nul", "line 1, column 1: expected a value"},
    {"truely", "line 1, column 5: unexpected text behind the JSON value"},
    {"['a']", "line 1, column 2: expected a value"},
    {"[\"a", "line 1, column 2: the string does not end"},
    {"\"a\\", "line 1, column 3: unknown escape in a string"},
    {"[\"\\x41\"]", "line 1, column 3: unknown escape in a string"},
    {"[\"\\u12g4\"]", "line 1, column 3: expected four hexadecimal digits behind \\u"},
    {"[\"\\ud83d\\u12\"]", "line 1, column 9: expected four hexadecimal digits behind \\u"},
    {"[\"a\nb\"]", "line 1, column 4: a control character in a string; write it as an escape"},
    {"[1] // c", "line 1, column 5: unexpected text behind the JSON value"},
    {"[/* ]", "line 1, column 2: the comment does not end", Errc::malformed, true},
    {"[1,,]", "line 1, column 4: expected a value", Errc::malformed, true},
    {"[,]", "line 1, column 2: expected a value", Errc::malformed, true},
    {"{\"a\":,}", "line 1, column 6: expected a value", Errc::malformed, true},
    {"[1]\f", "line 1, column 4: unexpected text behind the JSON value"},
    {std::string_view("[\0]", 3), "line 1, column 2: expected a value"},
};
INSTANTIATE_TEST_SUITE_P(Table, JsonErrors, testing::ValuesIn(kErrors),
                         [](const auto& row) { return std::to_string(row.index); });

TEST(Json, SpansCoverTheNodeAndNothingElse) {
  Arena arena;
  constexpr std::string_view kBytes = "{ \"caf\xc3\xa9\" : [ 1.5 , \"a\\u0041\" ] , \"x\": { } }\n";
  Result<const Node*> root = parse(kBytes, arena);
  ASSERT_TRUE(root);
  EXPECT_EQ((*root)->span.of(kBytes), kBytes.substr(0, kBytes.size() - 1));
  const tree::Member& cafe = (*root)->members[0];
  EXPECT_EQ(cafe.key->span.of(kBytes), "\"caf\xc3\xa9\"");
  EXPECT_EQ(cafe.key->text.data(), kBytes.data() + 3) << "a string without escapes points into the file";
  EXPECT_EQ(cafe.value->span.of(kBytes), "[ 1.5 , \"a\\u0041\" ]");
  EXPECT_EQ(cafe.value->items[0]->span.of(kBytes), "1.5");
  EXPECT_EQ(cafe.value->items[1]->span.of(kBytes), "\"a\\u0041\"");
  EXPECT_EQ((*root)->find("x")->span.of(kBytes), "{ }");
  EXPECT_EQ(place_at(**root, cafe.value->items[1]->span.begin), "\"caf\xc3\xa9\"[1]");
}

TEST(Json, KindsSayWhatWasWritten) {
  Arena arena;
  Result<const Node*> root = parse(R"(["true", true, 1, 1.0, 1e2, null, false])", arena);
  ASSERT_TRUE(root);
  std::vector<Kind> kinds;
  for (const Node* item : (*root)->items) kinds.push_back(item->kind);
  EXPECT_THAT(kinds, testing::ElementsAre(Kind::string, Kind::boolean, Kind::integer, Kind::real, Kind::real,
                                          Kind::null, Kind::boolean));
  EXPECT_FALSE((*root)->items[0]->is_true());
  EXPECT_TRUE((*root)->items[1]->is_true());
  EXPECT_TRUE((*root)->items[6]->is_false());
}

// The fast path reads eight bytes at a time; each position of the special byte must be seen.
TEST(Json, FindsTheEndOfStringsOfEveryLength) {
  for (size_t length = 0; length < 40; ++length) {
    for (std::string_view filler : {"a", "\xc3\xa9", "\x7f", "\x20"}) {
      std::string text;
      while (text.size() < length) text += filler;
      Arena arena;
      std::string good = "[\"" + text + "\",\"" + text + "\\n\"]";
      Result<const Node*> root = parse(good, arena);
      ASSERT_TRUE(root) << good;
      EXPECT_EQ((*root)->items[0]->text, text);
      EXPECT_EQ((*root)->items[1]->text, text + "\n");
      EXPECT_FALSE(parse("\"" + text + "\x1f" + text + "\"", arena));
    }
  }
}

TEST(Json, BudgetsHold) {
  Arena arena;
  auto code = [&](std::string_view bytes, const Options& options) {
    Result<const Node*> root = parse(bytes, arena, options);
    return root ? Errc::io : root.error().code;
  };
  EXPECT_EQ(code("[1]", {.bytes = 2}), Errc::over_budget);
  EXPECT_EQ(code("[[[1]]]", {.depth = 2}), Errc::over_budget);
  EXPECT_EQ(code("[1,2,3]", {.nodes = 3}), Errc::over_budget);
  EXPECT_TRUE(parse("[[1]]", arena, {.depth = 2}));
  EXPECT_EQ(code(std::string(1'000'000, '['), {}), Errc::over_budget);
}

TEST(Json, ManyRepeatedKeysEndQuickly) {
  auto start = std::chrono::steady_clock::now();
  std::string bytes = "{";
  for (int i = 0; i < 400'000; ++i) bytes += "\"k" + std::to_string(i % 200'000) + "\":" + std::to_string(i) + ",";
  bytes += "\"last\":0}";
  Arena arena;
  Result<const Node*> root = parse(bytes, arena);
  ASSERT_TRUE(root);
  EXPECT_EQ((*root)->members.size(), 200'001u);
  EXPECT_EQ((*root)->string_at("k7"), "200007");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

TEST(JsonWriter, IndentsByTwoAndLeavesEmptyMembersOut) {
  Writer out(true);
  out.begin_object().member("name", "web").member("empty", "").key("list").begin_array().integer(-1).begin_object();
  out.end_object().begin_array().end_array().end_array().key("o").begin_object().key("b").boolean(true).end_object();
  out.key("n").null().end_object();
  EXPECT_EQ(out.take(), R"({
  "name": "web",
  "list": [
    -1,
    {},
    []
  ],
  "o": {
    "b": true
  },
  "n": null
}
)");
}

TEST(JsonWriter, WritesOneLineWithoutIndent) {
  Writer out(false);
  out.begin_array().string("a").unsigned_integer(std::numeric_limits<uint64_t>::max());
  out.integer(std::numeric_limits<int64_t>::min())
      .real(0.1)
      .real(1e300)
      .real(3)
      .real(std::numeric_limits<double>::infinity());
  out.begin_object().key("x").begin_array().end_array().member("y", "z").end_object().end_array();
  EXPECT_EQ(out.take(), "[\"a\",18446744073709551615,-9223372036854775808,0.1,1e+300,3,null,{\"x\":[],\"y\":\"z\"}]\n");
}

TEST(JsonWriter, EscapesWhatMustBeAndRepairsUtf8) {
  std::string out;
  append_string(out, std::string_view("\"\\/\b\f\n\r\t\x01\x7f\0\xc3\xa9\xff\xc3(\xed\xa0\x80", 19));
  EXPECT_EQ(
      out,
      "\"\\\"\\\\/"
      "\\b\\f\\n\\r\\t\\u0001\\u007f\\u0000\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST(JsonWriter, WhatItWritesIsReadBack) {
  for (double value : {0.1, -1.5e-300, 1e21, 5e-324, 123456789.125}) {
    Writer out(false);
    std::string text = out.real(value).take();
    Arena arena;
    Result<const Node*> root = parse(text, arena);
    ASSERT_TRUE(root) << text;
    double read = 0;
    std::from_chars((*root)->text.data(), (*root)->text.data() + (*root)->text.size(), read);
    EXPECT_EQ(read, value);
  }
}

}  // namespace
}  // namespace drydock::json
