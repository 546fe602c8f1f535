// Follows BuildKit's frontend/dockerfile (parser, instructions, shell) in what it accepts; where BuildKit stops with an
// error we note a Problem and read on. Each instruction is read from its logical line: the lines joined at
// continuations, without comments and empty lines, with a map back to the file.
#include "formats/dockerfile.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/text.h"
#include "formats/dockerfile_words.h"

namespace drydock::dockerfile {
namespace {

using words::is_blank;
using words::is_name;
using words::Range;

constexpr std::string_view kNames[] = {
    "unknown", "ADD",        "ARG",     "CMD", "COPY",  "ENTRYPOINT", "ENV",  "EXPOSE", "FROM",   "HEALTHCHECK",
    "LABEL",   "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"};
static_assert(std::size(kNames) == static_cast<size_t>(Keyword::workdir) + 1);

// BuildKit refuses every other flag (instructions/parse.go, docs.docker.com/reference/dockerfile).
constexpr std::pair<Keyword, std::string_view> kFlags[] = {
    {Keyword::from, "platform"},
    {Keyword::run, "mount"},
    {Keyword::run, "network"},
    {Keyword::run, "security"},
    {Keyword::run, "device"},
    {Keyword::copy, "from"},
    {Keyword::copy, "chown"},
    {Keyword::copy, "chmod"},
    {Keyword::copy, "link"},
    {Keyword::copy, "parents"},
    {Keyword::copy, "exclude"},
    {Keyword::add, "chown"},
    {Keyword::add, "chmod"},
    {Keyword::add, "link"},
    {Keyword::add, "checksum"},
    {Keyword::add, "keep-git-dir"},
    {Keyword::add, "unpack"},
    {Keyword::add, "exclude"},
    {Keyword::healthcheck, "interval"},
    {Keyword::healthcheck, "timeout"},
    {Keyword::healthcheck, "retries"},
    {Keyword::healthcheck, "start-period"},
    {Keyword::healthcheck, "start-interval"},
};

// All global ARG values and image references together: `ARG B=$A$A` doubles with each line.
constexpr size_t kMaxExpandedBytes = 1 << 20;

Keyword keyword_of(std::string_view word) {
  for (size_t i = 1; i < std::size(kNames); ++i)
    if (equal_ignoring_case(word, kNames[i])) return static_cast<Keyword>(i);
  return Keyword::unknown;
}

// The joined line; positions in `text` become positions in the file by `map`.
struct Line {
  std::string_view text;
  std::span<const shell::Piece> map;

  std::string_view of(Range range) const { return text.substr(range.begin, range.end - range.begin); }
  Span span(Range range) const { return shell::source_span(map, range.begin, range.end); }
  Range trimmed(Range range) const {
    while (!range.empty() && is_blank(text[range.begin])) ++range.begin;
    while (!range.empty() && is_blank(text[range.end - 1])) --range.end;
    return range;
  }
};

struct PhysicalLine {
  uint32_t begin = 0;
  uint32_t end = 0;  // without the line end
  uint32_t next = 0;
};

class Parser {
 public:
  Parser(std::string_view bytes, Arena& arena, const Budget& budget)
      : bytes_(bytes), arena_(arena), budget_(budget), instructions_(arena) {}

  Result<const File*> run() {
    if (bytes_.starts_with("\xef\xbb\xbf")) at_ = 3;
    bool directives = true;
    while (at_ < bytes_.size()) {
      PhysicalLine line = line_at(at_);
      Range content = trim_left({line.begin, line.end});
      directives = directives && directive(content);
      if (directives || content.empty() || bytes_[content.begin] == '#') {
        if (!directives && !content.empty()) comment(content);
        at_ = line.next;
        continue;
      }
      if (instructions_.size() >= budget_.instructions)
        return fail(Errc::over_budget, "more than " + std::to_string(budget_.instructions) + " instructions");
      Line joined = join_line(line, content);
      instruction(joined);
      if (commands_ >= std::min<size_t>(budget_.commands, shell::kMaxCommands))
        return fail(Errc::over_budget, "more than " + std::to_string(budget_.commands) + " shell commands");
    }
    return finish();
  }

 private:
  // --- lines

