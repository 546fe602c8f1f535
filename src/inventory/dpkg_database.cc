#include "inventory/dpkg_database.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace drydock::inventory {
namespace {

struct Paragraph {
  std::string_view name, version, architecture, source, status;
  Span span;  // the value of Package
  uint32_t line = 0;
  bool any = false;
};

// dpkg(1), "Package states". What is unpacked has its code on disk, configured or not; `config-files` has none left and
// `half-installed` may have any part, as dpkg itself will install it anew. What the user wants (hold, deinstall) says
// nothing about the disk.
bool is_unpacked(std::string_view status) {
  constexpr std::string_view kStates[] = {"installed", "triggers-pending", "triggers-awaited", "half-configured",
                                          "unpacked"};
  return std::ranges::find(kStates, trim(cut_last(status, " ").after)) != std::end(kStates);
}

void finish(const Paragraph& paragraph, DpkgForm form, Catalog& out) {
  if (!paragraph.any) return;
  if (paragraph.status.empty() ? form == DpkgForm::status : !is_unpacked(paragraph.status)) {
    if (paragraph.status.empty())
      out.unknown("The dpkg paragraph at line " + std::to_string(paragraph.line) +
                  " has no Status; the database may be damaged, compare it with `dpkg --audit`.");
    return;
  }
  if (paragraph.name.empty() || paragraph.version.empty()) {
    out.unknown("The dpkg paragraph at line " + std::to_string(paragraph.line) + " has no " +
                (paragraph.name.empty() ? "Package" : "Version") +
                "; the database may be damaged, compare it with `dpkg --audit`.");
    return;
  }
  Package package{.ecosystem = Ecosystem::debian,
                  .name = paragraph.name,
                  .version = paragraph.version,
                  .architecture = paragraph.architecture};
  package.at.span = paragraph.span;
  package.at.line = paragraph.line;
  // "Source: glibc" or "Source: gcc-12 (12.2.0-14)"; absent where both names and versions are the same.
  Cut source = cut(paragraph.source, "(");
  if (std::string_view name = trim(source.before); name != paragraph.name) package.source_name = name;
  if (std::string_view version = trim(cut(source.after, ")").before); version != paragraph.version)
    package.source_version = version;
  out.add(package);
}

}  // namespace

void read_dpkg_database(const FileView& file, DpkgForm form, Catalog& out) {
  Paragraph paragraph;
  std::string_view rest = file.bytes;
  uint32_t number = 0;
  while (!rest.empty()) {
    std::string_view line = take_line(rest);
    ++number;
    if (line.empty()) {
      finish(paragraph, form, out);
      paragraph = {};
      continue;
    }
    if (line[0] == ' ' || line[0] == '\t') continue;
    if (!paragraph.any) paragraph.line = number;
    paragraph.any = true;
    // Five of some twenty fields matter; their first letters turn most of the others away.
    char first = lower(line[0]);
    if (first != 'p' && first != 's' && first != 'v' && first != 'a') continue;
    Cut field = cut(line, ":");
    std::string_view value = trim(field.after);
    if (equal_ignoring_case(field.before, "package")) {
      paragraph.name = value;
      paragraph.line = number;
      uint32_t begin = static_cast<uint32_t>(value.data() - file.bytes.data());
      if (!value.empty()) paragraph.span = {begin, begin + static_cast<uint32_t>(value.size())};
    } else if (equal_ignoring_case(field.before, "status")) {
      paragraph.status = value;
    } else if (equal_ignoring_case(field.before, "version")) {
      paragraph.version = value;
    } else if (equal_ignoring_case(field.before, "architecture")) {
      paragraph.architecture = value;
    } else if (equal_ignoring_case(field.before, "source")) {
      paragraph.source = value;
    }
  }
  finish(paragraph, form, out);
}

}  // namespace drydock::inventory
