// Alpine: the packages apk installed (apk-tools, "installed database v2"): records of "K:value" lines, ended by an
// empty line, with the files of each package behind it (F: folders, R: files), which are skipped. Letters are
// case-sensitive.
//   P name   V version   A architecture   L licence   o origin, the package that it was built from
// Alpine's advisories name the origin, whose version the packages that are built from it share.
//
// A record without P or V is an unknown of the file, and reading goes on behind it. A cut-off last record counts if its
// name and version are whole lines. Linear time; nothing but the packages is kept.
#include <string>

#include "base/text.h"
#include "inventory/cataloger.h"

namespace drydock::inventory::apk_installed {
namespace {

struct Record {
  std::string_view name, version, architecture, origin, licence;
  Span span;  // of the name
  uint32_t line = 0;
  bool any = false;
};

void finish(const Record& record, Catalog& out) {
  // `apk add --virtual .build-deps` records a package of that name without files, only to remove it by.
  if (!record.any || record.name.starts_with('.')) return;
  if (record.name.empty() || record.version.empty()) {
    out.unknown("The apk record at line " + std::to_string(record.line) + " has no " +
                (record.name.empty() ? "name (P:)" : "version (V:)") +
                "; the database may be damaged, compare it with `apk audit --system`.");
    return;
  }
  Package package{.ecosystem = Ecosystem::alpine,
                  .name = record.name,
                  .version = record.version,
                  .architecture = record.architecture,
                  .licence = record.licence};
  if (record.origin != record.name) package.source_name = record.origin;
  package.at.span = record.span;
  package.at.line = record.line;
  out.add(package);
}

void run(const FileView& file, Catalog& out) {
  Record record;
  std::string_view rest = file.bytes;
  uint32_t number = 0;
  while (!rest.empty()) {
    std::string_view line = take_line(rest);
    ++number;
    if (line.empty()) {
      finish(record, out);
      record = {};
      continue;
    }
    if (!record.any) record.line = number;
    record.any = true;
    if (line.size() < 2 || line[1] != ':') continue;
    // A line without an end may be the beginning of a longer one: 1.2 of 1.2.13.
    bool cut_off = rest.empty() && !file.bytes.ends_with('\n');
    std::string_view value = trim(line.substr(2));
    switch (line[0]) {
      case 'P': {
        if (cut_off) break;
        record.name = value;
        record.line = number;
        uint32_t begin = static_cast<uint32_t>(value.data() - file.bytes.data());
        if (!value.empty()) record.span = {begin, begin + static_cast<uint32_t>(value.size())};
        break;
      }
      case 'V':
        if (!cut_off) record.version = value;
        break;
      case 'A': record.architecture = value; break;
      case 'L': record.licence = value; break;
      case 'o':
        if (!cut_off) record.origin = value;
        break;
      default: break;
    }
  }
  finish(record, out);
}

// apk-tools 3 keeps it below usr/.
constexpr std::string_view kPaths[] = {"/lib/apk/db/installed", "/usr/lib/apk/db/installed"};

}  // namespace

extern constinit const Cataloger cataloger{.name = "apk-installed", .paths = kPaths, .run = run};

}  // namespace drydock::inventory::apk_installed