  PhysicalLine line_at(uint32_t begin) const {
    size_t end = std::min(bytes_.size(), bytes_.find('\n', begin));
    PhysicalLine line{.begin = begin,
                      .end = static_cast<uint32_t>(end),
                      .next = static_cast<uint32_t>(std::min(bytes_.size(), end + 1))};
    while (line.end > line.begin && bytes_[line.end - 1] == '\r') --line.end;
    return line;
  }

  Range trim_left(Range range) const {
    while (!range.empty() && is_blank(bytes_[range.begin])) ++range.begin;
    return range;
  }

  // "# name=value" before anything else; false ends the search for directives.
  bool directive(Range line) {
    std::string_view text = bytes_.substr(line.begin, line.end - line.begin);
    if (!text.starts_with('#')) return false;
    Cut parts = cut(text.substr(1), "=");
    std::string_view value = trim(parts.after);
    if (!parts.found || value.empty()) return false;
    constexpr std::string_view kDirectives[] = {"syntax", "escape", "check"};
    for (size_t i = 0; i < std::size(kDirectives); ++i) {
      if (!equal_ignoring_case(trim(parts.before), kDirectives[i])) continue;
      if (std::exchange(seen_[i], true)) problem({line.begin, line.end}, "this parser directive may stand only once");
      if (i == 0) file_.syntax = value;
      if (i == 2) file_.check = value;
      if (i == 1 && value != "\\" && value != "`") {
        problem({line.begin, line.end}, "the escape directive takes \\ or `");
      } else if (i == 1) {
        file_.escape = value[0];
      }
      return true;
    }
    return false;
  }

  void comment(Range line) {
    while (line.end > line.begin && is_blank(bytes_[line.end - 1])) --line.end;
    Span span{line.begin, line.end};
    comments_.push_back({.span = span, .text = trim(span.of(bytes_).substr(1))});
  }

  // Where the escape that continues the line is: the last character but blanks, and not behind another escape.
  std::optional<uint32_t> continuation(Range line) const {
    uint32_t end = line.end;
    while (end > line.begin && (bytes_[end - 1] == ' ' || bytes_[end - 1] == '\t')) --end;
    if (end == line.begin || bytes_[end - 1] != file_.escape) return std::nullopt;
    if (end - 1 > line.begin && bytes_[end - 2] == file_.escape) return std::nullopt;
    return end - 1;
  }

  // Reads on to the end of the logical line and sets at_ behind it.
  Line join_line(PhysicalLine line, Range content) {
    std::vector<Range> parts;
    std::optional<uint32_t> continued = continuation(content);
    parts.push_back({content.begin, continued.value_or(content.end)});
    at_ = line.next;
    while (continued && at_ < bytes_.size()) {
      line = line_at(at_);
      at_ = line.next;
      Range trimmed = trim_left({line.begin, line.end});
      if (trimmed.empty()) continue;
      if (bytes_[trimmed.begin] == '#') {
        comment(trimmed);
        continue;
      }
      continued = continuation({line.begin, line.end});
      parts.push_back({line.begin, continued.value_or(line.end)});
    }
    size_t size = 0;
    for (Range part : parts) size += part.end - part.begin;
    std::vector<shell::Piece> map;
    if (parts.size() == 1) {
      map.push_back({.at = 0, .source = parts[0].begin});
      return {.text = bytes_.substr(parts[0].begin, size), .map = keep(map)};
    }
    auto* text = static_cast<char*>(arena_.allocate(size, 1));
    uint32_t at = 0;
    for (Range part : parts) {
      if (part.empty()) continue;
      map.push_back({.at = at, .source = part.begin});
      bytes_.copy(text + at, part.end - part.begin, part.begin);
      at += part.end - part.begin;
    }
    if (map.empty()) map.push_back({.at = 0, .source = parts[0].begin});
    return {.text = {text, size}, .map = keep(map)};
  }

  // --- instructions

