#include "formats/nginx.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "base/text.h"
#include "formats/json.h"
#include "formats/nginx_places.h"
#include "formats/tree_build.h"

namespace drydock::nginx {
namespace {

// What separates words: ngx_conf_read_token() knows these four, not form feed.
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// ngx_conf_read_token(): \" \' \\ \t \r \n; any other backslash stays, since regular expressions are full of them.
std::string_view unescape(std::string_view text, Arena& arena) {
  if (text.find('\\') == std::string_view::npos) return text;
  constexpr std::string_view kNames = "\"'\\trn", kValues = "\"'\\\t\r\n";
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    size_t name = text[i] == '\\' && i + 1 < text.size() ? kNames.find(text[i + 1]) : std::string_view::npos;
    if (name == std::string_view::npos) {
      out += text[i];
    } else {
      out += kValues[name];
      ++i;
    }
  }
  return arena.copy(out);
}

// Behind the long bracket `[[ ... ]]` or `[=[ ... ]=]` that begins at `at`; `at` if none does.
size_t skip_long_bracket(std::string_view lua, size_t at) {
  size_t open = lua.find_first_not_of('=', at + 1);
  if (open == std::string_view::npos || lua[open] != '[') return at;
  std::string close = "]" + std::string(open - at - 1, '=') + "]";
  size_t end = lua.find(close, open);
  return end == std::string_view::npos ? lua.size() : end + close.size();
}

// The offset of the `}` that closes a Lua block whose body begins at `at`, npos if there is none. Braces in strings and
// comments do not count (lua.org/manual/5.1/manual.html#2.1).
size_t end_of_lua(std::string_view text, size_t at) {
  size_t depth = 1;
  while (at < text.size()) {
    char c = text[at];
    if (text.substr(at).starts_with("--")) {
      size_t bracket = at + 2 < text.size() && text[at + 2] == '[' ? skip_long_bracket(text, at + 2) : at + 2;
      at = bracket > at + 2 ? bracket : text.find('\n', at);
      if (at == std::string_view::npos) return at;
      continue;
    }
    if (c == '[') {
      size_t end = skip_long_bracket(text, at);
      at = std::max(end, at + 1);
      continue;
    }
    if (c == '"' || c == '\'') {
      for (++at; at < text.size() && text[at] != c && text[at] != '\n'; ++at)
        if (text[at] == '\\') ++at;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && --depth == 0) {
      return at;
    }
    ++at;
  }
  return std::string_view::npos;
}

struct Frame {
  Directive block;
  size_t first_child = 0;  // in `done_`
};

class Reader {
 public:
  Reader(std::string_view bytes, Arena& arena, const Budget& budget)
      : bytes_(bytes), arena_(arena), budget_(budget), problems_(arena), comments_(arena) {}

  Result<const File*> read() {
    if (bytes_.starts_with("\xef\xbb\xbf")) at_ = 3;
    while (skip_blanks()) {
      char c = bytes_[at_];
      if (c == ';') {
        ++at_;
        take_semicolon();
      } else if (c == '{') {
        TRY_VOID(open_block());
      } else if (c == '}') {
        take_closing_brace();
      } else {
        take_word();
      }
      if (directives_ > budget_.directives)
        return tree::fail_at(Errc::over_budget, bytes_, at_,
                             "more than " + std::to_string(budget_.directives) + " nginx directives in one file");
    }
    if (!words_.empty()) {
      problem(words_[0].span, "the file ends before the `;` of this directive");
      finish_simple(words_.back().span.end);
    }
    while (!frames_.empty()) {
      problem(frames_.back().block.name_span, "the block does not close");
      close_block(size());
    }
    tree::sort_problems(problems_.span());
    File file{.bytes = bytes_, .directives = settle(0), .problems = problems_.span(), .comments = comments_.span()};
    return arena_.make<File>(file);
  }

 private:
  // To the next token; a comment begins only where a word could. False at the end.
  bool skip_blanks() {
    while (at_ < bytes_.size()) {
      if (bytes_[at_] == '#') {
        size_t end = std::min(bytes_.find('\n', at_), bytes_.size());
        size_t text_end = bytes_[end - 1] == '\r' ? end - 1 : end;
        comments_.push({here(), static_cast<uint32_t>(text_end)});
        at_ = end;
      } else if (is_blank(bytes_[at_])) {
        ++at_;
      } else {
        return true;
      }
    }
    return false;
  }

