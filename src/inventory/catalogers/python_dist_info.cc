// Installed Python distributions: the core metadata (packaging.python.org/specifications/core-metadata) that installers
// leave in *.dist-info/METADATA (wheels) and *.egg-info (setuptools: a folder with PKG-INFO, or one file).
//
// Reads the header part only, up to the first empty line: the description below it is free text in which lines may look
// like fields. A field's continuation lines begin with a blank.
#include <string>

#include "base/text.h"
#include "inventory/cataloger.h"
#include "inventory/python_names.h"

namespace drydock::inventory::python_dist_info {
namespace {

struct Metadata {
  std::string_view name, version, expression, licence, classifier;
  Span span;
  uint32_t line = 0;
};

// The License field may hold the whole text, which is no name of a licence; the classifier then says it better.
std::string_view licence_of(const Metadata& metadata) {
  constexpr size_t kLongestName = 80;
  if (!metadata.expression.empty()) return metadata.expression;
  if (!metadata.licence.empty() && metadata.licence.size() <= kLongestName && metadata.licence != "UNKNOWN")
    return metadata.licence;
  return metadata.classifier;
}

Metadata parse(std::string_view bytes) {
  Metadata metadata;
  bool licence_goes_on = false;
  std::string_view rest = bytes;
  if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);
  for (uint32_t number = 1; !rest.empty(); ++number) {
    std::string_view line = take_line(rest);
    if (line.empty()) break;
    if (line[0] == ' ' || line[0] == '\t') {
      if (licence_goes_on) metadata.licence = {};
      continue;
    }
    licence_goes_on = false;
    Cut field = cut(line, ":");
    std::string_view value = trim(field.after);
    // The first of each counts, as in email.parser, which the installers use.
    if (equal_ignoring_case(field.before, "name") && metadata.name.empty()) {
      metadata.name = value;
    } else if (equal_ignoring_case(field.before, "version") && metadata.version.empty()) {
      metadata.version = value;
      metadata.line = number;
      uint32_t begin = static_cast<uint32_t>(value.data() - bytes.data());
      if (!value.empty()) metadata.span = {begin, begin + static_cast<uint32_t>(value.size())};
    } else if (equal_ignoring_case(field.before, "license-expression")) {
      metadata.expression = value;
    } else if (equal_ignoring_case(field.before, "license") && metadata.licence.empty()) {
      metadata.licence = value;
      licence_goes_on = true;
    } else if (metadata.classifier.empty() && value.starts_with("License ::")) {
      metadata.classifier = trim(cut_last(value, "::").after);
    }
  }
  return metadata;
}

void run(const FileView& file, Catalog& out) {
  Metadata metadata = parse(file.bytes);
  if (!is_python_name(metadata.name) || metadata.version.empty()) {
    out.unknown(std::string("The Python metadata has no valid ") + (metadata.version.empty() ? "Version" : "Name") +
                "; `pip check` in the image shows broken distributions.");
    return;
  }
  std::string name = normalised_python_name(metadata.name);
  Package package{
      .ecosystem = Ecosystem::pypi, .name = name, .version = metadata.version, .licence = licence_of(metadata)};
  package.at.span = metadata.span;
  package.at.line = metadata.line;
  out.add(package);
}

constexpr std::string_view kPaths[] = {"*.dist-info/METADATA", "*.egg-info/PKG-INFO", "*.egg-info",
                                       "EGG-INFO/PKG-INFO"};

}  // namespace

extern constinit const Cataloger cataloger{.name = "python-dist-info", .paths = kPaths, .run = run};

}  // namespace drydock::inventory::python_dist_info