  void instruction(const Line& line) {
    Range rest = line.trimmed({0, static_cast<uint32_t>(line.text.size())});
    if (rest.empty()) {
      uint32_t escape = line.map.front().source;
      return problem({escape, escape + 1}, "this line continues to no instruction");
    }
    Instruction in;
    in.span = line.span(rest);
    Range word = take_word(line, rest);
    in.keyword = keyword_of(line.of(word));
    in.keyword_span = line.span(word);
    flags(line, rest, in);
    if (in.keyword == Keyword::onbuild) word = onbuild(line, rest, in);
    if (in.keyword == Keyword::unknown) {
      problem(in.keyword_span, arena_.join("unknown instruction ", line.of(word)));
    } else if (in.keyword != Keyword::onbuild) {
      arguments(line, rest, in);
    }
    if (in.keyword == Keyword::from && !in.onbuild) {
      open_stage(in);
    } else {
      in.stage = static_cast<int>(stages_.size()) - 1;
      if (stages_.empty() && in.keyword != Keyword::arg) early_.push_back(in.keyword_span);
    }
    in.ordinal = ordinals_[in.onbuild][static_cast<size_t>(in.keyword)]++;
    if (in.keyword == Keyword::arg && stages_.empty()) global_arguments(in);
    commands_ += in.commands.size();
    instructions_.push(in);
  }

  // ONBUILD's trigger: the inner instruction takes its place; returns its keyword. Stays `onbuild` where BuildKit takes
  // no such trigger.
  Range onbuild(const Line& line, Range& rest, Instruction& in) {
    Range word = take_word(line, rest);
    if (word.empty()) {
      problem(in.span, "ONBUILD requires an instruction");
      return word;
    }
    Keyword inner = keyword_of(line.of(word));
    in.onbuild = true;
    in.keyword_span = line.span(word);
    if (inner == Keyword::onbuild || inner == Keyword::from || inner == Keyword::maintainer) {
      problem(in.keyword_span, arena_.join(name_of(inner), " is not allowed behind ONBUILD"));
      return word;
    }
    in.keyword = inner;
    flags(line, rest, in);
    return word;
  }

  // The next word, removed from `rest` with the blanks behind it.
  static Range take_word(const Line& line, Range& rest) {
    Range word{rest.begin, rest.begin};
    while (word.end < rest.end && !is_blank(line.text[word.end])) ++word.end;
    rest.begin = word.end;
    while (!rest.empty() && is_blank(line.text[rest.begin])) ++rest.begin;
    return word;
  }

  // --name=value words at the start of `rest`; a lone -- ends them. The backslash escapes here whatever the directive.
  void flags(const Line& line, Range& rest, Instruction& in) {
    if (in.keyword == Keyword::unknown) return;
    std::vector<Flag> flags;
    while (line.of(rest).starts_with("--")) {
      uint32_t end = rest.begin;
      char quote = '\0';
      for (; end < rest.end && (quote != '\0' || !is_blank(line.text[end])); ++end) {
        char c = line.text[end];
        if (c == '\\' && end + 1 < rest.end) {
          ++end;
        } else if (c == quote) {
          quote = '\0';
        } else if (quote == '\0' && (c == '"' || c == '\'')) {
          quote = c;
        }
      }
      Range word{rest.begin, end};
      rest = line.trimmed({end, rest.end});
      if (line.of(word) == "--") break;
      flags.push_back(flag(line, word, in.keyword));
    }
    in.flags = keep(flags);
  }

  Flag flag(const Line& line, Range word, Keyword keyword) {
    std::string_view written = line.of(word);
    size_t equals = std::min(written.size(), written.find('='));
    Range value{std::min(word.end, word.begin + static_cast<uint32_t>(equals) + 1), word.end};
    Flag flag{.name = written.substr(2, equals - 2),
              .value = line.of(value),
              .span = line.span(word),
              .value_span = line.span(value)};
    if (flag.value.find_first_of("\"'\\") != std::string_view::npos) {
      std::string plain;
      char quote = '\0';
      for (size_t i = 0; i < flag.value.size(); ++i) {
        char c = flag.value[i];
        if (c == '\\' && i + 1 < flag.value.size()) {
          plain += flag.value[++i];
        } else if (c == quote) {
          quote = '\0';
        } else if (quote == '\0' && (c == '"' || c == '\'')) {
          quote = c;
        } else {
          plain += c;
        }
      }
      flag.value = arena_.copy(plain);
    }
    bool known = std::ranges::find(kFlags, std::pair(keyword, flag.name)) != std::end(kFlags);
    // BuildKit does not look at what it takes for flags of these.
    bool ignored = keyword == Keyword::onbuild || keyword == Keyword::arg || keyword == Keyword::stopsignal;
    if (!known && !ignored) problem(flag.span, arena_.join(name_of(keyword), " has no flag --", flag.name));
    return flag;
  }

