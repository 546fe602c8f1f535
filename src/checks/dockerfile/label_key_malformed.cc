#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::label_key_malformed {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// docs.docker.com/engine/manage-resources/labels, "Key format recommendations".
bool is_well_formed(std::string_view key) {
  if (key.empty() || !is_letter(key.front())) return false;
  if (!is_letter(key.back()) && !is_digit(key.back())) return false;
  char before = 0;
  for (char c : key) {
    bool separator = c == '.' || c == '-' || c == '_' || c == '/';
    if (!separator && !is_digit(c) && !is_letter(c)) return false;
    if ((c == '.' && before == '.') || (c == '-' && before == '-')) return false;
    before = c;
  }
  return true;
}

void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::label) continue;
    for (const dockerfile::Pair& pair : in.pairs) {
      if (pair.name.find('$') != std::string_view::npos) continue;
      // Docker's own programs read labels of theirs: Desktop extensions are labelled so by their authors.
      bool extension = pair.name.starts_with("com.docker.extension") || pair.name.starts_with("com.docker.desktop");
      bool reserved = pair.name.starts_with("com.docker.") || pair.name.starts_with("io.docker.") ||
                      pair.name.starts_with("org.dockerproject.");
      if (reserved && !extension)
        out.add_item(pair.name, pair.name_span,
                     out.text({"label ", pair.name, " is in a namespace that Docker keeps for itself"}));
      else if (!is_well_formed(pair.name))
        out.add_item(pair.name, pair.name_span,
                     out.text({"label key ", pair.name, " is no name of letters, digits, single dots and dashes"}));
    }
  }
}

constexpr std::string_view kAliases[] = {"DL3048", "DL3049", "DL3050", "DL3051", "DL3052",
                                         "DL3053", "DL3054", "DL3055", "DL3056", "DL3058"};
constexpr std::string_view kReferences[] = {
    "https://docs.docker.com/engine/manage-resources/labels/#key-format-recommendations"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nLABEL com.docker.team=web\n"},
    {.bad = "FROM debian:12-slim\nLABEL \"team name\"=web a..b=c\n"},
    {.good =
         "FROM debian:12-slim\nLABEL org.opencontainers.image.title=\"App\" maintainer=team io.k8s.display-name=App\n"},
};
constexpr Check kChecks[] = {{.id = "DF078",
                              .name = "label-key-malformed",
                              .title = "Labels: schema, key form, empty or invalid value",
                              .severity = Severity::info,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Use keys of lower-case letters, digits, dots and dashes, below a domain of "
                                        "your own or org.opencontainers.image.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::label_key_malformed
