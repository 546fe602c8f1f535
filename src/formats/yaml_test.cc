#include "formats/yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>

#include "formats/json.h"

namespace drydock::yaml {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using tree::Kind;
using tree::Node;

// The tree in one line: strings in quotes, everything else as written; `+` in front of a merged member, `*` of an
// alias.
std::string show(const Node& node) {
  std::string text = node.alias ? "*" : "";
  if (!node.tag.empty()) text += std::string(node.tag) + " ";
  if (node.is_mapping()) {
    text += '{';
    for (const tree::Member& m : node.members) {
      if (text.back() != '{') text += ", ";
      text += (m.merged ? "+" : "") + std::string(m.key->text) + ": " + show(*m.value);
    }
    return text + '}';
  }
  if (node.is_sequence()) {
    text += '[';
    for (const Node* item : node.items) text += (text.back() == '[' ? "" : ", ") + show(*item);
    return text + ']';
  }
  if (node.is_null()) return text + "null";
  if (node.is_string()) {
    json::append_string(text, node.text);
    return text;
  }
  return text + std::string(node.text);
}

const File* parsed(std::string_view bytes, Arena& arena) {
  Result<const File*> file = parse(bytes, arena);
  EXPECT_TRUE(file) << (file ? "" : file.error().message) << "\nin: " << bytes;
  static const Node kEmpty;
  static const Document kNone[] = {{&kEmpty}};
  static const File kNothing{.documents = kNone, .problems = {}};
  return file ? *file : &kNothing;
}

struct Case {
  std::string_view bytes, tree;
};
class YamlTrees : public testing::TestWithParam<Case> {};
TEST_P(YamlTrees, AreRead) {
  Arena arena;
  const File* file = parsed(GetParam().bytes, arena);
  EXPECT_EQ(show(file->root()), GetParam().tree) << GetParam().bytes;
  EXPECT_TRUE(file->problems.empty()) << file->problems[0].message;
}
constexpr Case kTrees[] = {
    {"", "null"},
    {"# only a comment\n", "null"},
    {"---\n", "null"},
    {"a: 1\nb: two\n", R"({a: 1, b: "two"})"},
    {"\xef\xbb\xbf"
     "a: 1\n",
     "{a: 1}"},
    {"a: 1\r\nb:\r\n  - x\r\n", R"({a: 1, b: ["x"]})"},
    {"ports:\n- \"80:80\"\n- 22:22\n- 8080:80\n", R"({ports: ["80:80", "22:22", "8080:80"]})"},
    // core schema
    {"[~, null, Null, NULL, nULL]", R"([null, null, null, null, "nULL"])"},
    {"[true, True, TRUE, false, tRUE]", R"([true, True, TRUE, false, "tRUE"])"},
    {"[yes, no, on, off, y, n]", R"(["yes", "no", "on", "off", "y", "n"])"},
    {"[0, -1, +7, 0o17, 0xfF, 017, 0x, 0o9, 0xg]", R"([0, -1, +7, 0o17, 0xfF, 017, "0x", "0o9", "0xg"])"},
    {"[1.5, .5, 1., 1e3, -1.5E-3, .inf, -.Inf, .nan]", "[1.5, .5, 1., 1e3, -1.5E-3, .inf, -.Inf, .nan]"},
    {"[1.2.3, ., 1e, e3, -, --1, 1_000, 2001-01-01]",
     R"(["1.2.3", ".", "1e", "e3", "-", "--1", "1_000", "2001-01-01"])"},
    {"['1', \"true\", '', \"\"]", R"(["1", "true", "", ""])"},
    {"'it''s'", R"("it's")"},
    {R"("a\tb\u00e9\n")", R"("a\tbé\n")"},
    {"[!!str 5, !!int '5', ! 5, !!null x]", R"([!!str "5", !!int 5, ! "5", !!null null])"},
    {"ports: !override [1]\ncommand: !reset null\nref: !Ref Name\n",
     R"({ports: !override [1], command: !reset null, ref: !Ref "Name"})"},
    // block scalars and folding
    {"a: |\n  x\n  y\n\nb: >-\n  x\n  y\n", R"({a: "x\ny\n", b: "x y"})"},
    {"a: one\n  two\n", R"({a: "one two"})"},
    // keys
    {"1: a\ntrue: b\n~: c\n1.5: d\n", R"({1: "a", true: "b", ~: "c", 1.5: "d"})"},
    {"? a\n: b\n? c\n", R"({a: "b", c: null})"},
    {"{a, b: , c: 1}", "{a: null, b: null, c: 1}"},
    {"[a: b, c]", R"([{a: "b"}, "c"])"},
    // aliases and merge keys
    {"a: &x [1]\nb: *x\n", "{a: [1], b: *[1]}"},
    {"a: &x 5\n*x : b\n", R"({a: 5, 5: "b"})"},
    {"&k 1: a\nb: *k\n", R"({1: "a", b: *1})"},
    {"a: &x 1\nb: &x 2\nc: *x\n", "{a: 1, b: 2, c: *2}"},
    {"a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  q: 3\n", "{a: {p: 1, q: 2}, b: {q: 3, +p: 1}}"},
    {"b: {<<: {p: 1}, q: 2}", "{b: {q: 2, +p: 1}}"},
    {"- &x {p: 1}\n- &y {p: 2, q: 2}\n- <<: [*x, *y]\n  r: 3\n", "[{p: 1}, {p: 2, q: 2}, {r: 3, +p: 1, +q: 2}]"},
    {"- &x {p: 1}\n- &y {<<: *x, q: 2}\n- {<<: *y}\n", "[{p: 1}, {q: 2, +p: 1}, {+q: 2, +p: 1}]"},
    {"{'<<': {p: 1}}", "{<<: {p: 1}}"},
};
INSTANTIATE_TEST_SUITE_P(Table, YamlTrees, testing::ValuesIn(kTrees),
                         [](const auto& row) { return std::to_string(row.index); });

struct ErrorCase {
  std::string_view bytes, message;
  Errc code = Errc::malformed;
};
class YamlErrors : public testing::TestWithParam<ErrorCase> {};
TEST_P(YamlErrors, SayWhere) {
  Arena arena;
  Result<const File*> file = parse(GetParam().bytes, arena);
  ASSERT_FALSE(file) << GetParam().bytes;
  EXPECT_THAT(file.error().message, StartsWith(GetParam().message));
  EXPECT_EQ(file.error().code, GetParam().code);
}
constexpr ErrorCase kErrors[] = {
    {"a: [1, 2\nb: 3\n", "line 2, column 2: did not find expected ',' or ']' while parsing a flow sequence"},
    {"a: b: c\n", "line 1, column 5: mapping values are not allowed in this context"},
    {"a:\n\t- b\n", "line 2, column 1: found character that cannot start any token"},
    {"\xc3\xa9: \"x\n", "line 2, column 1: found unexpected end of stream while scanning a quoted scalar"},
    {"\xc3\xa9\xc3\xa9: ]\n", "line 1, column 7: did not find expected node content"},
    {"a: \xff\n", "line 1, column 4: invalid leading UTF-8 octet"},
    {std::string_view("a: \0\n", 5), "line 1, column 4: control characters are not allowed"},
    {"a: &x [*x]\n", "line 1, column 8: the alias *x stands inside its own anchor"},
    {"a: &x 1\nb: &x\n  c: *x\n", "line 3, column 6: the alias *x stands inside its own anchor"},
    {"\xff\xfe"
     "a\0",
     "line 1, column 1: UTF-16", Errc::unsupported},
};
INSTANTIATE_TEST_SUITE_P(Table, YamlErrors, testing::ValuesIn(kErrors),
                         [](const auto& row) { return std::to_string(row.index); });

TEST(Yaml, RepeatedKeysAreProblemsAndTheLastCounts) {
  Arena arena;
  constexpr std::string_view kBytes = "a: 1\nb: 2\na: 3\nc: {x: 1, x: 2}\n";
  const File* file = parsed(kBytes, arena);
  EXPECT_EQ(show(file->root()), "{b: 2, a: 3, c: {x: 2}}");
  ASSERT_EQ(file->problems.size(), 2u);
  EXPECT_EQ(file->problems[0].message, "the key `a` is repeated; the last one counts");
  EXPECT_EQ(file->problems[0].at, (Span{10, 11}));
  EXPECT_EQ(file->problems[1].at.of(kBytes), "x");
}

TEST(Yaml, RepeatedKeysAreFoundInLargeMappingsToo) {
  Arena arena;
  std::string bytes;
  for (int i = 0; i < 50; ++i) bytes += "k" + std::to_string(i) + ": " + std::to_string(i) + "\n";
  bytes += "k7: again\nk7: last\n";
  const File* file = parsed(bytes, arena);
  EXPECT_EQ(file->problems.size(), 2u);
  EXPECT_EQ(file->root().members.size(), 50u);
  EXPECT_EQ(file->root().string_at("k7"), "last");
  EXPECT_EQ(file->root().members[7].key->text, "k8");
}

TEST(Yaml, OddMergesAndComplexKeysAndUnknownAliasesAreProblems) {
  for (auto [bytes, message, tree] : std::initializer_list<std::array<std::string_view, 3>>{
           {"a: *x\n", "no anchor `&x` before this alias", "{a: *null}"},
           {"<<: *x\nb: 1\n", "no anchor `&x` before this alias", "{b: 1}"},
           {"<<: 5\nb: 1\n", "`<<` needs a mapping or a list of mappings", "{b: 1}"},
           {"<<: [{a: 1}, 5]\n", "`<<` needs a mapping or a list of mappings", "{+a: 1}"},
           {"{<<: {a: 1}, <<: {a: 2, b: 3}}", "the merge key `<<` is repeated", "{+a: 1, +b: 3}"},
           {"[1, 2]: x\n", "a mapping or sequence as a key", R"({[1, 2]: "x"})"},
           {"{{ name }}: x\n", "a mapping or sequence as a key", R"({{{ name }}: "x"})"}}) {
    Arena arena;
    const File* file = parsed(bytes, arena);
    ASSERT_EQ(file->problems.size(), bytes.starts_with("{{") ? 2u : 1u) << bytes;
    EXPECT_EQ(file->problems[0].message, message);
    EXPECT_EQ(show(file->root()), tree);
  }
}

TEST(Yaml, AnchorsEndWithTheirDocument) {
  Arena arena;
  const File* file = parsed("&x 1\n---\n*x\n", arena);
  EXPECT_EQ(file->documents.size(), 2u);
  ASSERT_EQ(file->problems.size(), 1u);
  EXPECT_THAT(std::string(file->problems[0].message), HasSubstr("no anchor"));
}

TEST(Yaml, ReadsSeveralDocuments) {
  Arena arena;
  const File* file = parsed("a: 1\n---\nb: 2\n...\n---\n", arena);
  ASSERT_EQ(file->documents.size(), 3u);
  EXPECT_EQ(show(*file->documents[1].root), "{b: 2}");
  EXPECT_TRUE(file->documents[2].root->is_null());
}

TEST(Yaml, WordsForTrueAndFalseCountWhenPlain) {
  Arena arena;
  const File* file = parsed("[true, Yes, ON, 'true', 1, no, False, off, \"off\", ~]", arena);
  std::string truth;
  for (const Node* item : file->root().items) truth += item->is_true() ? 't' : item->is_false() ? 'f' : '-';
  EXPECT_EQ(truth, "ttt--fff--");
}

// Each value under `v` as the bytes that its span covers.
struct SpanCase {
  std::string_view bytes, span;
};
class YamlSpans : public testing::TestWithParam<SpanCase> {};
TEST_P(YamlSpans, CoverTheNodeAndNothingElse) {
  Arena arena;
  const File* file = parsed(GetParam().bytes, arena);
  const Node* value = file->root().find("v");
  ASSERT_NE(value, nullptr);
  EXPECT_EQ(value->span.of(GetParam().bytes), GetParam().span) << GetParam().bytes;
  EXPECT_EQ(file->root().member("v")->key->span.of(GetParam().bytes), "v");
}
constexpr SpanCase kSpans[] = {
    {"v: plain  # comment\nw: 1\n", "plain"},
    {"v: 'single'  \n", "'single'"},
    {"v: \"a\\nb\" # c\n", "\"a\\nb\""},
    {"v: one\n  two\nw: 1\n", "one\n  two"},
    {"v: |\n  a\n  b\n\n\nw: 1\n", "|\n  a\n  b"},
    {"v: |\n  a\r\n  b\r\n\r\nw: 1\n", "|\n  a\r\n  b"},
    {"v: >-\n  a\n   \n# comment\nw: 1\n", ">-\n  a"},
    {"v: |  # header\nw: 1\n", "|  # header"},
    {"v: [1, 2 ]  \nw: 1\n", "[1, 2 ]"},
    {"v: {a: 1\n}\nw: 1\n", "{a: 1\n}"},
    {"v:\n  a: 1\n  b: 2  # comment\n\n# comment\nw: 1\n", "a: 1\n  b: 2"},
    {"v:\n  - 1\n  - 2\n\n\nw: 1\n", "- 1\n  - 2"},
    {"v:\n- 1\n- a: 1\n  b:\n\n# x\nw: 1\n", "- 1\n- a: 1\n  b:"},
    {"v:\n  a:\n    b:\n      - c: \"x\"\n\nw: 1\n", "a:\n    b:\n      - c: \"x\""},
    {"v: &x !t value\n", "value"},
    {"v: &x\n  # comment\n  a: 1\n", "a: 1"},
    {"v: !<tag:x> [1]\n", "[1]"},
    {"v: &x # c\r  - 1\n", "- 1"},
    {"v: &x # c\xc2\x85  - 1\n", "- 1"},
    {"v: !t &x\n  - 1\nw: 1\n", "- 1"},
    {"x: &x [1]\nv: *x\n", "[1]"},
    {"x: &x 1\nv:\n  - *x\n  - *x\n\nw: 2\n", "- *x\n  - *x"},
    {"v: [a: b ]\n", "[a: b ]"},
    {"\xc3\xa9: \xe2\x82\xac\nv: \xf0\x9f\x90\xb3 end # \xc3\xa9\n", "\xf0\x9f\x90\xb3 end"},
};
INSTANTIATE_TEST_SUITE_P(Table, YamlSpans, testing::ValuesIn(kSpans),
                         [](const auto& row) { return std::to_string(row.index); });

TEST(Yaml, KeepsByteSpansBehindManyNonAsciiCharacters) {
  Arena arena;
  std::string bytes = "\xef\xbb\xbf# ";
  for (int i = 0; i < 1000; ++i) bytes += i % 3 ? "\xc3\xa9" : "\xf0\x9f\x90\xb3";
  bytes += "\nimage: nginx\n";
  const File* file = parsed(bytes, arena);
  EXPECT_EQ(file->root().find("image")->span.of(bytes), "nginx");
}

TEST(Yaml, AMissingValueIsAnEmptySpanBehindTheColon) {
  for (std::string_view bytes :
       {"v:\n\n# c\nw: 1\n", "{v: , w: 1}", "{ 'v' : }", "v: # c\n", "{v   , w: 1}", "? v\nw: 1\n"}) {
    Arena arena;
    const File* file = parsed(bytes, arena);
    const tree::Member* m = file->root().member("v");
    ASSERT_NE(m, nullptr) << bytes;
    EXPECT_TRUE(m->value->span.empty()) << bytes;
    size_t colon = bytes.find(':');
    bool has_colon = bytes[m->value->span.begin - 1] == ':';
    EXPECT_TRUE(has_colon ? m->value->span.begin == colon + 1
                          : m->value->span == (Span{m->key->span.end, m->key->span.end}))
        << bytes;
  }
}

TEST(Yaml, TextOfSimpleScalarsPointsIntoTheFile) {
  Arena arena;
  constexpr std::string_view kBytes = "a: 'x y'\nb: \"z\"\n";
  const File* file = parsed(kBytes, arena);
  EXPECT_EQ(file->root().string_at("a").data(), kBytes.data() + 4);
  EXPECT_EQ(file->root().string_at("b").data(), kBytes.data() + 13);
}

Errc code_of(std::string_view bytes, const Budget& budget = {}) {
  Arena arena;
  Result<const File*> file = parse(bytes, arena, budget);
  EXPECT_FALSE(file);
  return file ? Errc::io : file.error().code;
}

std::string repeat(std::string_view text, size_t count) {
  std::string all;
  for (size_t i = 0; i < count; ++i) all += text;
  return all;
}

TEST(Yaml, BudgetsHold) {
  EXPECT_EQ(code_of("a: b\n", {.bytes = 3}), Errc::over_budget);
  EXPECT_EQ(code_of("[[[1]]]", {.depth = 2}), Errc::over_budget);
  EXPECT_EQ(code_of("[1, 2, 3]", {.nodes = 3}), Errc::over_budget);
  EXPECT_EQ(code_of("[&a [1, 2], *a, *a]", {.alias_nodes = 5}), Errc::over_budget);
  Arena arena;
  EXPECT_TRUE(parse("[&a [1, 2], *a, *a]", arena, {.alias_nodes = 6}));
  EXPECT_TRUE(parse("[[1]]", arena, {.depth = 2}));
}

// Each of these takes seconds to hours in a reader without budgets.
TEST(Yaml, HostileFilesEndQuickly) {
  auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(code_of(repeat("[", 1'000'000)), Errc::over_budget);
  EXPECT_EQ(code_of(repeat("{a: ", 500'000)), Errc::over_budget);
  EXPECT_EQ(code_of(repeat("- ", 1'000'000)), Errc::over_budget);
  EXPECT_EQ(code_of(repeat("? ", 1'000'000)), Errc::over_budget);
  std::string laughs = "a0: &a0 [x]\n";
  for (int i = 1; i < 60; ++i) {
    std::string alias = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + alias + "," + alias + "]\n";
  }
  EXPECT_EQ(code_of(laughs), Errc::over_budget);
  std::string merges = "a: &a {";
  for (int i = 0; i < 20'000; ++i) merges += "k" + std::to_string(i) + ": 1, ";
  EXPECT_EQ(code_of(merges + "}\nb: [" + repeat("{<<: *a},", 100'000) + "]"), Errc::over_budget);
  std::string long_key(1'000'000, 'k');
  EXPECT_EQ(code_of("- &a {? " + long_key + "a : 1}\n- &b {? " + long_key + "b : 1}\n- {<<: [" +
                    repeat("*a,*b,", 100'000) + "]}\n"),
            Errc::over_budget);
  std::string tags;
  for (int i = 0; i < 100'000; ++i) tags += "%TAG !a" + std::to_string(i) + "! x\n";
  EXPECT_EQ(code_of(tags + "---\n"), Errc::over_budget);
  EXPECT_EQ(code_of(repeat("---\n", 1'000'000)), Errc::over_budget);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(Yaml, PlacesAreWordsOfTheFormat) {
  Arena arena;
  constexpr std::string_view kBytes =
      "x-log: &log\n  driver: json\nservices:\n  web:\n    ports:\n      - \"80:80\"\n      - 81\n"
      "    logging: *log\n  my.db:\n    image: a\n    empty:\nend: {a: [1, [2]]}\n";
  const Node& root = parsed(kBytes, arena)->root();
  auto place = [&](std::string_view text) { return place_at(root, static_cast<uint32_t>(kBytes.find(text))); };
  EXPECT_EQ(place("x-log"), "x-log");
  EXPECT_EQ(place("driver"), "x-log.driver");
  EXPECT_EQ(place("services"), "services");
  EXPECT_EQ(place("web"), "services.web");
  EXPECT_EQ(place("\"80:80\""), "services.web.ports[0]");
  EXPECT_EQ(place("81"), "services.web.ports[1]");
  EXPECT_EQ(place("logging"), "services.web.logging");
  EXPECT_EQ(place("my.db"), "services.\"my.db\"");
  EXPECT_EQ(place_at(root, root.find_path({"services", "my.db", "empty"})->span.begin), "services.\"my.db\".empty");
  EXPECT_EQ(place("2]"), "end.a[1][0]");
  EXPECT_EQ(place_at(root, 1'000'000), "");
}

TEST(Yaml, PlacesStepOverAliasesInSequences) {
  Arena arena;
  constexpr std::string_view kBytes =
      "a: [&x one, *x, two, *x, *x, three, *x]\nb: [*x, *x, *x]\nc:\n  - *x\n  - four\n  - *x\n";
  const Node& root = parsed(kBytes, arena)->root();
  auto place = [&](std::string_view text) { return place_at(root, static_cast<uint32_t>(kBytes.find(text))); };
  EXPECT_EQ(place("one"), "a[0]");
  EXPECT_EQ(place("two"), "a[2]");
  EXPECT_EQ(place("three"), "a[5]");
  EXPECT_EQ(place("four"), "c[1]");
  EXPECT_EQ(place("*x, two"), "a");
  EXPECT_EQ(place("*x, *x, *x]"), "b");
}

TEST(Yaml, LookupsTakeAbsentAndCompoundNodes) {
  Arena arena;
  const Node& root = parsed("a: {b: {c: x}}\nn: ~\ni: 5\n", arena)->root();
  EXPECT_EQ(root.find_path({"a", "b", "c"})->text, "x");
  EXPECT_EQ(root.find_path({"a", "x", "c"}), nullptr);
  EXPECT_EQ(root.string_at("a"), "");
  EXPECT_EQ(root.string_at("n"), "");
  EXPECT_EQ(root.string_at("i"), "5");
  EXPECT_EQ(root.find("i")->find("x"), nullptr);
}

}  // namespace
}  // namespace drydock::yaml
