// Walks all checks: each says what it is, and its examples prove it, read by the decoders that a scan uses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/stable_order.h"
#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/runner.h"
#include "scan/configuration.h"
#include "target/image_config.h"

namespace drydock::scan {
namespace {

namespace fs = std::filesystem;
using Files = std::map<std::string, std::string>;

const Time kNow = parse_time("2026-01-01").value();  // after every date that examples rely on, before the next ones

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

std::string_view default_path(const Check& check) {
  constexpr std::string_view kPaths[] = {
      "Dockerfile", "compose.yaml", "compose.yaml", "nginx.conf", ".github/workflows/ci.yml",
      ".env",       "image.json",   "compose.yaml"};
  static_assert(std::size(kPaths) == std::variant_size_v<decltype(Check::run)>);
  return kPaths[check.run.index()];
}

// "-- path --" lines start a file each; text without one is one file.
Files files_of(const Check& check, const Example& example, std::string_view text) {
  Files files;
  if (!text.starts_with("-- ")) {
    files[std::string(example.path.empty() ? default_path(check) : example.path)] = text;
    return files;
  }
  std::string* file = nullptr;
  while (!text.empty()) {
    std::string_view rest = text;
    std::string_view line = take_line(rest);
    if (line.starts_with("-- ") && line.ends_with(" --"))
      file = &files[std::string(line.substr(3, line.size() - 6))];
    else
      *file += text.substr(0, text.size() - rest.size());
    text = rest;
  }
  return files;
}

// What the check alone says about the files. Findings view the part.
std::shared_ptr<const Part> examine_files(const Check& check, const Files& files, const Settings& settings) {
  std::vector<std::string_view> only{check.id};
  if (std::holds_alternative<RunOn<ImageInput>>(check.run)) {
    auto part = std::make_shared<Part>();
    Image image;
    Result<ImageConfig> config = target::parse_image_config(files.begin()->second, image.pool);
    EXPECT_TRUE(config) << check.id;
    if (!config) return part;
    image.config = *config;
    Stack none;
    checks::run_on_image(image, {.kind = SubjectKind::image, .id = "example", .version = {}},
                         {.stack = &none, .settings = {}, .now = kNow}, {.only = only}, *part);
    return part;
  }
  std::map<std::string_view, std::string_view> views(files.begin(), files.end());
  std::shared_ptr<const Configuration> configuration = read_configuration(views, "example");
  EXPECT_EQ(configuration->sources.all().size(), files.size()) << check.id << ": a file of an example is of no kind";
  for (const Source& source : configuration->sources.all()) EXPECT_EQ(source.problem, "") << check.id;
  return examine(*configuration, settings, kNow, {.only = only});
}

std::string listing(const Part& part) {
  std::string text;
  for (const Finding& finding : part.findings)
    text += "  " + std::string(finding.location()->path) + ":" + std::to_string(finding.location()->line) + " [" +
            std::string(finding.item) + "] " + std::string(finding.message) + "\n";
  return text;
}

// Applies every offered edit, by position; equal positions keep the order of the findings.
Files fixed(Files files, const Part& part) {
  std::map<std::string, std::vector<Edit>> edits;
  for (const Finding& finding : part.findings)
    for (const Edit& edit : std::get<MisconfigurationDetail>(finding.detail).edits)
      edits[std::string(edit.path)].push_back(edit);
  for (auto& [path, list] : edits) {
    sort_stably(list, [](const Edit& a, const Edit& b) { return a.span.begin < b.span.begin; });
    std::string& bytes = files.at(path);
    std::string result;
    size_t at = 0;
    for (const Edit& edit : list) {
      EXPECT_GE(edit.span.begin, at) << "edits overlap";
      result += bytes.substr(at, edit.span.begin - at);
      result += edit.text;
      at = edit.span.end;
    }
    bytes = result + bytes.substr(at);
  }
  return files;
}

bool offers_fix(const Part& part) {
  return std::ranges::any_of(part.findings, [](const Finding& finding) {
    return !std::get<MisconfigurationDetail>(finding.detail).edits.empty();
  });
}

struct CatalogRow {
  std::string severity, title;
};

std::map<std::string, CatalogRow, std::less<>> catalog() {
  std::map<std::string, CatalogRow, std::less<>> rows;
  std::istringstream lines(read(fs::path(DRYDOCK_SOURCE_DIR) / "data/check_catalog.tsv"));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::vector<std::string_view> fields = split(line, '\t');
    rows[std::string(fields[0])] = {std::string(fields[1]), std::string(fields[2])};
  }
  return rows;
}

TEST(Checks, AreInTheCatalogUnderTheirIds) {
  const auto rows = catalog();
  std::set<std::string_view> ids, names;
  for (const Check* check : all_checks()) {
    SCOPED_TRACE(check->id);
    EXPECT_TRUE(ids.insert(check->id).second) << "two checks have this id";
    EXPECT_TRUE(names.insert(check->name).second) << "two checks have the name " << check->name;
    auto row = rows.find(check->id);
    ASSERT_NE(row, rows.end());
    EXPECT_EQ(name_of(check->severity), row->second.severity);
    EXPECT_EQ(check->title, row->second.title);
    for (std::string_view other : {check->running_id, check->image_id})
      EXPECT_TRUE(other.empty() || rows.contains(other)) << other;
    EXPECT_FALSE(check->references.empty());
    EXPECT_FALSE(check->advice.empty());
  }
}

TEST(Checks, AreNamedLikeTheirFiles) {
  std::set<std::string> names;
  for (const Check* check : all_checks()) names.insert(std::string(check->name));
  for (const fs::directory_entry& folder : fs::directory_iterator(fs::path(DRYDOCK_SOURCE_DIR) / "src/checks")) {
    if (!folder.is_directory()) continue;
    for (const fs::directory_entry& file : fs::directory_iterator(folder)) {
      std::string stem = file.path().stem();
      if (file.path().extension() != ".cc" || stem.ends_with("_test")) continue;
      std::ranges::replace(stem, '_', '-');
      EXPECT_TRUE(names.contains(stem)) << file.path();
    }
  }
}

TEST(Checks, FindTheirBadExamples) {
  for (const Check* check : all_checks()) {
    size_t bad = 0;
    for (const Example& example : check->examples) {
      if (example.bad.empty()) continue;
      ++bad;
      SCOPED_TRACE(std::string(check->id) + ":\n" + std::string(example.bad));
      std::shared_ptr<const Part> part =
          examine_files(*check, files_of(*check, example, example.bad), example.settings);
      EXPECT_FALSE(part->findings.empty());
      for (const Finding& finding : part->findings) EXPECT_FALSE(finding.message.empty());
    }
    EXPECT_GT(bad, 0u) << check->id;
  }
}

TEST(Checks, AreSilentAboutTheirGoodExamples) {
  for (const Check* check : all_checks()) {
    for (const Example& example : check->examples) {
      if (example.good.empty()) continue;
      SCOPED_TRACE(std::string(check->id) + ":\n" + std::string(example.good));
      std::shared_ptr<const Part> part =
          examine_files(*check, files_of(*check, example, example.good), example.settings);
      EXPECT_EQ(listing(*part), "");
    }
  }
}

TEST(Checks, FixTheirBadExamplesIntoTheGoodOnes) {
  for (const Check* check : all_checks()) {
    bool shown = false;
    for (const Example& example : check->examples) {
      if (example.bad.empty()) continue;
      SCOPED_TRACE(std::string(check->id) + ":\n" + std::string(example.bad));
      Files files = files_of(*check, example, example.bad);
      std::shared_ptr<const Part> part = examine_files(*check, files, example.settings);
      if (!offers_fix(*part)) continue;
      EXPECT_NE(check->fix, Fix::none);
      Files after = fixed(files, *part);
      if (!example.good.empty()) {
        shown = true;
        EXPECT_EQ(after, files_of(*check, example, example.good));
      }
      EXPECT_FALSE(offers_fix(*examine_files(*check, after, example.settings))) << "the fix is no fixed point";
    }
    EXPECT_EQ(shown, check->fix != Fix::none) << check->id << ": a fix needs an example with bad and good";
  }
}

// The example stack holds the mistakes of three hardening guides (tests/taskboard_traps.tsv).
TEST(Checks, FindTheTrapsOfTaskboard) {
  fs::path root = fs::path(DRYDOCK_SOURCE_DIR) / "examples/taskboard";
  Files files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root))
    if (entry.is_regular_file()) files[fs::relative(entry.path(), root)] = read(entry.path());
  std::map<std::string_view, std::string_view> views(files.begin(), files.end());
  std::shared_ptr<const Configuration> configuration = read_configuration(views, "taskboard");
  std::shared_ptr<const Part> part = examine(*configuration, {}, kNow, {});
  std::istringstream lines(read(fs::path(DRYDOCK_SOURCE_DIR) / "tests/taskboard_traps.tsv"));
  size_t found = 0;
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string_view> fields = split(line, '\t');
    for (std::string_view id : split(fields[3], ' ')) {
      const Check* check = find_check(id);
      if (check == nullptr || check->id != id) continue;
      std::string_view bytes = files[std::string(fields[1])];
      size_t at = bytes.find(fields[2]);
      ASSERT_NE(at, std::string_view::npos) << line;
      bool hit = std::ranges::any_of(part->findings, [&](const Finding& finding) {
        const Location& place = *finding.location();
        if (finding.check != id || place.path != fields[1]) return false;
        bool inside = place.span.begin < at + fields[2].size() && at < place.span.end;
        return inside || place.line == LineTable(bytes).at(static_cast<uint32_t>(at)).line;
      });
      EXPECT_TRUE(hit) << line;
      found += hit ? 1 : 0;
    }
  }
  EXPECT_GE(found, 15u);
}

}  // namespace
}  // namespace drydock::scan
