#include "controls/catalog.h"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

#include "base/arena.h"
#include "formats/yaml.h"

extern "C" const char drydock_controls_yaml[], drydock_controls_yaml_end[];

namespace drydock::controls {
namespace {

std::optional<EvidenceInput> parse_input(std::string_view text) {
  for (int i = 0; i <= static_cast<int>(EvidenceInput::person); ++i)
    if (name_of(static_cast<EvidenceInput>(i)) == text) return static_cast<EvidenceInput>(i);
  return std::nullopt;
}

std::span<const std::string_view> texts(const tree::Node* node, Arena& arena) {
  ArenaList<std::string_view> list(arena);
  if (node != nullptr)
    for (const tree::Node* item : node->items) list.push(item->text);
  return list.span();
}

Result<Control> read_control(const tree::Node& node, Arena& arena) {
  Control control{.id = node.string_at("id"),
                  .title = node.string_at("title"),
                  .section = node.string_at("section"),
                  .description = node.string_at("description"),
                  .fix = node.string_at("fix")};
  auto error = [&](const std::string& what) {
    return fail(Errc::malformed, "control '" + std::string(control.id) + "': " + what);
  };
  if (control.id.empty() || control.title.empty() || control.section.empty())
    return error("id, title or section is missing");
  std::optional<Severity> severity = parse_severity(node.string_at("severity"));
  if (!severity) return error("no severity");
  control.severity = *severity;
  const tree::Node* verify = node.find("verify");
  if (verify == nullptr || verify->items.empty()) return error("nothing verifies it");
  ArenaList<ControlEntry> entries(arena);
  for (const tree::Node* item : verify->items) {
    std::optional<EvidenceInput> input = parse_input(item->string_at("input"));
    if (!input) return error("unknown input '" + std::string(item->string_at("input")) + "'");
    ControlEntry entry{.input = *input,
                       .checks = texts(item->find("check"), arena),
                       .items = texts(item->find("items"), arena),
                       .pass_when = item->string_at("pass_when")};
    if (entry.checks.empty()) return error("an entry without checks");
    entries.push(entry);
  }
  control.entries = entries.span();
  return control;
}

}  // namespace

Result<ParsedCatalog> parse_catalog(std::string_view text) {
  ParsedCatalog parsed;
  TRY(const yaml::File* file, yaml::parse(text, parsed.arena));
  const tree::Node* list = file->root().find("controls");
  if (list == nullptr || list->items.empty()) return fail(Errc::malformed, "the catalog has no controls");
  for (const tree::Node* node : list->items) {
    TRY(Control control, read_control(*node, parsed.arena));
    parsed.controls.push_back(control);
  }
  return parsed;
}

std::span<const Control> catalog() {
  static const ParsedCatalog kept = [] {
    std::string_view text(drydock_controls_yaml,
                          static_cast<size_t>(drydock_controls_yaml_end - drydock_controls_yaml));
    Result<ParsedCatalog> parsed = parse_catalog(text);
    if (!parsed) {  // our own file, read by a test: cannot happen in a build that passed its tests
      std::fprintf(stderr, "data/controls.yaml: %s\n", parsed.error().message.c_str());
      std::abort();
    }
    return std::move(*parsed);
  }();
  return kept.controls;
}

const Control* find_control(std::string_view id) {
  for (const Control& control : catalog())
    if (control.id == id) return &control;
  return nullptr;
}

}  // namespace drydock::controls
