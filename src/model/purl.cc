#include "model/purl.h"

#include "base/text.h"
#include "model/package.h"

namespace drydock {
namespace {

constexpr EcosystemRow kEcosystems[] = {
    {Ecosystem::unknown, "generic", "", "", false},
    {Ecosystem::debian, "deb", "debian", "Debian", true},
    {Ecosystem::alpine, "apk", "alpine", "Alpine", true},
    {Ecosystem::pypi, "pypi", "", "PyPI", false},
    {Ecosystem::npm, "npm", "", "npm", false},
    {Ecosystem::go, "golang", "", "Go", false},
};

// purl-spec, "Character encoding": unreserved characters and ':' stay.
void append_encoded(std::string& out, std::string_view text, bool keep_slash) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (char c : text) {
    if (is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '_' || c == '~' || c == ':' ||
        (c == '/' && keep_slash)) {
      out += c;
    } else {
      out += '%';
      out += kDigits[static_cast<uint8_t>(c) >> 4];
      out += kDigits[static_cast<uint8_t>(c) & 15];
    }
  }
}

}  // namespace

const EcosystemRow& row_of(Ecosystem ecosystem) { return kEcosystems[static_cast<size_t>(ecosystem)]; }

std::optional<Ecosystem> parse_ecosystem(std::string_view text) {
  std::string_view name = cut(text, ":").before;
  for (const EcosystemRow& row : kEcosystems) {
    if (row.ecosystem == Ecosystem::unknown) continue;
    if (equal_ignoring_case(name, row.osv_name) || name == row.purl_type) return row.ecosystem;
  }
  return std::nullopt;
}

std::string to_string(const Purl& purl) {
  std::string text = "pkg:";
  text += purl.type;
  text += '/';
  if (!purl.name_space.empty()) {
    append_encoded(text, purl.name_space, true);
    text += '/';
  }
  append_encoded(text, purl.name, false);
  if (!purl.version.empty()) {
    text += '@';
    append_encoded(text, purl.version, false);
  }
  char separator = '?';
  auto qualifier = [&](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    text += separator;
    text += key;
    text += '=';
    append_encoded(text, value, true);
    separator = '&';
  };
  qualifier("arch", purl.architecture);
  qualifier("distro", purl.distro);
  qualifier("epoch", purl.epoch);
  return text;
}

Purl purl_of(const Package& package) {
  const EcosystemRow& row = row_of(package.ecosystem);
  Purl purl{.type = row.purl_type,
            .name_space = row.purl_namespace,
            .name = package.name,
            .version = package.version,
            .architecture = package.architecture};
  if (package.ecosystem == Ecosystem::npm && package.name.starts_with('@')) {
    Cut scope = cut(package.name, "/");
    purl.name_space = scope.before;
    purl.name = scope.after;
  }
  if (package.ecosystem == Ecosystem::go) {
    Cut path = cut_last(package.name, "/");
    if (path.found) {
      purl.name_space = path.before;
      purl.name = path.after;
    }
  }
  if (row.has_releases) purl.distro = package.release;
  return purl;
}

}  // namespace drydock