  void arguments(const Line& line, Range rest, Instruction& in) {
    bool command = in.keyword == Keyword::run || in.keyword == Keyword::cmd || in.keyword == Keyword::entrypoint;
    if (rest.empty() && command) in.form = Form::shell;  // a command line may be empty
    if (rest.empty() && !command) problem(in.span, arena_.join(name_of(in.keyword), " requires at least one argument"));
    if (rest.empty()) return;
    switch (in.keyword) {
      case Keyword::run:
      case Keyword::cmd:
      case Keyword::entrypoint:
      case Keyword::shell: command_line(line, rest, in); break;
      case Keyword::healthcheck: healthcheck(line, rest, in); break;
      case Keyword::env:
      case Keyword::label:
      case Keyword::arg: pairs(line, rest, in); break;
      case Keyword::add:
      case Keyword::copy: copy(line, rest, in); break;
      case Keyword::volume: list(line, rest, in); break;
      case Keyword::maintainer: single(line, rest, in, false); break;
      case Keyword::user:
      case Keyword::workdir:
      case Keyword::stopsignal: single(line, rest, in, true); break;
      default: blank_separated(line, rest, in);
    }
  }

  // --- words

  Word make_word(const Line& line, Range range) {
    Word word{.text = line.of(range), .span = line.span(range)};
    const char special[] = {'"', '\'', '$', file_.escape};
    if (word.text.find_first_of(std::string_view(special, sizeof special)) == std::string_view::npos) return word;
    words::Unquoted plain = words::unquote(word.text, file_.escape);
    word.quoted = plain.quoted;
    if (!plain.closed) {
      problem(word.span,
              "a quote or ${ is not closed in this word; where blanks separate the words, quotes do not join them");
    } else if (plain.text != word.text) {
      word.text = arena_.copy(plain.text);
    }
    return word;
  }

  void blank_separated(const Line& line, Range rest, Instruction& in) {
    std::vector<Word> words;
    bool marked = false;
    while (!rest.empty()) {
      Range range = take_word(line, rest);
      if (!marked && line.text[range.begin] == '#') {
        marked = true;
        trailing_text(line, {range.begin, static_cast<uint32_t>(line.text.size())}, in);
      }
      words.push_back(make_word(line, range));
    }
    in.words = keep(words);
  }

  // A comment has a line of its own; behind an instruction # is an ordinary character.
  void trailing_text(const Line& line, Range range, const Instruction& in) {
    problem(line.span(line.trimmed(range)), arena_.join("the text from # on is no comment but an argument of ",
                                                        name_of(in.keyword), ": a comment needs a line of its own"));
  }

  // USER, WORKDIR and the like: the rest of the line is one value.
  void single(const Line& line, Range rest, Instruction& in, bool unquote) {
    std::string_view text = line.of(rest);
    for (size_t at = text.find('#'); unquote && at != std::string_view::npos; at = text.find('#', at + 1)) {
      if (at == 0 || !is_blank(text[at - 1])) continue;
      trailing_text(line, {rest.begin + static_cast<uint32_t>(at), rest.end}, in);
      break;
    }
    Word word = unquote ? make_word(line, rest) : Word{.text = text, .span = line.span(rest)};
    in.words = keep(std::vector<Word>{word});
  }

  // True if the whole is a JSON array of strings, which are then the words; their text maps to `maps`.
  bool json(const Line& line, Range rest, Instruction& in, std::vector<words::Decoded>* decoded = nullptr) {
    if (line.text[rest.begin] != '[') return false;
    std::vector<words::JsonString> strings;
    words::Json kind = words::json_array(line.text, rest, strings);
    if (kind == words::Json::other_values) problem(line.span(rest), "a JSON array of arguments may hold only strings");
    if (kind != words::Json::strings) {
      in.json_like = words::looks_like_json(line.of(rest));
      return false;
    }
    std::vector<Word> words;
    for (words::JsonString& string : strings) {
      words.push_back({.text = arena_.copy(string.decoded.text), .span = line.span(string.range), .quoted = true});
      if (decoded != nullptr) decoded->push_back(std::move(string.decoded));
    }
    in.words = keep(words);
    return true;
  }

  void list(const Line& line, Range rest, Instruction& in) {
    if (!json(line, rest, in)) blank_separated(line, rest, in);
  }

