// One pass over the text with a cursor; substitutions are read where they stand, by the same functions. Only texts that
// must be unescaped first (`sh -c "..."`, `...` with backslashes) are read a second time, from a copy that knows where
// its bytes come from. Sources: POSIX.1-2024 Shell Command Language (XCU 2), bash reference manual for |&, &>, <(...),
// [[ ]].
#include "formats/shell.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"

namespace drydock::shell {
namespace {

constexpr uint8_t kMaxDepth = 32;
constexpr int kMaxNesting = 64;  // ${...} and $((...)) within one another; they open no list, so `depth` does not count

struct Range {
  size_t begin = 0, end = 0;
};

constexpr size_t kNoCommand = std::string_view::npos;
struct Heredoc {
  size_t run, command;  // whose standard input it is
  std::string_view delimiter;
  bool strip_tabs, expand;
};

struct Source {
  std::string_view text;
  std::span<const Piece> map;          // to the parent's positions; the outermost's to the file's
  const Source* parent = nullptr;      // null for the outermost
  std::span<const Range> opened = {};  // substitutions that the parent's word already listed
  std::vector<Heredoc> pending = {};   // begun on this line, their bodies follow the next newline
};

// A sub-range of a source being read.
struct Cursor {
  Source& source;
  size_t at;
  size_t end;

