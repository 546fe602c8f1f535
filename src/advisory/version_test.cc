#include "advisory/version.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <random>
#include <span>

#include "base/file.h"
#include "base/text.h"

namespace drydock::advisory {
namespace {

struct SchemeCase {
  VersionScheme scheme;
  std::string_view name;
};
constexpr SchemeCase kSchemes[] = {{VersionScheme::debian, "debian"},
                                   {VersionScheme::pep440, "pep440"},
                                   {VersionScheme::semver, "semver"},
                                   {VersionScheme::apk, "apk"},
                                   {VersionScheme::go, "go"}};

std::string table_of(std::string_view name) {
  std::string path = std::string(DRYDOCK_SOURCE_DIR) + "/src/advisory/testdata/versions_" + std::string(name) + ".txt";
  Result<std::string> text = read_file(path, 1 << 20);
  EXPECT_TRUE(text) << path;
  return text ? *text : "";
}

// "A < B" read backwards: "B > A".
std::string mirrored(std::string_view table) {
  std::string out;
  while (!table.empty()) {
    std::string_view line = trim(take_line(table));
    if (line.empty() || line.front() == '#') continue;
    std::vector<std::string_view> words = split(line, ' ');
    std::string_view sign = words[1] == "<" ? ">" : words[1] == ">" ? "<" : "=";
    out.append(words[2]).append(" ").append(sign).append(" ").append(words[0]).append("\n");
  }
  return out;
}

std::string describe(const Result<std::vector<WrongLine>>& wrong) {
  if (!wrong) return wrong.error().message;
  std::string out;
  for (const WrongLine& line : *wrong)
    out += std::to_string(line.line) + ": " + line.text + ": " + line.complaint + "\n";
  return out;
}

TEST(Version, FollowsThePairTablesInBothDirections) {
  for (const SchemeCase& scheme : kSchemes) {
    std::string table = table_of(scheme.name);
    ASSERT_FALSE(table.empty());
    EXPECT_EQ(describe(compare_lines(scheme.scheme, table)), "") << scheme.name;
    EXPECT_EQ(describe(compare_lines(scheme.scheme, mirrored(table))), "") << scheme.name;
  }
}

TEST(Version, EqualsItselfInEveryTable) {
  for (const SchemeCase& scheme : kSchemes) {
    std::string table = table_of(scheme.name);
    std::string_view rest = table;
    while (!rest.empty()) {
      std::string_view line = trim(take_line(rest));
      if (line.empty() || line.front() == '#') continue;
      std::string_view version = split(line, ' ')[0];
      Result<std::strong_ordering> order = compare_versions(scheme.scheme, version, version);
      EXPECT_TRUE(order && *order == 0) << version;
    }
  }
}

TEST(Version, RefusesWhatTheSchemeDoesNotDefine) {
  struct Case {
    VersionScheme scheme;
    std::string_view version;
  };
  constexpr Case kCases[] = {
      {VersionScheme::debian, ""},          {VersionScheme::debian, ":1"},
      {VersionScheme::debian, "a:1"},       {VersionScheme::debian, "1:"},
      {VersionScheme::debian, "1-"},        {VersionScheme::debian, "-1"},
      {VersionScheme::debian, "1 2"},       {VersionScheme::debian, "1_2"},
      {VersionScheme::debian, "1\xc3\xa9"}, {VersionScheme::debian, "-1:1"},
      {VersionScheme::pep440, ""},          {VersionScheme::pep440, "latest"},
      {VersionScheme::pep440, "1.0.x"},     {VersionScheme::pep440, "1..0"},
      {VersionScheme::pep440, "1.0."},      {VersionScheme::pep440, "!1"},
      {VersionScheme::pep440, "1!"},        {VersionScheme::pep440, "1.0+"},
      {VersionScheme::pep440, "1.0+a..b"},  {VersionScheme::pep440, "1.0+a."},
      {VersionScheme::pep440, "1.0a1b2"},   {VersionScheme::pep440, "2004d-1!a"},
      {VersionScheme::pep440, "1.0-1-1"},   {VersionScheme::pep440, "1.0 beta"},
      {VersionScheme::semver, ""},          {VersionScheme::semver, "1"},
      {VersionScheme::semver, "1.2"},       {VersionScheme::semver, "1.2.3.4"},
      {VersionScheme::semver, "01.2.3"},    {VersionScheme::semver, "1.2.3-"},
      {VersionScheme::semver, "1.2.3-01"},  {VersionScheme::semver, "1.2.3-a..b"},
      {VersionScheme::semver, "1.2.3+"},    {VersionScheme::apk, ""},
      {VersionScheme::apk, "a1"},           {VersionScheme::apk, "1."},
      {VersionScheme::apk, "1..2"},         {VersionScheme::apk, ".1"},
      {VersionScheme::apk, "1A"},           {VersionScheme::apk, "1ab"},
      {VersionScheme::apk, "1a2"},          {VersionScheme::apk, "1a.2"},
      {VersionScheme::apk, "1_"},           {VersionScheme::apk, "1_foo"},
      {VersionScheme::apk, "1_rc1.2"},      {VersionScheme::apk, "1_rc1a"},
      {VersionScheme::apk, "1-r"},          {VersionScheme::apk, "1-1"},
      {VersionScheme::apk, "1-r1-r2"},      {VersionScheme::apk, "1-r1_p1"},
      {VersionScheme::apk, "1~"},           {VersionScheme::apk, "1~xyz"},
      {VersionScheme::apk, "1~a~b"},        {VersionScheme::apk, "1 "},
      {VersionScheme::apk, "1:2"},          {VersionScheme::apk, "1.2\n"},
      {VersionScheme::apk, "-r1"},          {VersionScheme::go, ""},
      {VersionScheme::go, "(devel)"},       {VersionScheme::go, "1"},
      {VersionScheme::go, "go1"},           {VersionScheme::go, "1.21rc"},
      {VersionScheme::go, "1.21rc01"},      {VersionScheme::go, "1.021"},
      {VersionScheme::go, "1.21.0.1"},      {VersionScheme::go, "1.21pre1"},
      {VersionScheme::go, "devel go1.21"},  {VersionScheme::go, "v1.2"},
      {VersionScheme::go, "1.21rc2x"},      {VersionScheme::semver, "1.2.x"},
      {VersionScheme::semver, "1.2.3-a_b"}, {VersionScheme::semver, "file:../a"},
  };
  for (const Case& test : kCases) {
    EXPECT_FALSE(check_version(test.scheme, test.version)) << test.version;
    Result<std::strong_ordering> order = compare_versions(test.scheme, test.version, "1.0.0");
    ASSERT_FALSE(order) << test.version;
    EXPECT_EQ(order.error().code, Errc::malformed);
  }
}

TEST(Version, ComparesMegabytesInOnePass) {
  std::string digits(1 << 20, '9');
  std::string dots;
  for (int i = 0; i < 1 << 19; ++i) dots += ".1";
  for (const SchemeCase& scheme : kSchemes) {
    std::string a = "1." + digits + ".0";
    std::string b = "1." + digits + ".1";
    Result<std::strong_ordering> order = compare_versions(scheme.scheme, a, b);
    ASSERT_TRUE(order);
    EXPECT_TRUE(*order < 0);
  }
  Result<std::strong_ordering> order = compare_versions(VersionScheme::pep440, "1" + dots, "1" + dots + ".1");
  ASSERT_TRUE(order);
  EXPECT_TRUE(*order < 0);
}

TEST(Version, NamesSchemesByEcosystemAndByPurlType) {
  EXPECT_EQ(scheme_of("Debian"), VersionScheme::debian);
  EXPECT_EQ(scheme_of("Debian:12"), VersionScheme::debian);
  EXPECT_EQ(scheme_of("deb"), VersionScheme::debian);
  EXPECT_EQ(scheme_of("PyPI"), VersionScheme::pep440);
  EXPECT_EQ(scheme_of("pypi"), VersionScheme::pep440);
  EXPECT_EQ(scheme_of("npm"), VersionScheme::semver);
  EXPECT_EQ(scheme_of("Alpine:v3.19"), VersionScheme::apk);
  EXPECT_EQ(scheme_of("apk"), VersionScheme::apk);
  EXPECT_EQ(scheme_of("Go"), VersionScheme::go);
  EXPECT_EQ(scheme_of("golang"), VersionScheme::go);
  EXPECT_EQ(scheme_of("Packagist"), std::nullopt);
  EXPECT_EQ(scheme_of(""), std::nullopt);
}

TEST(Version, CompareLinesReportsDisagreementsWithTheirLine) {
  Result<std::vector<WrongLine>> wrong =
      compare_lines(VersionScheme::debian, "# comment\n1 < 2\n\n2 < 1\r\n1 = 1.\n1 > :\n");
  ASSERT_TRUE(wrong);
  ASSERT_EQ(wrong->size(), 3u);
  EXPECT_EQ((*wrong)[0].line, 4u);
  EXPECT_EQ((*wrong)[0].text, "2 < 1");
  EXPECT_EQ((*wrong)[0].complaint, "is 2 > 1 here");
  EXPECT_NE((*wrong)[2].complaint.find("not a Debian version"), std::string::npos);
  for (std::string_view bad : {"1 2", "1 <", "1 << 2", "1 < 2 3"})
    EXPECT_FALSE(compare_lines(VersionScheme::debian, bad));
}

// ---- oracles: the reference implementations, where this machine has them

std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return out;
  std::array<char, 4096> buffer{};
  while (size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) out.append(buffer.data(), got);
  return ::pclose(pipe) == 0 ? out : "";
}

// Random versions out of pieces that the schemes treat specially; a fixed seed, so that a failure repeats.
std::string random_version(std::mt19937& random, std::span<const std::string_view> pieces, size_t most) {
  std::string version;
  for (size_t count = 1 + random() % most; count > 0; --count) version += pieces[random() % pieces.size()];
  return version;
}

struct TemporaryFile {
  explicit TemporaryFile(std::string_view bytes)
      : path(std::filesystem::temp_directory_path() / ("drydock_versions_" + std::to_string(::getpid()))) {
    EXPECT_TRUE(write_file_atomically(path, bytes));
  }
  ~TemporaryFile() { ::unlink(path.c_str()); }
  std::string path;
};

// One of < = > per pair, or ? for what the oracle refuses. We may accept more only where `we_accept_more` says so.
void compare_with(VersionScheme scheme, const std::string& pairs, const std::string& verdicts,
                  bool we_accept_more = false) {
  std::string_view left = pairs;
  std::string_view right = verdicts;
  size_t refused = 0;
  size_t compared = 0;
  while (!left.empty()) {
    std::vector<std::string_view> pair = split(take_line(left), ' ');
    std::string_view verdict = take_line(right);
    ++(verdict == "?" ? refused : compared);
    Result<std::strong_ordering> order = compare_versions(scheme, pair[0], pair[1]);
    std::string_view ours = !order ? "?" : *order < 0 ? "<" : *order > 0 ? ">" : "=";
    if (verdict == "?" && we_accept_more) continue;
    EXPECT_EQ(ours, verdict) << pair[0] << " and " << pair[1] << (order ? "" : ": " + order.error().message);
  }
  EXPECT_TRUE(right.empty());
  EXPECT_GT(compared, 100u) << refused << " refused";
}

TEST(VersionOracle, AgreesWithDpkg) {
  if (output_of("dpkg --version 2>/dev/null").empty()) GTEST_SKIP() << "NO ORACLE: dpkg is not installed";
  constexpr std::string_view kPieces[] = {
      "0", "1",  "2", "10", "09", "a",  "b",       "Z",  ".",    ".",  "+",
      "~", "~~", "-", ":",  "1:", "-1", "+deb11u", "rc", "~bpo", "00", "999999999999999999"};
  std::mt19937 random(20240229);
  std::string pairs;
  for (int i = 0; i < 700; ++i) {
    std::string a = "1" + random_version(random, kPieces, 5);
    std::string b = random() % 2 ? "1" + random_version(random, kPieces, 5) : a + random_version(random, kPieces, 2);
    pairs += a + " " + b + "\n";
  }
  TemporaryFile file(pairs);
  // dpkg answers for a malformed version too (with a warning), so both sides are validated first. --validate-version is
  // stricter than the comparison: it wants a digit first and an epoch below 2^31.
  std::string verdicts = output_of(
      "while read -r a b; do"
      " if ! dpkg --validate-version \"$a\" || ! dpkg --validate-version \"$b\"; then echo '?';"
      " elif dpkg --compare-versions \"$a\" lt \"$b\"; then echo '<';"
      " elif dpkg --compare-versions \"$a\" eq \"$b\"; then echo '=';"
      " else echo '>'; fi; done 2>/dev/null < '" +
      file.path + "'");
  compare_with(VersionScheme::debian, pairs, verdicts, true);
}

TEST(VersionOracle, AgreesWithPythonPackaging) {
  if (output_of("python3 -c 'import packaging.version; print(1)' 2>/dev/null").empty())
    GTEST_SKIP() << "NO ORACLE: python3 with the packaging module is not installed";
  constexpr std::string_view kPieces[] = {"0",    "1",     ".0",    ".1", "a", "b",       "rc", "c",   "pre",
                                          ".dev", ".post", "-1",    "-",  "_", ".",       "+",  "+ab", "+1",
                                          "r",    "rev",   "alpha", "1!", "!", "Preview", "10"};
  std::mt19937 random(440);
  std::string pairs;
  for (int i = 0; i < 4000; ++i) {
    std::string a = (random() % 8 ? "1" : "v1") + random_version(random, kPieces, 6);
    std::string b = random() % 2 ? "1" + random_version(random, kPieces, 6) : a + random_version(random, kPieces, 2);
    pairs += a + " " + b + "\n";
  }
  TemporaryFile file(pairs);
  std::string verdicts = output_of(
      "python3 -c \"\n"
      "from packaging.version import Version as V, InvalidVersion\n"
      "for line in open('" +
      file.path +
      "'):\n"
      "  try:\n"
      "    a, b = map(V, line.split())\n"
      "    print('<' if a < b else '>' if a > b else '=')\n"
      "  except InvalidVersion: print('?')\"");
  compare_with(VersionScheme::pep440, pairs, verdicts);
}

TEST(VersionOracle, AgreesWithNodeSemver) {
  std::string module;
  for (const char* path : {"/usr/lib/node_modules/npm/node_modules/semver", "/usr/share/nodejs/semver",
                           "/usr/local/lib/node_modules/npm/node_modules/semver"})
    if (module.empty() && std::filesystem::exists(path)) module = path;
  if (module.empty() || output_of("node --version 2>/dev/null").empty())
    GTEST_SKIP() << "NO ORACLE: node with its semver module is not installed";
  constexpr std::string_view kPieces[] = {"0",  "1", ".0", ".1", ".2", "-",  "-0", "-1",   "a",
                                          "rc", ".", "+",  "+b", "-a", "10", "00", "-rc.1"};
  std::mt19937 random(200);
  std::string pairs;
  for (int i = 0; i < 4000; ++i) {
    std::string a = (random() % 8 ? "" : "v") + std::string("1.0.") + random_version(random, kPieces, 5);
    std::string b = random() % 2 ? "1.0." + random_version(random, kPieces, 5) : a + random_version(random, kPieces, 2);
    pairs += a + " " + b + "\n";
  }
  TemporaryFile file(pairs);
  std::string verdicts = output_of("node -e \"const s = require('" + module +
                                   "');"
                                   "for (const line of require('fs').readFileSync('" +
                                   file.path +
                                   "', 'utf8').trimEnd().split('\\n')) {"
                                   "  const [a, b] = line.split(' ');"
                                   "  if (!s.valid(a) || !s.valid(b)) { console.log('?'); continue; }"
                                   "  const c = s.compare(a, b); console.log(c < 0 ? '<' : c > 0 ? '>' : '=');"
                                   "}\"");
  compare_with(VersionScheme::semver, pairs, verdicts);
}

}  // namespace
}  // namespace drydock::advisory
