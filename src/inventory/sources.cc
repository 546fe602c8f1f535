#include "inventory/sources.h"

#include <algorithm>
#include <initializer_list>

#include "base/text.h"
#include "formats/dockerfile.h"
#include "formats/dotenv.h"
#include "formats/nginx.h"
#include "formats/yaml.h"
#include "inventory/manifest_path.h"

namespace drydock::inventory {
namespace {

bool ends_with_any(std::string_view text, std::initializer_list<std::string_view> endings) {
  return std::ranges::any_of(endings, [&](std::string_view ending) { return text.ends_with(ending); });
}

bool has_folder(std::string_view path, std::initializer_list<std::string_view> names) {
  for (Cut part = cut(path, "/"); part.found; part = cut(part.after, "/"))
    if (std::ranges::find(names, part.before) != names.end()) return true;
  return false;
}

bool has_folder_with(std::string_view path, std::string_view word) {
  return contains_ignoring_case(directory_of(path), word);
}

bool is_yaml_name(std::string_view name) { return ends_with_any(name, {".yml", ".yaml"}); }

// "Dockerfile.prod" is one, "Dockerfile.j2" becomes one, "dockerfile.go" is about one.
bool is_dockerfile_name(std::string_view name) {
  if (equal_ignoring_case(name, "dockerfile") || equal_ignoring_case(name, "containerfile")) return true;
  if (ends_with_any(name, {".dockerfile", ".Dockerfile", ".containerfile", ".Containerfile"})) return true;
  if (!name.starts_with("Dockerfile.") && !name.starts_with("Containerfile.")) return false;
  return !ends_with_any(
      name, {".dockerignore", ".md",     ".rst",  ".txt",  ".adoc", ".html",     ".json",     ".yml", ".yaml", ".lock",
             ".py",           ".go",     ".rb",   ".js",   ".ts",   ".sh",       ".cc",       ".h",   ".j2",   ".tt",
             ".jinja",        ".jinja2", ".erb",  ".tmpl", ".tpl",  ".template", ".mustache", ".hbs", ".ejs",  ".in",
             ".m4",           ".bak",    ".orig", ".rej",  ".swp",  ".patch",    ".diff"});
}

bool is_compose_name(std::string_view name) {
  if (!is_yaml_name(name)) return false;
  return name == "compose.yml" || name == "compose.yaml" || name.starts_with("compose.") ||
         name.starts_with("docker-compose");
}

bool is_dotenv_name(std::string_view name) {
  if (name == ".env") return true;
  if (name.starts_with(".env."))
    return !ends_with_any(name, {".js", ".ts", ".mjs", ".cjs", ".json", ".yml", ".yaml", ".py", ".rb", ".php", ".sh",
                                 ".md", ".enc", ".gpg", ".age", ".vault"});
  return name.ends_with(".env") && name.size() > 4;
}

// The first byte of the file behind comments ('#', and ';' of ini files), for telling configuration formats apart.
char first_significant(std::string_view bytes) {
  while (!bytes.empty()) {
    std::string_view line = trim(take_line(bytes));
    if (!line.empty() && line[0] != '#' && line[0] != ';') return line[0];
  }
  return 0;
}

// `server {`, `http {`, `events {`, `upstream name {` or `location ... {` at the start of a line: blocks of nginx
// alone.
bool has_nginx_block(std::string_view bytes) {
  while (!bytes.empty()) {
    std::string_view line = trim(take_line(bytes));
    size_t end = line.find_first_of(" \t{");
    if (end == std::string_view::npos) continue;
    std::string_view word = line.substr(0, end);
    std::string_view rest = trim(line.substr(end));
    if ((word == "server" || word == "http" || word == "events") && (rest.starts_with('{') || rest.empty()))
      return true;
    if ((word == "upstream" || word == "location") && rest.find('{') != std::string_view::npos) return true;
  }
  return false;
}

bool is_nginx(std::string_view path, std::string_view name, std::string_view first_bytes) {
  if (name == "nginx.conf" || name == "nginx.conf.template") return true;
  bool in_sites = has_folder(path, {"sites-enabled", "sites-available"});
  bool is_conf = ends_with_any(name, {".conf", ".conf.template", ".conf.tpl", ".nginx", ".vhost"});
  if (!is_conf && !(in_sites && name.find('.') == std::string_view::npos)) return false;
  if (has_nginx_block(first_bytes)) return true;
  if (!is_conf || !has_folder_with(path, "nginx")) return false;
  // supervisord and php-fpm ("[program:web]"), Apache ("<VirtualHost>") and JSON are kept in such folders as well.
  char first = first_significant(first_bytes);
  return first != '[' && first != '<' && first != '{';
}

bool is_shell_script(std::string_view name, std::string_view first_bytes) {
  if (ends_with_any(name, {".sh", ".bash"})) return true;
  if (!first_bytes.starts_with("#!")) return false;
  std::string_view line = trim(first_bytes.substr(2, first_bytes.find('\n') - 2));
  Cut words = cut(line, " ");
  std::string_view program = base_name(words.before);
  if (program == "env") {
    std::string_view arguments = trim(words.after);
    if (arguments.starts_with("-S ")) arguments = trim(arguments.substr(3));
    program = base_name(cut(arguments, " ").before);
  }
  return program == "sh" || program == "bash" || program == "dash" || program == "ash" || program == "ksh";
}

template <class T>
void set_tree(Source& source, Arena& arena, Result<const T*> tree) {
  if (tree) {
    source.tree = *tree;
  } else {
    source.problem = arena.copy(tree.error().message);
  }
}

}  // namespace

SourceKind source_kind(std::string_view path, std::string_view first_bytes) {
  if (is_inside_packages(path) || has_folder(path, {".git"})) return SourceKind::other;
  std::string_view name = base_name(path);
  if (name == ".gitignore" || name.ends_with(".dockerignore")) return SourceKind::dockerignore;
  if (is_dockerfile_name(name)) return SourceKind::dockerfile;
  if (is_compose_name(name)) return SourceKind::compose;
  if (is_yaml_name(name)) {
    bool in_workflows = directory_of(path) == ".github/workflows" || directory_of(path).ends_with("/.github/workflows");
    return in_workflows || name == "action.yml" || name == "action.yaml" ? SourceKind::workflow : SourceKind::other;
  }
  if (is_dotenv_name(name)) return SourceKind::dotenv;
  if (is_requirements_path(path)) return SourceKind::requirements;
  if (is_nginx(path, name, first_bytes)) return SourceKind::nginx;
  if (is_shell_script(name, first_bytes)) return SourceKind::script;
  return SourceKind::other;
}

void parse_source(Source& source, Arena& arena) {
  source.tree = std::monostate{};
  source.problem = {};
  switch (source.kind) {
    case SourceKind::dockerfile: return set_tree(source, arena, dockerfile::parse(source.bytes, arena));
    case SourceKind::compose:
    case SourceKind::workflow: return set_tree(source, arena, yaml::parse(source.bytes, arena));
    case SourceKind::nginx: return set_tree(source, arena, nginx::parse(source.bytes, arena));
    case SourceKind::dotenv: return set_tree(source, arena, dotenv::parse(source.bytes, arena));
    case SourceKind::dockerignore:
    case SourceKind::requirements:
    case SourceKind::script:
    case SourceKind::other: return;
  }
}

bool keep_in_layer(std::string_view path, uint64_t size) {
  constexpr uint64_t kLargest = 1 << 20;
  constexpr uint64_t kLargestDatabase = 16 << 20;  // apk's holds a line or more for each file of the distribution
  if (path == "lib/apk/db/installed" || path == "usr/lib/apk/db/installed") return size <= kLargestDatabase;
  if (size > kLargest) return false;
  constexpr std::string_view kSystem[] = {"etc/os-release",     "usr/lib/os-release",   "etc/debian_version",
                                          "etc/alpine-release", "etc/apk/repositories", "etc/passwd",
                                          "etc/group"};
  if (path.starts_with("etc/") || path.starts_with("usr/"))
    if (std::ranges::find(kSystem, path) != std::end(kSystem)) return true;
  constexpr std::string_view kPackaged[] = {"usr/share/", "usr/lib/", "usr/lib64/", "usr/src/", "usr/include/",
                                            "lib/",       "proc/",    "sys/",       "dev/",     "var/lib/dpkg/"};
  if (std::ranges::any_of(kPackaged, [&](std::string_view folder) { return path.starts_with(folder); })) return false;
  switch (source_kind(path, {})) {
    case SourceKind::dockerfile:
    case SourceKind::compose:
    case SourceKind::nginx:
    case SourceKind::dotenv:
    case SourceKind::workflow:
    case SourceKind::requirements:
    case SourceKind::dockerignore: return true;
    case SourceKind::script:
    case SourceKind::other: return false;
  }
  return false;
}

}  // namespace drydock::inventory
