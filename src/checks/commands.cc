#include "checks/commands.h"

#include <algorithm>

#include "base/arena.h"
#include "base/text.h"

namespace drydock::checks {
namespace {

using dockerfile::Form;
using dockerfile::Instruction;
using shell::Command;
using shell::Joint;
using shell::Word;

template <size_t N>
bool is_one_of(std::string_view word, const std::string_view (&list)[N]) {
  return std::ranges::find(list, word) != std::end(list);
}

constexpr std::string_view kShells[] = {"sh", "bash", "dash", "ash", "zsh", "ksh", "fish"};
constexpr std::string_view kDownloaders[] = {"curl", "wget", "wget2", "aria2c", "fetch"};
constexpr std::string_view kInterpreters[] = {"perl", "ruby", "node", "php"};

bool is_python(std::string_view program) {
  if (!program.starts_with("python")) return false;
  return std::ranges::all_of(program.substr(6), [](char c) { return is_digit(c) || c == '.'; });
}

// Reads its script from standard input: no operand but "-", no -c, no -m.
bool runs_input(const Command& command) {
  std::string_view program = command.program();
  bool is_shell = is_one_of(program, kShells);
  if (!is_shell && !is_python(program) && !is_one_of(program, kInterpreters)) return false;
  std::span<const Word> words = command.arguments();
  for (size_t i = 0; i < words.size(); ++i) {
    std::string_view word = words[i].text;
    if (word == "-" || word == "/dev/stdin" || word == "--") return true;
    if (word.starts_with("--")) continue;
    if ((word.starts_with('-') || word.starts_with('+')) && word.size() > 1) {
      if (!is_shell) return false;  // -c, -m, -e, -n: each takes a program or filters
      if (word.find('c') != std::string_view::npos) return false;
      if (word.find('s') != std::string_view::npos) return true;
      if (word.ends_with('o') || word.ends_with('O')) ++i;  // -o pipefail
      continue;
    }
    return false;
  }
  return true;
}

// "$(curl ...)", "`curl ...`", "<(curl ...)": the downloader's name.
std::string_view substituted_download(std::string_view word) {
  for (std::string_view opening : {"$(", "`", "<("}) {
    size_t at = word.find(opening);
    if (at == std::string_view::npos) continue;
    std::string_view rest = trim(word.substr(at + opening.size()));
    for (std::string_view downloader : kDownloaders)
      if (rest.starts_with(downloader) && rest.size() > downloader.size() && is_space(rest[downloader.size()]))
        return downloader;
  }
  return {};
}

// Programs that start the rest of their words.
constexpr std::string_view kWrappers[] = {"tini",
                                          "dumb-init",
                                          "exec",
                                          "env",
                                          "gosu",
                                          "su-exec",
                                          "nice",
                                          "catchsegv",
                                          "poetry",
                                          "pipenv",
                                          "uv",
                                          "pdm",
                                          "hatch",
                                          "rye",
                                          "dotenv",
                                          "npx",
                                          "bunx",
                                          "doppler",
                                          "setpriv",
                                          "sudo",
                                          "time",
                                          "docker-entrypoint.sh",
                                          "entrypoint.sh",
                                          "opentelemetry-instrument",
                                          "ddtrace-run",
                                          "newrelic-admin"};

std::span<const std::string_view> skip_wrappers(std::span<const std::string_view> words) {
  while (!words.empty()) {
    std::string_view name = base_name(words[0]);
    if (!is_one_of(name, kWrappers)) break;
    words = words.subspan(1);
    if ((name == "gosu" || name == "su-exec") && !words.empty()) words = words.subspan(1);
    while (!words.empty() && (words[0].starts_with('-') || words[0] == "run" || words[0] == "exec" ||
                              words[0] == "run-program" || words[0].find('=') != std::string_view::npos))
      words = words.subspan(1);
  }
  return words;
}

bool has(std::span<const std::string_view> words, std::string_view wanted) {
  return std::ranges::find(words, wanted) != words.end();
}

std::string_view operand(std::span<const std::string_view> words, size_t index = 0) {
  for (std::string_view word : words)
    if (!word.starts_with('-') && index-- == 0) return word;
  return {};
}

std::string_view development_server_of(std::span<const std::string_view> words) {
  words = skip_wrappers(words);
  if (words.empty()) return {};
  std::string_view program = base_name(words[0]);
  std::span<const std::string_view> rest = words.subspan(1);
  if (is_python(program)) {
    if (rest.size() >= 2 && rest[0] == "-m") {
      program = rest[1];
      rest = rest.subspan(2);
      if (program == "flask" || program == "uvicorn" || program == "fastapi" || program == "sanic") {
      } else if (program == "http.server" || program == "SimpleHTTPServer") {
        return "python -m http.server";
      } else if (program == "django" && has(rest, "runserver")) {
        return "runserver";
      } else {
        return {};
      }
    } else {
      std::string_view script = operand(rest);
      if (base_name(script) == "manage.py" && has(rest, "runserver")) return "manage.py runserver";
      // `python app.py` may call app.run() or not: only the source says.
      return {};
    }
  }
  if (program == "manage.py" || program == "django-admin") return has(rest, "runserver") ? "manage.py runserver" : "";
  // Options of the flask group stand before the command: flask --app wsgi run.
  if (program == "flask") return has(rest, "run") ? "flask run" : "";
  if (program == "uvicorn" || program == "hypercorn" || program == "gunicorn" || program == "daphne")
    return has(rest, "--reload") ? (program == "gunicorn"    ? "gunicorn --reload"
                                    : program == "hypercorn" ? "hypercorn --reload"
                                                             : "uvicorn --reload")
                                 : "";
  if (program == "fastapi") return operand(rest) == "dev" ? "fastapi dev" : "";
  if (program == "npm" || program == "yarn" || program == "pnpm" || program == "bun") {
    std::string_view script = operand(rest);
    if (script == "run" || script == "run-script") script = operand(rest, 1);
    if (script == "dev" || script == "start:dev" || script == "start-dev" || script == "serve:dev" ||
        script == "develop" || script == "watch")
      return "a package.json script for development";
    return development_server_of(
        script == "next" || script == "vite" || script == "nodemon" ? rest : std::span<const std::string_view>{});
  }
  if (program == "next") return operand(rest) == "dev" || operand(rest).empty() ? "next dev" : "";
  if (program == "nuxt" || program == "nuxi" || program == "astro" || program == "remix" || program == "gatsby") {
    std::string_view command = operand(rest);
    return command == "dev" || command == "develop" ? "a development server" : "";
  }
  if (program == "nodemon") return "nodemon";
  if (program == "ts-node-dev" || program == "node-dev") return "ts-node-dev";
  if (program == "vite") {
    std::string_view command = operand(rest);
    return command == "build" || command == "preview" ? "" : "vite";
  }
  if (program == "ng") return operand(rest) == "serve" || operand(rest) == "s" ? "ng serve" : "";
  if (program == "react-scripts") return operand(rest) == "start" ? "react-scripts start" : "";
  if (program == "vue-cli-service") return operand(rest) == "serve" ? "vue-cli-service serve" : "";
  if (program == "webpack-dev-server") return "webpack-dev-server";
  if (program == "webpack") return operand(rest) == "serve" ? "webpack serve" : "";
  if (program == "node" && has(rest, "--watch")) return "node --watch";
  if (program == "php" && has(rest, "-S")) return "php -S";
  if (program == "php" && base_name(operand(rest)) == "artisan" && has(rest, "serve")) return "artisan serve";
  return {};
}

std::vector<std::string_view> texts_of(std::span<const Word> words) {
  std::vector<std::string_view> texts;
  for (const Word& word : words) texts.push_back(word.text);
  return texts;
}

}  // namespace

std::vector<std::string_view> command_words(const Instruction& in) {
  std::vector<std::string_view> words;
  if (in.form == Form::exec) {
    for (const dockerfile::Word& word : in.words) words.push_back(word.text);
  } else if (in.commands.size() == 1) {
    words = texts_of(in.commands[0].words);
  }
  return words;
}

std::vector<std::string_view> started_words(const Instruction* entrypoint, const Instruction* command) {
  std::vector<std::string_view> words;
  auto append = [&](const Instruction& in) {
    if (in.form == Form::exec) {
      for (const dockerfile::Word& word : in.words) words.push_back(word.text);
    } else if (!in.text.empty()) {
      words.insert(words.end(), {"/bin/sh", "-c", in.text});
    }
  };
  if (entrypoint != nullptr) append(*entrypoint);
  bool shell_entrypoint = entrypoint != nullptr && entrypoint->form == Form::shell;
  if (command != nullptr && !shell_entrypoint) append(*command);
  return words;
}

std::string_view find_development_server(std::span<const std::string_view> words) {
  words = skip_wrappers(words);
  if (words.size() >= 3 && is_one_of(base_name(words[0]), kShells) && words[1].starts_with('-') &&
      words[1].ends_with('c')) {
    Arena arena;
    for (const Command& command : shell::split(words[2], arena)) {
      std::string_view found = development_server_of(texts_of(command.words));
      if (!found.empty()) return found;
    }
    return {};
  }
  return development_server_of(words);
}

bool is_server(std::span<const std::string_view> words) {
  constexpr std::string_view kServers[] = {"gunicorn",
                                           "uvicorn",
                                           "hypercorn",
                                           "daphne",
                                           "waitress-serve",
                                           "uwsgi",
                                           "flask",
                                           "node",
                                           "npm",
                                           "yarn",
                                           "pnpm",
                                           "next",
                                           "nginx",
                                           "httpd",
                                           "apache2",
                                           "apachectl",
                                           "apache2-foreground",
                                           "httpd-foreground",
                                           "caddy",
                                           "traefik",
                                           "haproxy",
                                           "php-fpm",
                                           "puma",
                                           "rails",
                                           "unicorn",
                                           "java",
                                           "catalina.sh",
                                           "dotnet",
                                           "postgres",
                                           "redis-server",
                                           "mysqld",
                                           "mongod",
                                           "bun",
                                           "deno",
                                           "serve",
                                           "granian"};
  auto server = [&](std::span<const std::string_view> command) {
    command = skip_wrappers(command);
    return !command.empty() && is_one_of(base_name(command[0]), kServers);
  };
  words = skip_wrappers(words);
  if (!find_development_server(words).empty()) return true;
  if (words.size() >= 3 && is_one_of(base_name(words[0]), kShells) && words[1].ends_with('c')) {
    Arena arena;
    for (const Command& command : shell::split(words[2], arena))
      if (server(texts_of(command.words))) return true;
    return false;
  }
  return server(words);
}

std::vector<PipedScript> piped_scripts(std::span<const Command> commands) {
  std::vector<PipedScript> found;
  std::string_view downloader;  // of the pipeline that the next command is part of
  for (const Command& command : commands) {
    std::string_view program = command.program();
    if (!downloader.empty() && runs_input(command)) found.push_back({&command, downloader});
    if (is_one_of(program, kDownloaders)) downloader = program;
    if (command.joint != Joint::pipe) downloader = {};
    if (!is_one_of(program, kShells) && program != "eval" && program != "source" && program != "." &&
        !is_python(program))
      continue;
    for (const Word& word : command.arguments()) {
      std::string_view inner =
          word.expands || word.text.starts_with("<(") ? substituted_download(word.text) : std::string_view{};
      if (inner.empty()) continue;
      found.push_back({&command, inner});
      break;
    }
  }
  return found;
}

bool verifies_download(std::span<const Command> commands) {
  constexpr std::string_view kVerifiers[] = {"sha256sum", "sha512sum", "sha384sum", "shasum",
                                             "cosign",    "minisign",  "gpgv"};
  for (const Command& command : commands) {
    std::string_view program = command.program();
    if (is_one_of(program, kVerifiers)) return true;
    if (program == "gpg" && command.has_flag("--verify")) return true;
  }
  return false;
}

std::span<const Word> pip_arguments(const Command& command) {
  std::string_view program = command.program();
  std::span<const Word> words = command.arguments();
  if (is_python(program)) {
    if (words.size() < 2 || words[0].text != "-m" || words[1].text != "pip") return {};
    return words.subspan(2);
  }
  if (!program.starts_with("pip")) return {};
  bool pip = std::ranges::all_of(program.substr(3), [](char c) { return is_digit(c) || c == '.'; });
  return pip ? words : std::span<const Word>{};
}

const Word* subcommand(std::span<const Word> arguments, std::string_view valued) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string_view word = arguments[i].text;
    if (!word.starts_with('-')) return &arguments[i];
    if (word.size() == 2 && valued.find(word[1]) != std::string_view::npos) ++i;
  }
  return nullptr;
}

std::vector<std::string_view> scratch_mounts(const Instruction& in) {
  std::vector<std::string_view> targets;
  for (const dockerfile::Flag& flag : in.flags) {
    if (flag.name != "mount") continue;
    bool scratch = false;
    std::string_view target;
    for (std::string_view field : split(flag.value, ',')) {
      Cut pair = cut(field, "=");
      if (pair.before == "type") scratch = pair.after == "cache" || pair.after == "tmpfs";
      if (pair.before == "target" || pair.before == "dst" || pair.before == "destination") target = pair.after;
    }
    while (target.size() > 1 && target.ends_with('/')) target.remove_suffix(1);
    if (scratch && !target.empty()) targets.push_back(target);
  }
  return targets;
}

}  // namespace drydock::checks