  void copy(const Line& line, Range rest, Instruction& in) {
    bool is_json = json(line, rest, in);
    if (!is_json) blank_separated(line, rest, in);
    if (in.words.size() < 2) problem(in.span, arena_.join(name_of(in.keyword), " requires a source and a destination"));
    if (is_json) return;
    bool strip_tabs = false;
    Heredoc ignored;
    if (in.words.size() > 1 && heredoc_word(in.destination(), ignored, strip_tabs))
      problem(in.words.back().span, arena_.join(name_of(in.keyword), " cannot write to a here-document"));
    heredocs(line, in);
  }

  // --- ENV, LABEL, ARG

  // A word of blanks and quotes: quotes hold blanks together and stay.
  Range take_quoted_word(const Line& line, Range& rest) const {
    uint32_t at = rest.begin;
    char quote = '\0';
    for (; at < rest.end && (quote != '\0' || !is_blank(line.text[at])); ++at) {
      char c = line.text[at];
      if (c == file_.escape && quote != '\'') {
        at = std::min(at + 1, rest.end - 1);
      } else if (c == quote) {
        quote = '\0';
      } else if (quote == '\0' && (c == '"' || c == '\'')) {
        quote = c;
      }
    }
    Range word{rest.begin, at};
    rest.begin = at;
    while (!rest.empty() && is_blank(line.text[rest.begin])) ++rest.begin;
    return word;
  }

  void pairs(const Line& line, Range rest, Instruction& in) {
    std::vector<Pair> pairs;
    Range all = rest;
    Range first = take_quoted_word(line, rest);
    if (in.keyword != Keyword::arg && !line.of(first).contains('=')) {
      legacy_pair(line, all, in);
      return;
    }
    rest = all;
    while (!rest.empty()) {
      Range word = take_quoted_word(line, rest);
      std::string_view text = line.of(word);
      if (text[0] == '#') {
        trailing_text(line, {word.begin, all.end}, in);
        break;
      }
      size_t equals = text.find('=');
      bool has_value = equals != std::string_view::npos;
      if (!has_value && in.keyword != Keyword::arg) {
        problem(line.span(word),
                arena_.join(name_of(in.keyword), " needs name=value here; a value with blanks in it needs quotes"));
        continue;
      }
      Range name{word.begin, has_value ? word.begin + static_cast<uint32_t>(equals) : word.end};
      Range value{has_value ? name.end + 1 : word.end, word.end};
      pairs.push_back(make_pair(line, word, name, value, has_value));
    }
    in.pairs = keep(pairs);
  }

  // ENV name the rest is the value
  void legacy_pair(const Line& line, Range all, Instruction& in) {
    Range value = all;
    Range name = take_word(line, value);
    if (value.empty()) {
      problem(line.span(all), arena_.join(name_of(in.keyword), " requires a name and a value"));
      return;
    }
    if (size_t at = line.of(value).find(" # "); at != std::string_view::npos)
      trailing_text(line, {value.begin + static_cast<uint32_t>(at) + 1, value.end}, in);
    Pair pair = make_pair(line, all, name, value, true);
    pair.legacy = true;
    in.pairs = keep(std::vector<Pair>{pair});
  }

  Pair make_pair(const Line& line, Range whole, Range name, Range value, bool has_value) {
    if (name.empty()) problem(line.span(whole), "the name before = is empty");
    return {.name = make_word(line, name).text,
            .value = value.empty() ? std::string_view{} : make_word(line, value).text,
            .span = line.span(whole),
            .name_span = line.span(name),
            .value_span = line.span(value),
            .has_value = has_value};
  }

  // --- command lines

  void command_line(const Line& line, Range rest, Instruction& in) {
    std::vector<words::Decoded> decoded;
    if (json(line, rest, in, &decoded)) {
      in.form = Form::exec;
      exec_script(line, in, decoded);
      return;
    }
    in.form = Form::shell;
    in.text = line.of(rest);
    if (in.keyword == Keyword::shell) {
      problem(line.span(rest), "SHELL requires a JSON array of strings with double quotes");
      return;
    }
    if (in.keyword == Keyword::run) heredocs(line, in);
    in.commands = in.heredocs.empty() ? shell::split(in.text, arena_, keep(part_of(line, rest)))
                                      : heredoc_commands(line, rest, in);
  }