  void take_word() {
    char c = bytes_[at_];
    if ((c == '"' || c == '\'') && take_quoted(c)) return;
    size_t begin = at_;
    // `${` does not open a block, and neither does what a backslash stands in front of.
    for (bool variable = false; at_ < bytes_.size(); ++at_) {
      c = bytes_[at_];
      if (c == '{' && variable) continue;
      if (is_blank(c) || c == ';' || c == '{') break;
      variable = c == '$';
      if (c == '\\') ++at_;
    }
    at_ = std::min(at_, bytes_.size());
    Span span = {static_cast<uint32_t>(begin), here()};
    words_.push_back({.text = unescape(span.of(bytes_), arena_), .span = span});
  }

  // False, with a Problem, if the quote does not close: then it is read as a bare word, or all of the file behind it
  // would be lost. At most one search for each kind of quote reaches the end in vain.
  bool take_quoted(char quote) {
    size_t end = at_ + 1;
    while (end < bytes_.size() && bytes_[end] != quote) end += bytes_[end] == '\\' ? 2 : 1;
    if (end >= bytes_.size()) {
      problem({here(), here() + 1}, "the quote does not close");
      return false;
    }
    Span span = {here(), static_cast<uint32_t>(end + 1)};
    words_.push_back({.text = unescape(bytes_.substr(at_ + 1, end - at_ - 1), arena_), .span = span, .quoted = true});
    at_ = end + 1;
    // `)` ends the condition of an `if`. A missing `;` in front of `}` gets its own Problem.
    char next = at_ < bytes_.size() ? bytes_[at_] : ';';
    if (!is_blank(next) && next != ';' && next != '{' && next != ')' && next != '}')
      problem({here(), here() + 1}, "expected a space or `;` behind the closing quote");
    return true;
  }

  void take_semicolon() {
    if (words_.empty()) return problem({here() - 1, here()}, "`;` without a directive");
    finish_simple(here());
  }

  void take_closing_brace() {
    Span brace = {here(), here() + 1};
    if (!words_.empty()) {
      problem(words_[0].span, "`;` is missing behind this directive");
      finish_simple(words_.back().span.end);
    }
    ++at_;
    if (frames_.empty()) return problem(brace, "`}` closes nothing");
    close_block(brace.begin);
  }

  // Name and arguments of what `words_` hold. A block without a name keeps the braces in balance.
  Directive take_directive() {
    ++directives_;
    Directive directive;
    if (words_.empty()) {
      directive.name_span = {here(), here()};
    } else {
      directive.name = words_[0].text;
      directive.name_span = words_[0].span;
      directive.arguments = arena_.copy_span(std::span<const Word>(words_).subspan(1));
    }
    directive.span = {directive.name_span.begin, directive.name_span.end};
    words_.clear();
    return directive;
  }

  void finish_simple(uint32_t end) {
    Directive directive = take_directive();
    directive.span.end = end;
    done_.push_back(directive);
  }

  Result<void> open_block() {
    if (words_.empty()) problem({here(), here() + 1}, "`{` without a directive");
    if (frames_.size() >= budget_.depth)
      return tree::fail_at(Errc::over_budget, bytes_, at_,
                           "blocks nested more than " + std::to_string(budget_.depth) + " levels deep");
    Directive block = take_directive();
    block.block = true;
    ++at_;
    block.body = {here(), here()};
    frames_.push_back({.block = block, .first_child = done_.size()});
    if (!block.name.ends_with("_by_lua_block")) return {};
    size_t end = end_of_lua(bytes_, at_);
    if (end == std::string_view::npos) {
      at_ = bytes_.size();  // read() reports the open block
      return {};
    }
    at_ = end + 1;
    close_block(static_cast<uint32_t>(end));
    return {};
  }

  void close_block(uint32_t brace) {
    Frame frame = frames_.back();
    frames_.pop_back();
    frame.block.body.end = brace;
    frame.block.span.end = std::min(brace + 1, size());
    frame.block.children = settle(frame.first_child);
    done_.push_back(frame.block);
  }

