// pip's requirements and constraints files (pip.pypa.io/en/stable/reference/requirements-file-format), PEP 508 and 440.
//
//   line  ::= option | requirement | URL or path      "\" at the end joins lines, " #" begins a comment
//   requirement ::= name ["[" extras "]"] [specifiers | "(" specifiers ")" | "@" URL] [";" marker] {" --" option}
//
// `==` and `===` without a wildcard give a version; anything else gives a package without version and the text as
// `constraint`. Options (-r, -c, -e, --index-url, ...) and bare URLs or paths name no package of an index and are
// skipped: the files behind -r and -c are found by their names. A requirement whose marker can only hold on Windows or
// macOS is skipped: a container is Linux. What is none of these is one unknown for the file.
// Linear time; the file is copied only where lines are joined.
#include <algorithm>
#include <string>

#include "base/text.h"
#include "inventory/cataloger.h"
#include "inventory/manifest_path.h"
#include "inventory/python_names.h"

namespace drydock::inventory::requirements_txt {
namespace {

struct Requirement {
  std::string_view name, version, constraint;
  Span span;  // from the name to the end of specifiers or URL
};

std::string_view skip_spaces(std::string_view text) {
  while (!text.empty() && is_space(text[0])) text.remove_prefix(1);
  return text;
}

// The line up to a comment: '#' at its start or behind a blank, so that URL fragments stay.
std::string_view without_comment(std::string_view line) {
  for (size_t i = 0; i < line.size(); ++i)
    if (line[i] == '#' && (i == 0 || is_space(line[i - 1]))) return line.substr(0, i);
  return line;
}

// `requirement --hash=...`: pip ends the requirement at the first word that begins with a dash.
std::string_view without_options(std::string_view line) {
  for (size_t i = 1; i + 1 < line.size(); ++i)
    if (line[i] == '-' && is_space(line[i - 1])) return line.substr(0, i - 1);
  return line;
}

bool is_url_or_path(std::string_view line) {
  if (line.starts_with('.') || line.starts_with('/') || line.starts_with('~') || line.starts_with("file:")) return true;
  std::string_view word = line.substr(0, line.find_first_of(" \t;"));
  // `name@https://...` is a requirement; `git+https://...@tag` is not.
  size_t scheme = word.find("://");
  if (scheme != std::string_view::npos && scheme < word.find('@')) return true;
  return word.ends_with(".whl") || word.ends_with(".tar.gz") || word.ends_with(".zip") || word.ends_with('/');
}

// True for a conjunction with a term like `sys_platform == "win32"`. An `or` may hold elsewhere.
bool only_elsewhere(std::string_view marker) {
  if (marker.find(" or ") != std::string_view::npos) return false;
  constexpr std::string_view kNames[] = {"sys_platform", "platform_system", "os_name"};
  constexpr std::string_view kElsewhere[] = {"win32", "darwin", "Windows", "Darwin", "nt", "cygwin"};
  for (std::string_view name : kNames) {
    size_t at = marker.find(name);
    if (at == std::string_view::npos) continue;
    std::string_view rest = skip_spaces(marker.substr(at + name.size()));
    if (!rest.starts_with("==")) continue;
    rest = skip_spaces(rest.substr(2));
    if (rest.empty() || (rest[0] != '"' && rest[0] != '\'')) continue;
    std::string_view value = rest.substr(1, rest.find(rest[0], 1) - 1);
    if (std::ranges::find(kElsewhere, value) != std::end(kElsewhere)) return true;
  }
  return false;
}

// The version of the first exact specifier in "==1.2, !=1.3"; empty if there is none.
std::string_view exact_version(std::string_view specifiers) {
  while (!specifiers.empty()) {
    Cut next = cut(specifiers, ",");
    std::string_view one = trim(next.before);
    specifiers = next.after;
    if (!one.starts_with("==")) continue;
    one.remove_prefix(one.starts_with("===") ? 3 : 2);
    one = trim(one);
    // pip replaces ${NAME} from its environment, which is not known here.
    if (!one.empty() && one.find_first_of("*$ \t") == std::string_view::npos) return one;
  }
  return {};
}

enum class Parsed : uint8_t { requirement, skip, malformed };

// `line` is a logical line without comment, trimmed and not empty.
Parsed parse(std::string_view line, Requirement& out) {
  if (line[0] == '-' || is_url_or_path(line)) return Parsed::skip;
  std::string_view rest = without_options(line);
  size_t size = python_name_length(rest);
  if (size == 0) return Parsed::malformed;
  out.name = rest.substr(0, size);
  const char* begin = rest.data();
  rest = skip_spaces(rest.substr(size));
  if (rest.starts_with('[')) {
    size_t close = rest.find(']');
    if (close == std::string_view::npos) return Parsed::malformed;
    rest = skip_spaces(rest.substr(close + 1));
  }
  if (rest.starts_with('@')) {
    // A URL may hold ';': only one behind a blank begins the marker (PEP 508).
    size_t marker = rest.find(" ;");
    out.constraint = trim(rest.substr(0, marker));
    if (out.constraint.size() < 2) return Parsed::malformed;
    if (marker != std::string_view::npos && only_elsewhere(rest.substr(marker + 2))) return Parsed::skip;
  } else {
    Cut marker = cut(rest, ";");
    std::string_view specifiers = trim(marker.before);
    if (specifiers.starts_with('(') && specifiers.ends_with(')'))
      specifiers = trim(specifiers.substr(1, specifiers.size() - 2));
    if (!specifiers.empty() && std::string_view("=<>!~").find(specifiers[0]) == std::string_view::npos)
      return Parsed::malformed;
    if (only_elsewhere(marker.after)) return Parsed::skip;
    out.version = exact_version(specifiers);
    out.constraint = specifiers;
  }
  const char* end = out.constraint.empty() ? begin + size : out.constraint.data() + out.constraint.size();
  out.span.end = static_cast<uint32_t>(end - begin);
  return Parsed::requirement;
}

void run(const FileView& file, Catalog& out) {
  if (is_inside_packages(file.header.path)) return;
  std::string_view bytes = file.bytes;
  if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) {
    out.unknown("The requirements file is UTF-16 (PowerShell's `>` writes it); save it as UTF-8.");
    return;
  }
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  bool development = is_development_manifest(file.header.path);
  std::string_view rest = bytes;
  uint32_t number = 0, malformed = 0, first_malformed = 0;
  std::string joined;
  while (!rest.empty()) {
    const char* begin = rest.data();
    std::string_view line = take_line(rest);
    uint32_t line_number = ++number;
    // Joined lines keep their offsets: backslash and line end become blanks. A comment line ends the join.
    bool is_joined = line.ends_with('\\') && !skip_spaces(line).starts_with('#');
    if (is_joined) {
      bool more = true;
      std::string_view next = line;
      while (more && !rest.empty()) {
        next = take_line(rest);
        ++number;
        more = next.ends_with('\\') && !skip_spaces(next).starts_with('#');
      }
      joined.assign(begin, rest.data());
      for (size_t i = 0; i < joined.size(); ++i)
        if (joined[i] == '\n' || joined[i] == '\r' ||
            (joined[i] == '\\' && (i + 1 == joined.size() || joined[i + 1] == '\n' || joined[i + 1] == '\r')))
          joined[i] = ' ';
      line = joined;
    }
    std::string_view text = trim(without_comment(line));
    if (text.empty()) continue;
    Requirement requirement;
    Parsed parsed = parse(text, requirement);
    if (parsed == Parsed::malformed) {
      if (malformed++ == 0) first_malformed = line_number;
    }
    if (parsed != Parsed::requirement) continue;
    std::string name = normalised_python_name(requirement.name);
    Package package{
        .ecosystem = Ecosystem::pypi,
        .name = name,
        .version = requirement.version,
        .constraint = requirement.version.empty() ? text.substr(0, requirement.span.end) : std::string_view{},
        .source = PackageSource::manifest,
        .development = development};
    size_t offset = static_cast<size_t>(begin - file.bytes.data()) + static_cast<size_t>(text.data() - line.data());
    package.at.span = {static_cast<uint32_t>(offset), static_cast<uint32_t>(offset) + requirement.span.end};
    package.at.line = line_number;
    package.at.column = static_cast<uint32_t>(text.data() - line.data()) + 1;
    out.add(package);
  }
  if (malformed > 0)
    out.unknown(std::to_string(malformed) + " line" + (malformed == 1 ? "" : "s") + " (first: line " +
                std::to_string(first_malformed) +
                ") cannot be read as a pip requirement; `pip install --dry-run -r` shows what pip makes of it.");
}

constexpr std::string_view kPaths[] = {"requirements*.txt", "*requirements.txt", "constraints*.txt",
                                       "requirements/*.txt"};

}  // namespace

extern constinit const Cataloger cataloger{.name = "requirements-txt", .paths = kPaths, .run = run};

}  // namespace drydock::inventory::requirements_txt