  // The map of a part of a line, positions from the part's start.
  static std::vector<shell::Piece> part_of(const Line& line, Range range) {
    std::vector<shell::Piece> map;
    auto next = std::ranges::upper_bound(line.map, range.begin, {}, &shell::Piece::at);
    const shell::Piece& first = *std::prev(next);
    map.push_back({.at = 0, .source = first.source + (range.begin - first.at)});
    for (; next != line.map.end() && next->at < range.end; ++next)
      map.push_back({.at = next->at - range.begin, .source = next->source});
    return map;
  }

  // CMD ["sh", "-c", "the script"]
  void exec_script(const Line& line, Instruction& in, const std::vector<words::Decoded>& decoded) {
    std::vector<shell::Word> words;
    for (const Word& word : in.words) words.push_back({.text = word.text, .span = word.span});
    std::optional<size_t> script = shell::inline_script(words);
    if (!script || in.words[*script].text.empty()) return;
    std::vector<shell::Piece> map;
    for (const shell::Piece& piece : decoded[*script].map) {
      // A run of plain bytes in the JSON text may still go over a continuation.
      size_t next = static_cast<size_t>(&piece - decoded[*script].map.data()) + 1;
      uint32_t end = next < decoded[*script].map.size() ? decoded[*script].map[next].at
                                                        : static_cast<uint32_t>(decoded[*script].text.size());
      for (shell::Piece part : part_of(line, {piece.source, piece.source + (end - piece.at)}))
        map.push_back({.at = piece.at + part.at, .source = part.source});
    }
    in.commands = shell::split(in.words[*script].text, arena_, keep(map));
  }

  void healthcheck(const Line& line, Range rest, Instruction& in) {
    Range all = rest;
    Range type = take_word(line, rest);
    in.healthcheck_none = equal_ignoring_case(line.of(type), "NONE");
    if (in.healthcheck_none) {
      if (!rest.empty()) problem(line.span(rest), "HEALTHCHECK NONE takes no arguments, a # comment neither");
    } else if (!equal_ignoring_case(line.of(type), "CMD")) {
      problem(line.span(all), "HEALTHCHECK takes NONE, or CMD and a command");
    } else if (rest.empty()) {
      problem(in.span, "HEALTHCHECK CMD requires a command");
    } else {
      command_line(line, rest, in);
    }
  }

  // --- here-documents

  // Reads the bodies of the <<WORDs of this line, which follow it.
  void heredocs(const Line& line, Instruction& in) {
    if (!line.text.contains("<<")) return;
    std::vector<Heredoc> found;
    for (Range word : words::heredoc_words(line.text)) {
      bool strip_tabs = false;
      Heredoc heredoc;
      if (!heredoc_word(line.of(word), heredoc, strip_tabs)) continue;
      heredoc_body(heredoc, strip_tabs, in, line.span(word));
      found.push_back(heredoc);
    }
    in.heredocs = keep(found);
  }

  // [0-9]*<<-? WORD without another <.
  bool heredoc_word(std::string_view word, Heredoc& heredoc, bool& strip_tabs) {
    while (!word.empty() && is_digit(word[0])) word.remove_prefix(1);
    if (!word.starts_with("<<")) return false;
    word.remove_prefix(2);
    strip_tabs = word.starts_with('-');
    if (strip_tabs) word.remove_prefix(1);
    word = trim(word);
    if (word.empty() || word.contains('<')) return false;
    words::Unquoted delimiter = words::unquote(word, '\\');
    if (delimiter.text.empty() || !delimiter.closed) return false;
    heredoc.expand = !delimiter.quoted;
    heredoc.delimiter = delimiter.text == word ? word : arena_.copy(delimiter.text);
    return true;
  }

  void heredoc_body(Heredoc& heredoc, bool strip_tabs, Instruction& in, Span word) {
    heredoc.span = {at_, at_};
    bool closed = false;
    while (at_ < bytes_.size() && !closed) {
      PhysicalLine line = line_at(at_);
      at_ = line.next;
      std::string_view text = bytes_.substr(line.begin, line.end - line.begin);
      while (strip_tabs && text.starts_with('\t')) text.remove_prefix(1);
      closed = text == heredoc.delimiter;
      if (!closed) heredoc.span.end = line.next;
      in.span.end = line.end;
    }
    heredoc.body = heredoc.span.of(bytes_);
    if (closed) return;
    // BuildKit stops here too, so nothing behind it is lost.
    in.span.end = at_;
    problem(word, arena_.join("the here-document has no closing line ", heredoc.delimiter));
  }

