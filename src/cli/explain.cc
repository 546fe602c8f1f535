#include <string>

#include "base/text.h"
#include "checks/check.h"
#include "cli/commands.h"
#include "controls/catalog.h"

namespace drydock::cli {
namespace {

std::string list_of(std::span<const std::string_view> texts) {
  std::string list;
  for (std::string_view text : texts) list += (list.empty() ? "" : ", ") + std::string(text);
  return list;
}

std::string indented(std::string_view text) {
  std::string out;
  while (!text.empty()) out += "    " + std::string(take_line(text)) + "\n";
  return out;
}

std::string explain_check(const Check& check) {
  std::string text = std::string(check.id) + " " + std::string(check.name) + " (" +
                     std::string(name_of(check.severity)) + ")\n" + std::string(check.title) + "\n\n" +
                     std::string(check.advice) + "\n";
  for (const Example& example : check.examples) {
    if (example.bad.empty()) continue;
    text += "\n  Found:\n" + indented(example.bad);
    if (!example.good.empty()) text += "  Better:\n" + indented(example.good);
    break;
  }
  if (!check.aliases.empty()) text += "\nAlso known as: " + list_of(check.aliases) + "\n";
  if (!check.references.empty()) text += "References: " + list_of(check.references) + "\n";
  text += check.fix == Fix::none   ? "No automatic fix.\n"
          : check.fix == Fix::safe ? "`drydock fix` offers an edit.\n"
                                   : "`drydock fix --behaviour-changing` offers an edit.\n";
  text +=
      "Ignore one place with a comment on or above the line: # drydock: ignore=" + std::string(check.id) + " reason\n";
  return text;
}

std::string explain_control(const Control& control) {
  std::string text = std::string(control.id) + " (" + std::string(name_of(control.severity)) + ", " +
                     std::string(control.section) + ")\n" + std::string(control.title) + "\n\n" +
                     std::string(control.description) + "\n";
  for (const ControlEntry& entry : control.entries) {
    text += "\n  " + std::string(name_of(entry.input)) + ": " + std::string(entry.pass_when) + "\n    checks " +
            list_of(entry.checks) + "\n";
  }
  return text + "\nFix: " + std::string(control.fix) + "\n";
}

}  // namespace

int run_explain(const std::string& topic) {
  if (topic.empty()) {
    std::string text;
    for (const Check* check : all_checks()) {
      text += std::string(check->id) + "  " + std::string(name_of(check->severity)) + "  " + std::string(check->name) +
              "  " + std::string(check->title) + "\n";
    }
    write_stdout(text);
    return kClean;
  }
  if (const Check* check = find_check(topic)) {
    write_stdout(explain_check(*check));
    return kClean;
  }
  if (const Control* control = controls::find_control(topic)) {
    write_stdout(explain_control(*control));
    return kClean;
  }
  print_error("nothing goes by '" + printable(topic) +
              "': it is no check (id, name or a peer's id) and no control; `drydock explain` lists the checks");
  return kUsage;
}

}  // namespace drydock::cli
