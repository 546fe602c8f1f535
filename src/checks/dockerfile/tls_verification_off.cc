#include <string>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/secret_names.h"
#include "formats/dockerfile.h"

namespace drydock::checks::tls_verification_off {
namespace {

using dockerfile::Keyword;

// curl's short options that take a value (curl.se/docs/manpage.html): what follows in the word, or the next word, is
// not options.
constexpr std::string_view kCurlValued = "AbcCdDeEFHKmoPQrtTuUwxXyYz";

// Where `k` stands as an option in a bundle like -Lkv, npos if it does not. `takes_next`: the next word is a value.
size_t insecure_in_bundle(std::string_view word, bool& takes_next) {
  size_t found = std::string_view::npos;
  takes_next = false;
  for (size_t i = 1; i < word.size(); ++i) {
    if (word[i] == 'k') found = i;
    if (kCurlValued.find(word[i]) == std::string_view::npos) continue;
    takes_next = i + 1 == word.size();
    break;
  }
  return found;
}

bool names_this_host(std::string_view word) {
  if (word.starts_with('-')) return false;
  UrlLogin url = parse_url(word);
  std::string_view host = url.found ? url.host : cut(cut(word, "/").before, ":").before;
  return host == "localhost" || host.starts_with("127.") || host == "::1" || host == "0.0.0.0";
}

struct Insecure {
  size_t word = 0;                            // index among the arguments
  size_t in_bundle = std::string_view::npos;  // of the letter; npos: the whole word
};

// At most one option of a call is reported; `words` are the arguments behind the program.
bool find_insecure(std::string_view program, std::span<const std::string_view> words, Insecure& found) {
  bool insecure = false, remote = false, local = false;
  for (size_t i = 0; i < words.size(); ++i) {
    std::string_view word = words[i];
    if (program == "curl" && word.starts_with('-') && !word.starts_with("--") && word.size() > 1) {
      bool takes_next = false;
      size_t at = insecure_in_bundle(word, takes_next);
      if (at != std::string_view::npos && !insecure)
        found = {i, word.size() == 2 ? std::string_view::npos : at}, insecure = true;
      if (takes_next) ++i;
    } else if ((program == "curl" && (word == "--insecure" || word == "--proxy-insecure")) ||
               (program == "wget" && word == "--no-check-certificate")) {
      if (!insecure) found = {i, std::string_view::npos};
      insecure = true;
    } else if (!word.starts_with('-')) {
      (names_this_host(word) ? local : remote) = true;
    }
  }
  return insecure && (remote || !local);  // to itself there is nobody in between
}

void run(const DockerfileInput& input, Findings& out) {
  for (const dockerfile::Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::run && in.keyword != Keyword::cmd && in.keyword != Keyword::entrypoint &&
        in.keyword != Keyword::healthcheck)
      continue;
    std::vector<std::string_view> words;
    Insecure found;
    for (const shell::Command& command : in.commands) {
      std::string_view program = command.program();
      if (program != "curl" && program != "wget") continue;
      words.clear();
      for (const shell::Word& word : command.arguments()) words.push_back(word.text);
      if (!find_insecure(program, words, found)) continue;
      std::span<const shell::Word> arguments = command.arguments();
      const shell::Word& word = arguments[found.word];
      std::string_view message = out.text({program, " ", word.text, " accepts any certificate"});
      std::string_view written = word.span.of(input.file.bytes);
      if (written != word.text) {  // quoted, or spread over lines
        out.add(word.span, message);
      } else if (found.in_bundle != std::string_view::npos) {
        uint32_t at = word.span.begin + static_cast<uint32_t>(found.in_bundle);
        out.add(word.span, message, {Edit{{at, at + 1}, {}, {}}});
      } else {
        // Behind it there is another word or the end; blanks on this line go with the option.
        uint32_t begin = word.span.begin, end = word.span.end;
        bool last = found.word + 1 == arguments.size();
        if (!last)
          while (end < input.file.bytes.size() && input.file.bytes[end] == ' ') ++end;
        else
          while (begin > 0 && input.file.bytes[begin - 1] == ' ') --begin;
        out.add(word.span, message, {Edit{{begin, end}, {}, {}}});
      }
    }
    if (in.form != dockerfile::Form::exec || in.words.empty()) continue;
    std::string_view program = base_name(in.words[0].text);
    words.clear();
    for (const dockerfile::Word& word : in.words.subspan(1)) words.push_back(word.text);
    if ((program == "curl" || program == "wget") && find_insecure(program, words, found)) {
      const dockerfile::Word& word = in.words[found.word + 1];
      out.add(word.span, out.text({program, " ", word.text, " accepts any certificate"}));
    }
  }
}

constexpr std::string_view kAliases[] = {"CKV2_DOCKER_2", "CKV2_DOCKER_3"};
constexpr std::string_view kReferences[] = {"https://curl.se/docs/manpage.html#-k",
                                            "https://cwe.mitre.org/data/definitions/295.html"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nRUN curl -k https://files.example/a -o a\n",
     .good = "FROM debian:12-slim\nRUN curl https://files.example/a -o a\n"},
    {.bad = "FROM debian:12-slim\nRUN curl -fsSLkO https://files.example/a && \\\n    wget -q --no-check-certificate "
            "\\\n      https://files.example/b\n",
     .good = "FROM debian:12-slim\nRUN curl -fsSLO https://files.example/a && \\\n    wget -q \\\n      "
             "https://files.example/b\n"},
    {.bad = "FROM debian:12-slim\nRUN [\"curl\", \"--insecure\", \"https://files.example/a\"]\n"},
    {.good = "FROM debian:12-slim\nRUN curl -fsSL https://files.example/a | sort -k 2\n"},
    {.good = "FROM debian:12-slim\nRUN curl --keepalive-time 2 -okeep https://files.example/a; sort -k2 keep\n"},
    {.good = "FROM debian:12-slim\nRUN curl -o k https://files.example/a\n"},
    {.good =
         "FROM debian:12-slim\nHEALTHCHECK CMD curl -fk https://localhost:8443/ || exit 1\n"},  // nobody is in between
};
constexpr Check kChecks[] = {
    {.id = "DF021",
     .name = "tls-verification-off",
     .title = "TLS verification off in curl/wget",
     .severity = Severity::high,
     .fix = Fix::safe,
     .aliases = kAliases,
     .references = kReferences,
     .advice = "Drop the option; add the certificate authority of a private server to the image's trust store.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::tls_verification_off