  // BuildKit runs the body of a lone <<EOF; otherwise the shell gets the line with its here-documents.
  std::span<const shell::Command> heredoc_commands(const Line& line, Range rest, const Instruction& in) {
    const Heredoc& first = in.heredocs.front();
    std::vector<Range> words = words::heredoc_words(in.text);
    bool alone = words.size() == 1 && words[0].begin == 0 && words[0].end == in.text.size();
    if (alone && first.body.starts_with("#!")) {
      std::string_view shebang = first.body.substr(0, first.body.find('\n'));
      if (!shebang.contains("sh")) return {};
    }
    if (alone) return shell::split(first.body, arena_, first.span.begin);
    uint32_t bodies = first.span.begin;
    std::vector<shell::Piece> map = part_of(line, rest);
    uint32_t at = rest.end - rest.begin;
    map.push_back({.at = at, .source = bodies > 0 ? bodies - 1 : 0});  // the newline
    std::string_view text = arena_.join(in.text, "\n", bytes_.substr(bodies, std::max(bodies, in.span.end) - bodies));
    return shell::split(text, arena_, keep(map));
  }

  // --- stages

  struct GlobalLookup {
    const std::unordered_map<std::string_view, std::optional<std::string_view>>* values;
    static const std::string_view* find(std::string_view name, const void* state) {
      const auto& values = *static_cast<const GlobalLookup*>(state)->values;
      auto at = values.find(name);
      return at == values.end() || !at->second ? nullptr : &*at->second;
    }
  };

  std::optional<std::string_view> expanded(std::string_view text) {
    if (expanded_bytes_ > kMaxExpandedBytes) return std::nullopt;
    GlobalLookup lookup{&globals_};
    Expansion value = expand(text, file_.escape, GlobalLookup::find, &lookup, arena_);
    expanded_bytes_ += value.text.size();
    if (!value.complete) return std::nullopt;
    return value.text;
  }

  void global_arguments(const Instruction& in) {
    for (const Pair& pair : in.pairs) globals_[pair.name] = pair.has_value ? expanded(pair.value) : std::nullopt;
  }

  void open_stage(Instruction& in) {
    std::ranges::fill(ordinals_[0], 0);
    std::ranges::fill(ordinals_[1], 0);
    Stage stage;
    stage.index = static_cast<int>(stages_.size());
    stage.span = in.span;
    in.stage = stage.index;
    if (const Flag* platform = in.flag("platform")) stage.platform = platform->value;
    if (!in.words.empty()) {
      stage.reference = in.words[0].text;
      stage.reference_span = in.words[0].span;
      stage.image = expanded(stage.reference).value_or(std::string_view{});
    }
    bool named = in.words.size() >= 3 && equal_ignoring_case(in.words[1].text, "AS");
    if (named) {
      stage.name = in.words[2].text;
      stage.name_span = in.words[2].span;
      if (!is_stage_name(stage.name))
        problem(stage.name_span, "a stage name starts with a letter and has letters, digits, - _ . only");
    }
    if (in.words.size() > 1 && in.words.size() != (named ? 3 : 1)) {
      const Word& extra = in.words[named ? 3 : 1];
      if (!extra.text.starts_with('#'))  // said already
        problem({extra.span.begin, in.words.back().span.end},
                "FROM takes an image, or an image, AS and a name; what follows is neither");
    }
    // The latest stage of that name, as BuildKit's map of names has it.
    if (auto parent = names_.find(to_lower(stage.image)); parent != names_.end()) stage.parent = parent->second;
    stage.scratch = stage.parent < 0 && stage.image == "scratch";
    if (!stage.name.empty()) names_[to_lower(stage.name)] = stage.index;
    first_.push_back(instructions_.size() + 1);
    stages_.push_back(stage);
  }

  static bool is_stage_name(std::string_view name) {
    return !name.empty() && is_letter(name[0]) &&
           std::ranges::all_of(name, [](char c) { return is_name(c) || c == '-' || c == '.'; });
  }