  // Moves the finished directives of one level to where they stay; only now can their children point at them.
  std::span<const Directive> settle(size_t first) {
    std::span<Directive> level = arena_.copy_span(std::span<const Directive>(done_).subspan(first));
    done_.resize(first);
    for (const Directive& parent : level)
      for (const Directive& child : parent.children) const_cast<Directive&>(child).parent = &parent;
    return level;
  }

  void problem(Span at, std::string_view message) { problems_.push({.at = at, .message = message}); }
  uint32_t here() const { return static_cast<uint32_t>(at_); }
  uint32_t size() const { return static_cast<uint32_t>(bytes_.size()); }

  std::string_view bytes_;
  Arena& arena_;
  const Budget& budget_;
  ArenaList<tree::Problem> problems_;
  ArenaList<Span> comments_;
  size_t at_ = 0;
  uint32_t directives_ = 0;
  std::vector<Word> words_;      // of the directive that is being read
  std::vector<Frame> frames_;    // open blocks
  std::vector<Directive> done_;  // finished directives of all open levels
};

const Directive* first_of(std::span<const Directive> directives, std::string_view name) {
  auto found = std::ranges::find(directives, name, &Directive::name);
  return found == directives.end() ? nullptr : &*found;
}

std::string joined(std::span<const Word> words) {
  std::string text;
  for (const Word& word : words) {
    if (!text.empty()) text += ' ';
    text += word.text;
  }
  return text;
}

// "server[example.com]", "location[= /]", "proxy_pass": blocks are told apart by their arguments, a server by its name.
std::string label(const Directive& directive) {
  std::string text(directive.name);
  if (!directive.block) return text;
  std::string which = joined(directive.arguments);
  if (directive.name == "server") {
    const Directive* named = directive.child("server_name");
    if (named == nullptr || named->argument(0).empty()) named = directive.child("listen");
    if (named) which = named->argument(0);
  }
  if (which.empty()) return text;
  bool simple = std::ranges::all_of(which, [](char c) { return c >= ' ' && c < '\x7f'; });
  text += '[';
  if (simple) {
    text += which;
  } else {
    json::append_string(text, which);
  }
  text += ']';
  return text;
}

}  // namespace

const Directive* Directive::child(std::string_view child_name) const { return first_of(children, child_name); }

bool Directive::has_argument(std::string_view text) const {
  return std::ranges::find(arguments, text, &Word::text) != arguments.end();
}

Result<const File*> parse(std::string_view bytes, Arena& arena, const Budget& budget) {
  if (bytes.size() > budget.bytes)
    return tree::fail_at(Errc::over_budget, bytes, 0, "larger than " + std::to_string(budget.bytes) + " bytes");
  return Reader(bytes, arena, budget).read();
}

const Directive* in_force(const File& file, const Directive& scope, std::string_view name) {
  for (const Directive* at = &scope; at != nullptr; at = at->parent)
    if (const Directive* found = at->child(name)) return found;
  return first_of(file.directives, name);
}

std::span<const uint32_t> Places::counted(std::span<const Directive> level) {
  std::vector<uint32_t>& earlier = levels_[level.data()];
  if (!earlier.empty()) return earlier;
  std::map<std::pair<bool, std::string>, uint32_t> seen;
  for (const Directive& directive : level) earlier.push_back(seen[{directive.block, label(directive)}]++);
  return earlier;
}

std::string Places::at(uint32_t offset) {
  std::string place;
  std::span<const Directive> level = file_.directives;
  for (;;) {
    // The directives of a level stand in file order and do not overlap.
    auto behind = std::ranges::upper_bound(level, offset, {}, [](const Directive& d) { return d.span.begin; });
    if (behind == level.begin()) return place;
    const Directive& directive = *std::prev(behind);
    if (offset > directive.span.end) return place;
    uint32_t before = counted(level)[static_cast<size_t>(&directive - level.data())];
    if (!place.empty()) place += '.';
    place += label(directive);
    if (before > 0) place += "#" + std::to_string(before + 1);
    level = directive.children;
  }
}

std::string place_at(const File& file, uint32_t offset) { return Places(file).at(offset); }

}  // namespace drydock::nginx