  bool done() const { return at >= end; }
  char peek(size_t ahead = 0) const { return at + ahead < end ? source.text[at + ahead] : '\0'; }
  bool starts_with(std::string_view text) const { return source.text.substr(at, end - at).starts_with(text); }
  // Where the next `c` from `from` on is, or the end. Never looks past the end, or many small parts would cost the
  // square.
  size_t find(char c, size_t from) const {
    if (from >= end) return end;
    size_t at_most = source.text.substr(from, end - from).find(c);
    return at_most == std::string_view::npos ? end : from + at_most;
  }
  // Moves by at most what is left.
  void skip(size_t count) { at = std::min(end, at + count); }
};

// Where the commands of a list go and how deep it is.
struct Scope {
  size_t run = 0;
  uint8_t depth = 0;
  bool substitution = false;
  int open_cases = 0;
};

struct Token {
  Word word = {};
  Range range = {};     // in the source's text
  Range verbatim = {};  // indices into Splitter::verbatim_
  bool plain = false;
};

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; }
constexpr bool ends_word(char c) {
  return is_blank(c) || c == '\n' || c == ';' || c == '&' || c == '|' || c == '<' || c == '>' || c == '(' || c == ')';
}
constexpr bool is_name(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

uint32_t source_of(std::span<const Piece> map, uint32_t at) {
  auto next = std::upper_bound(map.begin(), map.end(), at, [](uint32_t x, const Piece& piece) { return x < piece.at; });
  if (next == map.begin()) return at;
  const Piece& piece = *std::prev(next);
  return piece.source + (at - piece.at);
}

uint32_t file_position(const Source* source, uint32_t at) {
  for (; source != nullptr; source = source->parent) at = source_of(source->map, at);
  return at;
}

Span file_span(const Source& source, Range range) {
  uint32_t begin = file_position(&source, static_cast<uint32_t>(range.begin));
  if (range.begin == range.end) return {begin, begin};
  return {begin, file_position(&source, static_cast<uint32_t>(range.end - 1)) + 1};
}

// Words in command position that are no command. `opens`: the next word is in command position again.
enum class Reserved : uint8_t { none, opens, closes, loop, branch, function, condition };
Reserved reserved(std::string_view word) {
  constexpr std::pair<std::string_view, Reserved> kWords[] = {
      {"if", Reserved::opens},    {"then", Reserved::opens},        {"else", Reserved::opens},
      {"elif", Reserved::opens},  {"while", Reserved::opens},       {"until", Reserved::opens},
      {"do", Reserved::opens},    {"{", Reserved::opens},           {"!", Reserved::opens},
      {"fi", Reserved::closes},   {"done", Reserved::closes},       {"esac", Reserved::closes},
      {"}", Reserved::closes},    {"for", Reserved::loop},          {"select", Reserved::loop},
      {"case", Reserved::branch}, {"function", Reserved::function}, {"[[", Reserved::condition},
  };
  if (word.size() > 8) return Reserved::none;
  for (const auto& [text, kind] : kWords)
    if (text == word) return kind;
  return Reserved::none;
}

// NAME=, NAME+=, NAME[i]=
bool is_assignment(std::string_view raw) {
  if (raw.empty() || is_digit(raw[0])) return false;
  size_t i = 0;
  while (i < raw.size() && is_name(raw[i])) ++i;
  if (i == 0) return false;
  if (i < raw.size() && raw[i] == '[') {
    while (i < raw.size() && raw[i] != ']') ++i;
    ++i;
  }
  if (i < raw.size() && raw[i] == '+') ++i;
  return i < raw.size() && raw[i] == '=';
}

bool is_shell(std::string_view program) {
  constexpr std::string_view kShells[] = {"sh", "bash", "dash", "ash", "ksh", "zsh"};
  return std::ranges::find(kShells, program) != std::end(kShells);
}

// `bash`, `sh -eux`, `bash -s -- argument`: the script is what comes in on standard input.
bool reads_script(const Command& command) {
  if (!is_shell(command.program())) return false;
  bool operand = false;
  for (const Word& word : command.arguments()) {
    if (!word.text.starts_with('-') || word.text == "-") {
      operand |= word.text != "-";
      continue;
    }
    if (word.text.starts_with("--")) continue;
    if (word.text.find('c') != std::string_view::npos) return false;
    if (word.text.find('s') != std::string_view::npos) return true;
  }
  return !operand;
}

class Splitter {
 public:
  Splitter(Arena& arena, size_t size) : arena_(arena), fuel_((kMaxDepth + 2) * size) {}

  std::span<const Command> split(Source& source) {
    Scope scope = open_scope(0, false);
    Cursor in{source, 0, source.text.size()};
    list(in, scope, false);
    auto* all = static_cast<Command*>(arena_.allocate(count_ * sizeof(Command), alignof(Command)));
    size_t size = 0;
    for (const std::vector<Command>& run : runs_)
      for (const Command& command : run) new (&all[size++]) Command(command);
    return {all, size};
  }

 private:
  Scope open_scope(uint8_t depth, bool substitution) {
    runs_.emplace_back();
    return {.run = runs_.size() - 1, .depth = depth, .substitution = substitution};
  }

  // Up to the end of the cursor, or behind the `)` that closes it.
  void list(Cursor& in, Scope& scope, bool until_parenthesis) {
    for (;;) {
      skip_blanks(in);
      if (count_ >= kMaxCommands) in.at = in.end;
      if (in.done()) break;
      char c = in.peek();
      if (c == '\n') {
        in.skip(1);
        join(scope, Joint::sequence);
        read_heredocs(in, scope);
      } else if (c == ';') {
        in.skip(1);
        bool arm_ends = in.peek() == ';' || in.peek() == '&';
        if (in.peek() == ';') in.skip(1);
        if (in.peek() == '&' && arm_ends) in.skip(1);
        join(scope, Joint::sequence);
        if (arm_ends && scope.open_cases > 0) patterns(in, scope);
      } else if (c == '&' && in.peek(1) != '>') {
        bool both = in.peek(1) == '&';
        in.skip(both ? 2 : 1);
        join(scope, both ? Joint::and_if : Joint::background);
      } else if (c == '|') {
        bool either = in.peek(1) == '|';
        in.skip(either || in.peek(1) == '&' ? 2 : 1);
        join(scope, either ? Joint::or_if : Joint::pipe);
      } else if (c == ')') {
        in.skip(1);
        if (until_parenthesis) break;
      } else if (c == '(') {
        parenthesis(in, scope);
      } else {
        command(in, scope);
      }
    }
    std::vector<Command>& run = runs_[scope.run];
    if (!run.empty() && run.back().joint == Joint::sequence) run.back().joint = Joint::end;
  }

  void join(const Scope& scope, Joint joint) {
    std::vector<Command>& run = runs_[scope.run];
    if (run.empty()) return;
    // A newline behind `&&` continues the line.
    if (joint == Joint::sequence && run.back().joint != Joint::end) return;
    run.back().joint = joint;
  }

  void parenthesis(Cursor& in, Scope& scope) {
    if (in.peek(1) == '(') return arithmetic(in, scope);
    if (scope.depth >= kMaxDepth) return skip_parentheses(in);
    size_t before = runs_[scope.run].size();
    Scope inner{.run = scope.run, .depth = static_cast<uint8_t>(scope.depth + 1), .substitution = scope.substitution};
    in.skip(1);
    list(in, inner, true);
    std::vector<Command>& run = runs_[scope.run];
    if (run.size() > before) run.back().joint = Joint::end;
  }

  static void skip_blanks(Cursor& in) {
    while (!in.done()) {
      if (is_blank(in.peek())) {
        in.skip(1);
      } else if (size_t length = continuation(in)) {
        in.skip(length);
      } else if (in.peek() == '#') {
        in.at = in.find('\n', in.at);
      } else {
        return;
      }
    }
  }

  // Length of a backslash and line end, 0 if there is none here.
  static size_t continuation(const Cursor& in) {
    if (in.peek() != '\\') return 0;
    if (in.peek(1) == '\n') return 2;
    return in.peek(1) == '\r' && in.peek(2) == '\n' ? 3 : 0;
  }

  // The patterns before an arm's `)`, or the `esac`.
  void patterns(Cursor& in, Scope& scope) {
    for (;;) {
      skip_blanks(in);
      if (in.done()) return;
      char c = in.peek();
      if (c == ')') return in.skip(1);
      if (ends_word(c)) {
        in.skip(1);
        continue;
      }
      size_t tokens = tokens_.size(), verbatim = verbatim_.size();
      Token token = word(in, scope);
      tokens_.resize(tokens);
      verbatim_.resize(verbatim);
      if (token.plain && token.word.text == "esac") {
        --scope.open_cases;
        if (!runs_[scope.run].empty()) runs_[scope.run].back().joint = Joint::end;
        return;
      }
    }
  }

  void command(Cursor& in, Scope& scope) {
    size_t base = tokens_.size(), verbatim = verbatim_.size(), redirections = redirections_.size();
    size_t pending = in.source.pending.size();
    size_t begin = in.at;
    size_t end = in.at;
    size_t assignments = 0;
    bool discard = false;  // what stands behind `done`, or between `for` and `do`
    while (true) {
      skip_blanks(in);
      char c = in.peek();
      if (in.done() || c == '\n' || c == ';' || c == '|' || c == ')' || (c == '&' && in.peek(1) != '>')) break;
      if (c == '&' || ((c == '<' || c == '>') && in.peek(1) != '(')) {
        redirection(in, scope, -1);
        end = in.at;
        continue;
      }
      if (c == '(') {
        bool defines = tokens_.size() == base + 1 && in.peek(1) == ')';
        skip_parentheses(in);
        end = in.at;
        if (!defines) continue;
        discard = true;
        break;
      }
      Token token = word(in, scope);
      end = in.at;
      bool first = tokens_.size() == base && redirections_.size() == redirections;
      if (token.plain && (in.peek() == '<' || in.peek() == '>') && in.peek(1) != '(' && token.word.text.size() <= 4 &&
          std::ranges::all_of(token.word.text, is_digit)) {
        redirection(in, scope, std::stoi(std::string(token.word.text)));
        end = in.at;
        continue;
      }
      if (discard) {
        if (token.plain && token.word.text == "do") break;
        continue;
      }
      if (first && token.plain) {
        Reserved kind = reserved(token.word.text);
        if (kind == Reserved::opens) return;
        if (kind == Reserved::branch) return branch(in, scope);
        if (kind == Reserved::closes) {
          if (token.word.text == "esac" && scope.open_cases > 0) --scope.open_cases;
          if (!runs_[scope.run].empty()) runs_[scope.run].back().joint = Joint::end;
        }
        discard = kind == Reserved::closes || kind == Reserved::loop;
        if (discard) continue;
        if (kind == Reserved::function) {
          skip_blanks(in);
          if (!in.done() && !ends_word(in.peek())) word(in, scope);
          verbatim_.resize(verbatim);
          skip_blanks(in);
          if (in.peek() == '(') skip_parentheses(in);
          return;
        }
        if (kind == Reserved::condition) {
          tokens_.push_back(token);
          condition(in, scope);
          end = in.at;
          continue;
        }
      }
      if (assignments == tokens_.size() - base && is_assignment(raw(in, token.range))) {
        ++assignments;
        if (in.peek() == '(' && in.source.text[in.at - 1] == '=') {
          token.range.end = array(in, scope);
          end = token.range.end;
          token.word.text = raw(in, token.range);
          token.word.span = file_span(in.source, token.range);
        }
      }
      tokens_.push_back(token);
    }
    bool empty = tokens_.size() == base && redirections_.size() == redirections;
    // A loop's here-document feeds the loop, not the command that comes next in the list.
    for (; discard && pending < in.source.pending.size(); ++pending) in.source.pending[pending].command = kNoCommand;
    if (!empty && !discard) finish(in, scope, base, assignments, redirections, {begin, end});
    tokens_.resize(base);
    verbatim_.resize(verbatim);
    redirections_.resize(redirections);
  }

  void finish(Cursor& in, const Scope& scope, size_t base, size_t assignments, size_t redirections, Range range) {
    size_t size = tokens_.size() - base;
    auto* words = static_cast<Word*>(arena_.allocate(size * sizeof(Word), alignof(Word)));
    for (size_t i = 0; i < size; ++i) new (&words[i]) Word(tokens_[base + i].word);
    Command command{.assignments = {words, assignments},
                    .words = {words + assignments, size - assignments},
                    .redirections = arena_.copy_span(std::span<const Redirection>(redirections_).subspan(redirections)),
                    .depth = scope.depth,
                    .substitution = scope.substitution,
                    .span = file_span(in.source, range)};
    runs_[scope.run].push_back(command);
    ++count_;
    std::optional<size_t> script = inline_script(command.words);
    if (script && scope.depth < kMaxDepth) open_script(in, scope, tokens_[base + assignments + *script]);
  }

  // The commands of `sh -c WORD`.
  void open_script(Cursor& in, const Scope& scope, const Token& token) {
    std::string_view written = raw(in, token.range);
    if (fuel_ < written.size()) return;
    fuel_ -= written.size();
    Scope inner = open_scope(static_cast<uint8_t>(scope.depth + 1), scope.substitution);
    if (written.size() >= 2 && written[0] == '\'' && written.find('\'', 1) == written.size() - 1) {
      Cursor script{in.source, token.range.begin + 1, token.range.end - 1};
      return list_within(script, inner);
    }
    Unquoted plain = unquote(in.source, token, true);
    Source source{.text = plain.text, .map = plain.map, .parent = &in.source, .opened = plain.opened};
    Cursor script{source, 0, source.text.size()};
    list(script, inner, false);
  }

  // list() of a part of a source; here-documents that it begins end with it.
  void list_within(Cursor& in, Scope& scope) {
    std::vector<Heredoc> outer = std::exchange(in.source.pending, {});
    list(in, scope, false);
    in.source.pending = std::move(outer);
  }

  void branch(Cursor& in, Scope& scope) {
    while (true) {
      skip_blanks(in);
      char c = in.peek();
      if (in.done() || c == ';' || c == ')' || c == '&' || c == '|') return;
      if (ends_word(c)) {
        in.skip(1);
        continue;
      }
      size_t verbatim = verbatim_.size();
      Token token = word(in, scope);
      verbatim_.resize(verbatim);
      if (token.plain && token.word.text == "in") break;
    }
    ++scope.open_cases;
    patterns(in, scope);
  }

  // Behind `[[` up to `]]`: && and < are words there.
  void condition(Cursor& in, Scope& scope) {
    while (true) {
      skip_blanks(in);
      if (in.done()) return;
      Range range{in.at, in.at};
      if (in.peek() == '\n') {
        in.skip(1);
        continue;
      }
      if (ends_word(in.peek())) {
        while (!in.done() && !is_blank(in.peek()) && in.peek() != '\n' && ends_word(in.peek())) in.skip(1);
        range.end = in.at;
        tokens_.push_back({.word = {.text = raw(in, range), .span = file_span(in.source, range)}, .range = range});
        continue;
      }
      Token token = word(in, scope);
      tokens_.push_back(token);
      if (token.plain && token.word.text == "]]") return;
    }
  }

  // NAME=( ... ): where it ends.
  size_t array(Cursor& in, Scope& scope) {
    size_t verbatim = verbatim_.size();
    in.skip(1);
    while (!in.done()) {
      skip_blanks(in);
      char c = in.peek();
      if (c == ')') {
        in.skip(1);
        break;
      }
      if (ends_word(c)) {
        in.skip(1);
      } else if (!in.done()) {
        word(in, scope);
      }
    }
    verbatim_.resize(verbatim);
    return in.at;
  }

  void redirection(Cursor& in, Scope& scope, int fd) {
    constexpr std::string_view kOperators[] = {"<<<", "<<-", "&>>", "<<", "<>", "<&", ">>", ">&", ">|", "&>", "<", ">"};
    std::string_view op;
    for (std::string_view candidate : kOperators)
      if (op.empty() && in.starts_with(candidate)) op = candidate;
    in.skip(op.size());
    skip_blanks(in);
    bool process = (in.peek() == '<' || in.peek() == '>') && in.peek(1) == '(';
    Token token;
    token.range = {in.at, in.at};
    if (!in.done() && (process || !ends_word(in.peek()))) token = word(in, scope);
    redirections_.push_back({.op = op, .target = token.word, .fd = fd});
    if (op != "<<" && op != "<<-") return;
    bool quoted = raw(in, token.range).find_first_of("'\"\\") != std::string_view::npos;
    in.source.pending.push_back({.run = scope.run,
                                 .command = runs_[scope.run].size(),
                                 .delimiter = token.word.text,
                                 .strip_tabs = op == "<<-",
                                 .expand = !quoted});
  }

  void read_heredocs(Cursor& in, const Scope& scope) {
    if (in.source.pending.empty()) return;
    const std::vector<Heredoc> pending = std::exchange(in.source.pending, {});
    for (size_t i = 0; i < pending.size(); ++i) {
      const Heredoc& heredoc = pending[i];
      // The last redirection wins.
      bool is_input =
          i + 1 == pending.size() || pending[i + 1].command != heredoc.command || pending[i + 1].run != heredoc.run;
      Range body{in.at, in.at};
      while (!in.done()) {
        size_t end = in.find('\n', in.at);
        std::string_view line = in.source.text.substr(in.at, end - in.at);
        while (heredoc.strip_tabs && line.starts_with('\t')) line.remove_prefix(1);
        while (line.ends_with('\r')) line.remove_suffix(1);
        in.at = std::min(in.end, end + 1);
        if (line == heredoc.delimiter) break;
        body.end = in.at;
      }
      Cursor inner{in.source, body.begin, body.end};
      if (is_input && scope.depth < kMaxDepth && feeds_shell(heredoc)) {
        Scope script = open_scope(static_cast<uint8_t>(scope.depth + 1), scope.substitution);
        list_within(inner, script);
      } else if (heredoc.expand) {
        size_t verbatim = verbatim_.size();
        Scope expanded = scope;
        Token ignored;
        while (!inner.done()) expansion(inner, expanded, ignored, true);
        verbatim_.resize(verbatim);
      }
    }
  }

  // `bash <<EOF` and `cat <<EOF | bash`.
  bool feeds_shell(const Heredoc& heredoc) const {
    const std::vector<Command>& run = runs_[heredoc.run];
    if (heredoc.command >= run.size()) return false;
    const Command& owner = run[heredoc.command];
    if (reads_script(owner)) return true;
    return owner.joint == Joint::pipe && owner.program() == "cat" && owner.arguments().empty() &&
           heredoc.command + 1 < run.size() && reads_script(run[heredoc.command + 1]);
  }

  // One word from a byte that starts one. Lists the commands of its substitutions. Its entries in verbatim_ stay.
  Token word(Cursor& in, Scope& scope) {
    Token token;
    token.range.begin = in.at;
    token.verbatim.begin = verbatim_.size();
    bool removes = false;  // quotes or escapes, so that the text is not what is written
    if ((in.peek() == '<' || in.peek() == '>') && in.peek(1) == '(') {
      token.word.expands = true;
      in.skip(1);
      substitution(in, scope, token.range.begin);
    }
    while (!in.done() && !ends_word(in.peek())) {
      char c = in.peek();
      if (c == '\\') {
        removes = true;
        in.skip(std::max<size_t>(2, continuation(in)));
      } else if (c == '\'') {
        removes = token.word.quoted = true;
        skip_single_quotes(in);
      } else if (c == '"') {
        removes = token.word.quoted = true;
        in.skip(1);
        while (!in.done() && in.peek() != '"') expansion(in, scope, token, true);
        in.skip(1);
      } else if (c == '$' && in.peek(1) == '\'') {
        removes = token.word.quoted = true;
        skip_ansi_quotes(in);
      } else {
        expansion(in, scope, token, false);
      }
    }
    if (in.at == token.range.begin) in.skip(1);
    token.range.end = in.at;
    token.verbatim.end = verbatim_.size();
    token.plain = !removes && !token.word.expands;
    token.word.span = file_span(in.source, token.range);
    token.word.text = removes ? unquote(in.source, token, false).text : raw(in, token.range);
    return token;
  }

  static void skip_single_quotes(Cursor& in) {
    in.at = in.find('\'', in.at + 1);
    in.skip(1);
  }

  static void skip_ansi_quotes(Cursor& in) {
    in.skip(2);
    while (!in.done() && in.peek() != '\'') in.skip(in.peek() == '\\' ? 2 : 1);
    in.skip(1);
  }

  // One character, escape pair, or a whole $..., ${...}, $(...), `...`.
  void expansion(Cursor& in, Scope& scope, Token& token, bool in_quotes) {
    char c = in.peek();
    if (c == '\\') return in.skip(2);
    if (c == '`') {
      token.word.expands = true;
      if (skip_opened(in)) return;
      return backquotes(in, scope, in_quotes);
    }
    if (c != '$') return in.skip(1);
    char next = in.peek(1);
    bool names = is_name(next) || next == '@' || next == '*' || next == '#' || next == '?' || next == '!' ||
                 next == '$' || next == '-';
    if (names || next == '(' || next == '{') token.word.expands = true;
    if (next != '(' && next != '{') return in.skip(names && !is_name(next) ? 2 : 1);
    if (skip_opened(in)) return;
    if (nesting_ >= kMaxNesting) return in.skip(2);
    size_t begin = in.at;
    ++nesting_;
    in.skip(1);
    if (next == '(' && in.peek(1) != '(') {
      substitution(in, scope, begin);
    } else {
      size_t verbatim = verbatim_.size();
      if (next == '(') {
        arithmetic(in, scope);
      } else {
        braces(in, scope, in_quotes);
      }
      verbatim_.resize(verbatim);
      verbatim_.push_back({begin, in.at});
    }
    --nesting_;
  }

  bool skip_opened(Cursor& in) {
    std::span<const Range> opened = in.source.opened;
    auto at = std::ranges::lower_bound(opened, in.at, {}, &Range::begin);
    if (at == opened.end() || at->begin != in.at) return false;
    verbatim_.push_back(*at);
    in.at = std::min(in.end, at->end);
    return true;
  }

  // At the `(` of $(...) or <(...); `begin` is where the whole starts.
  void substitution(Cursor& in, const Scope& scope, size_t begin) {
    size_t verbatim = verbatim_.size();
    if (scope.depth >= kMaxDepth) {
      skip_parentheses(in);
    } else {
      in.skip(1);
      Scope inner = open_scope(static_cast<uint8_t>(scope.depth + 1), true);
      list(in, inner, true);
    }
    verbatim_.resize(verbatim);
    verbatim_.push_back({begin, in.at});
  }

  void backquotes(Cursor& in, const Scope& scope, bool in_quotes) {
    size_t begin = in.at;
    size_t verbatim = verbatim_.size();
    bool escapes = false;
    in.skip(1);
    Range body{in.at, in.at};
    while (!in.done() && in.peek() != '`') {
      escapes |= in.peek() == '\\';
      in.skip(in.peek() == '\\' ? 2 : 1);
    }
    body.end = in.at;
    in.skip(1);
    size_t size = body.end - body.begin;
    if (scope.depth < kMaxDepth && fuel_ >= size) {
      fuel_ -= size;
      Scope inner = open_scope(static_cast<uint8_t>(scope.depth + 1), true);
      if (escapes) {
        std::string text;
        std::vector<Piece> map;
        for (size_t i = body.begin; i < body.end; ++i) {
          char next = i + 1 < body.end ? in.source.text[i + 1] : '\0';
          bool dropped =
              in.source.text[i] == '\\' && (next == '`' || next == '\\' || next == '$' || (in_quotes && next == '"'));
          if (dropped) ++i;
          add_piece(map, text.size(), i);
          text += in.source.text[i];
        }
        Source source{.text = arena_.copy(text), .map = map, .parent = &in.source, .opened = {}};
        Cursor inside{source, 0, source.text.size()};
        list(inside, inner, false);
      } else {
        Cursor inside{in.source, body.begin, body.end};
        list_within(inside, inner);
      }
    }
    verbatim_.resize(verbatim);
    verbatim_.push_back({begin, in.at});
  }

  // At the `{` of ${...}.
  void braces(Cursor& in, Scope& scope, bool in_quotes) {
    int depth = 0;
    Token ignored;
    while (!in.done()) {
      char c = in.peek();
      if (c == '{' && (depth == 0 || in.source.text[in.at - 1] == '$')) {
        ++depth;
        in.skip(1);
      } else if (c == '}') {
        in.skip(1);
        if (--depth == 0) return;
      } else if (c == '\'' && !in_quotes) {
        skip_single_quotes(in);
      } else if (c == '$' && in.peek(1) == '{') {
        in.skip(1);
      } else {
        expansion(in, scope, ignored, in_quotes);
      }
    }
  }

  // At the first parenthesis of ((...)).
  void arithmetic(Cursor& in, Scope& scope) {
    size_t verbatim = verbatim_.size();
    int depth = 0;
    Token ignored;
    while (!in.done()) {
      char c = in.peek();
      if (c == '(') ++depth;
      if (c == ')' && --depth == 0) {
        in.skip(1);
        break;
      }
      expansion(in, scope, ignored, true);
    }
    verbatim_.resize(verbatim);
  }

  // Without looking inside: too deep, or no command there.
  static void skip_parentheses(Cursor& in) {
    int depth = 0;
    while (!in.done()) {
      char c = in.peek();
      if (c == '\\') {
        in.skip(2);
        continue;
      }
      if (c == '\'') {
        skip_single_quotes(in);
        continue;
      }
      if (c == '"') {
        in.skip(1);
        while (!in.done() && in.peek() != '"') in.skip(in.peek() == '\\' ? 2 : 1);
      }
      in.skip(1);
      if (c == '(') ++depth;
      if (c == ')' && --depth <= 0) return;
    }
  }

  static std::string_view raw(const Cursor& in, Range range) {
    return in.source.text.substr(range.begin, range.end - range.begin);
  }

  static void add_piece(std::vector<Piece>& map, size_t at, size_t source) {
    if (!map.empty() && map.back().source + (at - map.back().at) == source) return;
    map.push_back({.at = static_cast<uint32_t>(at), .source = static_cast<uint32_t>(source)});
  }

  struct Unquoted {
    std::string_view text;
    std::span<const Piece> map;
    std::span<const Range> opened = {};
  };
  // The word as its command gets it, substitutions as written; for a script also where its bytes come from.
  Unquoted unquote(const Source& source, const Token& token, bool for_script) {
    std::string text;
    std::vector<Piece> map;
    std::vector<Range> opened;
    std::string_view from = source.text.substr(0, token.range.end);
    size_t verbatim = token.verbatim.begin;
    char quote = '\0';  // of the three: ' " and $ for $'...'
    auto take = [&](size_t at, char c) {
      if (for_script) add_piece(map, text.size(), at);
      text += c;
    };
    for (size_t i = token.range.begin; i < from.size(); ++i) {
      char c = from[i];
      char next = i + 1 < from.size() ? from[i + 1] : '\0';
      if (verbatim < token.verbatim.end && verbatim_[verbatim].begin == i) {
        Range range = verbatim_[verbatim++];
        if (for_script) add_piece(map, text.size(), i);
        if (for_script) opened.push_back({text.size(), text.size() + (range.end - range.begin)});
        text += from.substr(i, range.end - i);
        i = range.end - 1;
      } else if (quote == '\'') {
        if (c == '\'') {
          quote = '\0';
        } else {
          take(i, c);
        }
      } else if (quote == '$') {
        if (c == '\'') {
          quote = '\0';
        } else if (c == '\\' && next != '\0') {
          ++i;
          take(i, next == 'n' ? '\n' : next == 't' ? '\t' : next == 'r' ? '\r' : next);
        } else {
          take(i, c);
        }
      } else if (c == '"') {
        quote = quote == '"' ? '\0' : '"';
      } else if (c == '\\' && next == '\n') {
        ++i;
      } else if (c == '\\' && next == '\r' && i + 2 < from.size() && from[i + 2] == '\n') {
        i += 2;
      } else if (c == '\\' && i + 1 < from.size()) {
        bool special = quote == '\0' || next == '$' || next == '`' || next == '"' || next == '\\';
        if (!special) take(i, c);
        ++i;
        take(i, next);
      } else if (quote == '\0' && c == '\'') {
        quote = '\'';
      } else if (quote == '\0' && c == '$' && next == '\'') {
        quote = '$';
        ++i;
      } else {
        take(i, c);
      }
    }
    return {.text = arena_.copy(text),
            .map = arena_.copy_span(std::span<const Piece>(map)),
            .opened = arena_.copy_span(std::span<const Range>(opened))};
  }

  Arena& arena_;
  std::vector<std::vector<Command>> runs_;  // one per list; a subshell shares that of the list around it
  size_t count_ = 0;
  int nesting_ = 0;
  size_t fuel_;  // bytes that may still be read a second time: keeps hostile nesting linear
  // Stacks: a command in a word's substitution works above its caller's entries and removes its own.
  std::vector<Token> tokens_;
  std::vector<Range> verbatim_;  // substitutions and ${...} of the words in tokens_
  std::vector<Redirection> redirections_;
};

// Commands that run the command behind their own options. `valued` are one-letter options that take the next word,
// `operands` the words before the command (timeout's duration, gosu's user).
struct Wrapper {
  std::string_view name, valued;
  int operands = 0;
  bool assignments = false;
};
constexpr Wrapper kWrappers[] = {
    {.name = "sudo", .valued = "ugpCrtThDRU", .assignments = true},
    {.name = "doas", .valued = "uC"},
    {.name = "env", .valued = "uC", .assignments = true},
    {.name = "exec", .valued = "a"},
    {.name = "command", .valued = ""},
    {.name = "builtin", .valued = ""},
    {.name = "time", .valued = "fo"},
    {.name = "nice", .valued = "n"},
    {.name = "ionice", .valued = "cn"},
    {.name = "nohup", .valued = ""},
    {.name = "setsid", .valued = ""},
    {.name = "stdbuf", .valued = "ioe"},
    {.name = "timeout", .valued = "sk", .operands = 1},
    {.name = "busybox", .valued = ""},
    {.name = "tini", .valued = "pe"},
    {.name = "dumb-init", .valued = "r"},
    {.name = "gosu", .valued = "", .operands = 1},
    {.name = "su-exec", .valued = "", .operands = 1},
};

// Index of the word that program() names; words.size() if there is none.
size_t program_index(std::span<const Word> words) {
  size_t at = 0;
  while (at < words.size()) {
    std::string_view name = base_name(words[at].text);
    const auto* wrapper = std::ranges::find(kWrappers, name, &Wrapper::name);
    if (wrapper == std::end(kWrappers)) return at;
    size_t next = at + 1;
    int operands = wrapper->operands;
    for (; next < words.size(); ++next) {
      std::string_view word = words[next].text;
      if (word == "--") {
        ++next;
        break;
      }
      if (word.size() > 1 && word[0] == '-') {
        if (name == "command" && (word.find('v') != word.npos || word.find('V') != word.npos)) return at;
        if (word.size() == 2 && wrapper->valued.find(word[1]) != word.npos) ++next;
        continue;
      }
      if (wrapper->assignments && is_assignment(word)) continue;
      if (operands-- <= 0) break;
    }
    if (next >= words.size()) return at;
    at = next;
  }
  return at;
}

}  // namespace

std::string_view Command::program() const {
  size_t at = program_index(words);
  return at < words.size() ? base_name(words[at].text) : std::string_view{};
}

std::span<const Word> Command::arguments() const {
  return words.subspan(std::min(words.size(), program_index(words) + 1));
}

bool Command::has_flag(std::string_view long_flag, char short_flag) const {
  while (long_flag.starts_with('-')) long_flag.remove_prefix(1);
  for (const Word& word : arguments()) {
    std::string_view text = word.text;
    if (text == "--") return false;
    if (text.starts_with("--")) {
      if (!long_flag.empty() && cut(text.substr(2), "=").before == long_flag) return true;
    } else if (text.starts_with('-')) {
      if (short_flag != 0 && cut(text.substr(1), "=").before.find(short_flag) != text.npos) return true;
    }
  }
  return false;
}

std::optional<size_t> inline_script(std::span<const Word> words) {
  size_t at = program_index(words);
  if (at >= words.size()) return std::nullopt;
  std::string_view program = base_name(words[at].text);
  bool su = program == "su" || program == "runuser";
  if (!su && !is_shell(program)) return std::nullopt;
  for (++at; at < words.size(); ++at) {
    std::string_view word = words[at].text;
    if (su && word.starts_with("--command=")) return std::nullopt;
    if (su && word == "--command" && at + 1 < words.size()) return at + 1;
    if (word.size() > 1 && (word[0] == '-' || word[0] == '+') && word[1] != '-') {
      if (word[0] == '-' && word.find('c') != word.npos) {
        // `bash -c -e SCRIPT`: options may still follow.
        for (++at; at < words.size(); ++at)
          if (!words[at].text.starts_with('-') || su) return at;
        return std::nullopt;
      }
      if (!su && word.find_first_of("oO") != word.npos) ++at;  // -o pipefail
      if (su && word.size() == 2 && std::string_view("gGsuw").find(word[1]) != word.npos) ++at;
      continue;
    }
    if (word.starts_with("--") || word == "-" || su) continue;
    return std::nullopt;  // a script file
  }
  return std::nullopt;
}

Span source_span(std::span<const Piece> map, uint32_t begin, uint32_t end) {
  uint32_t first = source_of(map, begin);
  if (begin >= end) return {first, first};
  return {first, source_of(map, end - 1) + 1};
}

std::span<const Command> split(std::string_view text, Arena& arena, std::span<const Piece> map) {
  Source source{.text = text, .map = map};
  return Splitter(arena, text.size()).split(source);
}

std::span<const Command> split(std::string_view text, Arena& arena, uint32_t offset) {
  const Piece whole[] = {{.at = 0, .source = offset}};
  return split(text, arena, whole);
}

}  // namespace drydock::shell
