#include "controls/catalog.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/file.h"
#include "base/text.h"

namespace drydock::controls {
namespace {

std::set<std::string> checks_of_the_catalog() {
  std::set<std::string> ids;
  std::string text = read_file(std::string(DRYDOCK_SOURCE_DIR) + "/data/check_catalog.tsv", 1 << 22).value_or("");
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view line = take_line(rest);
    if (!line.starts_with('#') && !line.empty()) ids.insert(std::string(cut(line, "\t").before));
  }
  return ids;
}

TEST(ControlCatalog, EveryCheckOfAControlIsInTheCheckCatalog) {
  std::set<std::string> known = checks_of_the_catalog();
  ASSERT_GT(known.size(), 100u);
  ASSERT_FALSE(catalog().empty());
  for (const Control& control : catalog())
    for (const ControlEntry& entry : control.entries)
      for (std::string_view check : entry.checks)
        EXPECT_TRUE(known.contains(std::string(check))) << control.id << ": " << check;
}

TEST(ControlCatalog, EveryControlSaysWhatItIsAndHowToMendIt) {
  std::set<std::string_view> ids;
  for (const Control& control : catalog()) {
    EXPECT_TRUE(ids.insert(control.id).second) << control.id << " stands twice";
    EXPECT_NE(control.id.find('.'), std::string_view::npos) << control.id;
    EXPECT_FALSE(control.description.empty()) << control.id;
    EXPECT_FALSE(control.fix.empty()) << control.id;
    EXPECT_NE(control.severity, Severity::unknown) << control.id;
    for (const ControlEntry& entry : control.entries) EXPECT_FALSE(entry.pass_when.empty()) << control.id;
    EXPECT_EQ(find_control(control.id), &control);
  }
  EXPECT_EQ(find_control("no.such-control"), nullptr);
  EXPECT_EQ(find_control(""), nullptr);
}

TEST(ControlCatalog, ReadsAControl) {
  Result<ParsedCatalog> controls = parse_catalog(R"(controls:
- id: a.b
  title: A title
  section: One
  description: What it is.
  severity: high
  fix: Do it.
  verify:
    - {input: files, check: [DF001, DF002], items: [x], pass_when: "all is well"}
    - {input: person, check: [PE001], pass_when: "somebody says so"}
)");
  ASSERT_TRUE(controls.has_value()) << controls.error().message;
  ASSERT_EQ(controls->controls.size(), 1u);
  const Control& control = controls->controls[0];
  EXPECT_EQ(control.title, "A title");
  EXPECT_EQ(control.severity, Severity::high);
  ASSERT_EQ(control.entries.size(), 2u);
  EXPECT_EQ(control.entries[0].checks.size(), 2u);
  EXPECT_EQ(control.entries[0].items[0], "x");
  EXPECT_EQ(control.entries[1].input, EvidenceInput::person);
}

TEST(ControlCatalog, ErrorsNameTheControl) {
  struct Case {
    std::string_view text, message;
  };
  constexpr Case kCases[] = {
      {"", "the catalog has no controls"},
      {"controls: []", "the catalog has no controls"},
      {"controls: [{id: a.b, title: A}]", "control 'a.b': id, title or section is missing"},
      {"controls: [{title: A, section: S}]", "control '': id, title or section is missing"},
      {"controls: [{id: a.b, title: A, section: S, severity: huge}]", "control 'a.b': no severity"},
      {"controls: [{id: a.b, title: A, section: S, severity: low}]", "control 'a.b': nothing verifies it"},
      {"controls: [{id: a.b, title: A, section: S, severity: low, verify: [{input: tea, check: [X1]}]}]",
       "control 'a.b': unknown input 'tea'"},
      {"controls: [{id: a.b, title: A, section: S, severity: low, verify: [{input: files}]}]",
       "control 'a.b': an entry without checks"},
  };
  for (const Case& c : kCases) {
    Result<ParsedCatalog> controls = parse_catalog(c.text);
    ASSERT_FALSE(controls.has_value()) << c.text;
    EXPECT_EQ(controls.error().message, c.message) << c.text;
  }
  EXPECT_FALSE(parse_catalog("controls: [").has_value());
}

}  // namespace
}  // namespace drydock::controls
