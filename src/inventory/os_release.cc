#include "inventory/os_release.h"

#include <string>

#include "base/text.h"

namespace drydock::inventory {
namespace {

// os-release(5): shell quoting without expansion. Backslash escapes $ " \ ` in double quotes and anything outside.
std::string unquote(std::string_view text) {
  std::string out;
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      out += text[++i];
    } else {
      out += c;
    }
  }
  return out;
}

// "3.19.1" -> "3.19"
std::string_view major_minor(std::string_view version) {
  size_t dot = version.find('.');
  if (dot == std::string_view::npos) return version;
  return version.substr(0, version.find_first_not_of("0123456789", dot + 1));
}

// The branch of an apk repository: ".../alpine/v3.19/main" -> "3.19", ".../alpine/edge/main" -> "edge". Tagged lines
// ("@testing https://...") only serve packages that ask for the tag.
std::string_view alpine_branch(std::string_view repositories) {
  std::string_view branch;
  while (!repositories.empty()) {
    std::string_view line = trim(take_line(repositories));
    if (line.empty() || line[0] == '#' || line[0] == '@') continue;
    if (line.find("/edge/") != std::string_view::npos) return "edge";
    size_t at = line.rfind("/v");
    if (at == std::string_view::npos || at + 2 >= line.size() || !is_digit(line[at + 2])) continue;
    std::string_view version = line.substr(at + 2);
    version = version.substr(0, version.find('/'));
    if (version.find_first_not_of("0123456789.") == std::string_view::npos) branch = version;
  }
  return branch;
}

}  // namespace

std::string_view os_release_value(std::string_view text, std::string_view key, StringPool& pool) {
  std::string_view value;
  while (!text.empty()) {
    std::string_view line = trim(take_line(text));
    Cut assignment = cut(line, "=");
    if (assignment.found && assignment.before == key) value = assignment.after;
  }
  return value.empty() ? std::string_view{} : pool.copy(unquote(value));
}

OsRelease detect_os(const OsFiles& files, StringPool& pool) {
  OsRelease os;
  os.id = os_release_value(files.os_release, "ID", pool);
  os.version_id = os_release_value(files.os_release, "VERSION_ID", pool);
  os.pretty_name = os_release_value(files.os_release, "PRETTY_NAME", pool);
  if (os.id.empty() && !trim(files.debian_version).empty()) {
    // Ubuntu has this file as well, but never without os-release.
    std::string_view version = trim(files.debian_version);
    os.id = "debian";
    if (is_digit(version[0])) os.version_id = pool.copy(cut(version, ".").before);
    os.pretty_name = pool.join("Debian ", version);
  } else if (os.id.empty() && !trim(files.alpine_release).empty()) {
    std::string_view version = trim(files.alpine_release);
    os.id = "alpine";
    os.version_id = pool.copy(version);
    os.pretty_name = pool.join("Alpine Linux ", version);
  }
  if (os.id == "debian") {
    os.ecosystem = Ecosystem::debian;
    if (os.version_id.empty()) os.version_id = "sid";
  } else if (os.id == "alpine") {
    os.ecosystem = Ecosystem::alpine;
  }
  return os;
}

std::string_view release_of(const OsRelease& os, std::string_view apk_repositories) {
  if (os.ecosystem == Ecosystem::debian) return cut(os.version_id, ".").before;
  if (os.ecosystem != Ecosystem::alpine) return os.version_id;
  std::string_view branch = alpine_branch(apk_repositories);
  return branch.empty() ? major_minor(os.version_id) : branch;
}

}  // namespace drydock::inventory