  Result<const File*> finish() {
    std::span<Instruction> all = instructions_.span();
    if (stages_.empty() && !all.empty()) {
      stages_.emplace_back();
      first_.push_back(0);
      for (Instruction& in : all) in.stage = 0;
    } else {
      for (Span at : early_) problem(at, "only ARG may stand before the first FROM");
    }
    for (size_t i = 0; i < stages_.size(); ++i) {
      size_t end = i + 1 < stages_.size() ? first_[i + 1] - 1 : all.size();
      stages_[i].instructions = all.subspan(first_[i], end - first_[i]);
    }
    std::ranges::sort(problems_, {},
                      [](const tree::Problem& problem) { return std::pair(problem.at, problem.message); });
    file_.bytes = bytes_;
    file_.instructions = all;
    file_.stages = keep(stages_);
    file_.comments = keep(comments_);
    file_.problems = keep(problems_);
    return arena_.make<File>(file_);
  }

  void problem(Span at, std::string_view message) { problems_.push_back({.at = at, .message = message}); }

  template <class T>
  std::span<const T> keep(const std::vector<T>& items) {
    return arena_.copy_span(std::span<const T>(items));
  }

  std::string_view bytes_;
  Arena& arena_;
  Budget budget_;
  uint32_t at_ = 0;
  File file_;
  std::array<bool, 3> seen_ = {};
  ArenaList<Instruction> instructions_;
  std::vector<Stage> stages_;
  std::vector<size_t> first_;  // index of each stage's first instruction behind its FROM
  std::vector<Comment> comments_;
  std::vector<tree::Problem> problems_;
  std::vector<Span> early_;  // instructions before the first FROM that may not stand there, if there is a FROM
  std::array<std::array<uint32_t, std::size(kNames)>, 2> ordinals_ = {};
  std::unordered_map<std::string_view, std::optional<std::string_view>> globals_;
  std::unordered_map<std::string, int> names_;  // lower-cased
  size_t expanded_bytes_ = 0;
  size_t commands_ = 0;
};

}  // namespace

std::string_view name_of(Keyword keyword) { return kNames[static_cast<size_t>(keyword)]; }

const Flag* Instruction::flag(std::string_view name) const {
  auto at = std::ranges::find(flags, name, &Flag::name);
  return at == flags.end() ? nullptr : &*at;
}

std::span<const Word> Instruction::sources() const { return words.first(words.empty() ? 0 : words.size() - 1); }
std::string_view Instruction::destination() const { return words.empty() ? std::string_view{} : words.back().text; }

const Stage* File::find_stage(std::string_view name_or_index) const {
  if (name_or_index.empty()) return nullptr;
  for (size_t i = stages.size(); i-- > 0;)  // of two with one name the later counts
    if (equal_ignoring_case(stages[i].name, name_or_index)) return &stages[i];
  size_t index = 0;
  for (char c : name_or_index) {
    if (!is_digit(c) || index >= stages.size()) return nullptr;
    index = index * 10 + static_cast<size_t>(c - '0');
  }
  return index < stages.size() ? &stages[index] : nullptr;
}

Result<const File*> parse(std::string_view bytes, Arena& arena, const Budget& budget) {
  if (bytes.size() > budget.bytes)
    return fail(Errc::over_budget, "larger than " + std::to_string(budget.bytes) + " bytes");
  return Parser(bytes, arena, budget).run();
}

std::string place_at(const File& file, uint32_t offset) {
  auto next =
      std::ranges::upper_bound(file.instructions, offset, {}, [](const Instruction& in) { return in.span.begin; });
  if (next == file.instructions.begin()) return "";
  const Instruction& in = *std::prev(next);
  std::string place = "global";
  if (in.stage >= 0) {
    const Stage& stage = file.stages[static_cast<size_t>(in.stage)];
    bool own_name = !stage.name.empty() && file.find_stage(stage.name) == &stage;
    place = "stage[" + (own_name ? to_lower(stage.name) : std::to_string(stage.index)) + "]";
  }
  if (offset >= in.span.end) return place;
  if (in.onbuild && in.keyword != Keyword::onbuild) place += ".ONBUILD";
  place += '.';
  place += name_of(in.keyword);
  if (in.keyword != Keyword::from) place += "[" + std::to_string(in.ordinal) + "]";
  return place;
}

}  // namespace drydock::dockerfile
