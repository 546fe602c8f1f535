#include "formats/dockerfile_words.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "formats/dockerfile.h"

namespace drydock::dockerfile {
namespace words {
namespace {

constexpr bool is_special_parameter(char c) { return std::string_view("@*#?-$!").contains(c); }

void append_utf8(Decoded& out, uint32_t code, uint32_t from) {
  auto put = [&](uint32_t byte) { out.add(static_cast<char>(byte), from); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xc0 | code >> 6);
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
  }
  put(0x80 | (code & 0x3f));
}

// Four hexadecimal digits, or nothing.
std::optional<uint32_t> hex4(std::string_view text) {
  if (text.size() < 4) return std::nullopt;
  uint32_t code = 0;
  for (char c : text.substr(0, 4)) {
    c = lower(c);
    if (!is_digit(c) && (c < 'a' || c > 'f')) return std::nullopt;
    code = code * 16 + static_cast<uint32_t>(is_digit(c) ? c - '0' : c - 'a' + 10);
  }
  return code;
}

// A JSON string (RFC 8259) from its opening quote; moves `at` behind it.
std::optional<JsonString> json_string(std::string_view text, uint32_t& at, uint32_t end) {
  JsonString string{.range = {at, at}, .decoded = {}};
  for (uint32_t i = at + 1; i < end; ++i) {
    char c = text[i];
    if (c == '"') {
      at = string.range.end = i + 1;
      return string;
    }
    if (static_cast<uint8_t>(c) < 0x20) return std::nullopt;
    if (c != '\\') {
      string.decoded.add(c, i);
      continue;
    }
    if (++i >= end) return std::nullopt;
    const uint32_t from = i;
    constexpr std::string_view kEscapes = "\"\\/bfnrt", kValues = "\"\\/\b\f\n\r\t";
    if (size_t known = kEscapes.find(text[i]); known != std::string_view::npos) {
      string.decoded.add(kValues[known], from);
      continue;
    }
    if (text[i] != 'u') return std::nullopt;
    std::optional<uint32_t> code = hex4(text.substr(i + 1, end - i - 1));
    if (!code) return std::nullopt;
    i += 4;
    if (*code >= 0xd800 && *code < 0xdc00 && text.substr(i + 1, end - i - 1).starts_with("\\u")) {
      std::optional<uint32_t> low = hex4(text.substr(i + 3, end - i - 3));
      if (low && *low >= 0xdc00 && *low < 0xe000) {
        code = 0x10000 + ((*code - 0xd800) << 10) + (*low - 0xdc00);
        i += 6;
      }
    }
    if (*code >= 0xd800 && *code < 0xe000) code = 0xfffd;  // a lone surrogate, as encoding/json does
    append_utf8(string.decoded, *code, from);
  }
  return std::nullopt;
}

}  // namespace

Json json_array(std::string_view text, Range range, std::vector<JsonString>& out) {
  uint32_t at = range.begin;
  auto skip_space = [&] {
    while (at < range.end && is_space(text[at])) ++at;
  };
  if (range.empty() || text[at] != '[') return Json::no;
  ++at;
  skip_space();
  bool strings = true;
  if (at < range.end && text[at] == ']') {
    ++at;
  } else {
    for (;;) {
      skip_space();
      if (at >= range.end) return Json::no;
      if (text[at] == '"') {
        std::optional<JsonString> string = json_string(text, at, range.end);
        if (!string) return Json::no;
        out.push_back(*std::move(string));
      } else {
        uint32_t begin = at;
        while (at < range.end && text[at] != ',' && text[at] != ']' && !is_space(text[at])) ++at;
        std::string_view value = text.substr(begin, at - begin);
        bool number = !value.empty() && (is_digit(value[0]) || value[0] == '-') &&
                      value.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
        if (!number && value != "true" && value != "false" && value != "null") return Json::no;
        strings = false;
      }
      skip_space();
      if (at >= range.end || (text[at] != ',' && text[at] != ']')) return Json::no;
      if (text[at++] == ']') break;
    }
  }
  skip_space();
  if (at != range.end) return Json::no;
  return strings ? Json::strings : Json::other_values;
}

bool looks_like_json(std::string_view text) {
  if (!text.starts_with('[') || text.starts_with("[[")) return false;
  if (text.size() < 2 || !is_space(text[1])) return true;
  std::string_view rest = trim(text.substr(1));
  if (rest.empty()) return true;
  size_t end;
  bool quoted = rest[0] == '"' || rest[0] == '\'';
  if (quoted) {
    end = rest.find(rest[0], 1);
    if (end == std::string_view::npos) return true;
    ++end;
  } else {
    end = std::min(rest.size(), rest.find_first_of(" \t,]"));
  }
  rest = trim(rest.substr(end));
  if (rest.starts_with(',')) return true;
  if (!quoted || !rest.starts_with(']')) return false;
  rest = trim(rest.substr(1));  // [ 'only' ] # comment
  return rest.empty() || rest.starts_with('#');
}

namespace {
class HeredocFinder {
 public:
  explicit HeredocFinder(std::string_view text) : text_(text) {}

  std::vector<Range> run() {
    size_t begin = 0;
    size_t i = 0;
    while (i < text_.size()) {
      char c = text_[i];
      char open = open_.empty() ? '\0' : open_.back();
      if (open == '\0' && is_blank(c)) {
        add(begin, i);
        begin = ++i;
      } else if (c == '\\') {
        i += 2;
      } else if (c == '"') {
        if (open == '"') {
          open_.pop_back();
        } else {
          open_ += '"';
        }
        ++i;
      } else if (c == '\'' && open != '"') {
        i = text_.find('\'', i + 1);
        if (i == std::string_view::npos) return {};
        ++i;
      } else if (c == '}' && open == '{') {
        open_.pop_back();
        ++i;
      } else if (c == '$' && i + 1 < text_.size() && text_[i + 1] == '{') {
        i = operand(i + 2);
        if (i == std::string_view::npos) return {};
      } else if (open == '\0' && text_.substr(i).starts_with("<<")) {
        i += 2;
        while (i < text_.size() && is_blank(text_[i])) ++i;
      } else {
        ++i;
      }
    }
    if (!open_.empty()) return {};
    add(begin, text_.size());
    return std::move(found_);
  }

 private:
  // Behind `${`: where the operand begins, or behind the `}` when there is none; npos for what BuildKit cannot expand.
  size_t operand(size_t i) {
    auto peek = [&] { return i < text_.size() ? text_[i] : '\0'; };
    size_t name = i;
    if (is_special_parameter(peek())) {
      ++i;
    } else {
      while (is_name(peek())) ++i;
    }
    if (peek() == '}' && i > name) return i + 1;
    if (i > name && peek() == ':') ++i;
    if (i == name || !std::string_view("+-?#%/").contains(peek())) return std::string_view::npos;
    open_ += '{';
    return i + 1;
  }

  void add(size_t begin, size_t end) {
    std::string_view word = text_.substr(begin, end - begin);
    size_t digits = std::min(word.size(), word.find_first_not_of("0123456789"));
    if (word.substr(digits).starts_with("<<"))
      found_.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(end)});
  }

  std::string_view text_;
  std::string open_;  // the " and { that are open
  std::vector<Range> found_;
};

class Unquoter {
 public:
  Unquoter(std::string_view text, char escape) : text_(text), escape_(escape) {}

  Unquoted run() {
    char quote = '\0';
    for (size_t i = 0; i < text_.size(); ++i) {
      char c = text_[i];
      bool more = i + 1 < text_.size();
      if (quote == '\'' && c != '\'') {
        literal(c);
      } else if ((c == '\'' || c == '"') && (quote == '\0' || quote == c)) {
        quote = quote == '\0' ? c : '\0';
        out_.quoted = true;
      } else if (c == escape_ && quote == '\0') {
        if (more) literal(text_[++i]);
      } else if (c == escape_) {
        bool special = more && (text_[i + 1] == '"' || text_[i + 1] == '$' || text_[i + 1] == escape_);
        literal(special ? text_[++i] : c);
      } else if (c == '$') {
        i = variable(i);
      } else {
        literal(c);
      }
    }
    out_.closed &= quote == '\0';
    return std::move(out_);
  }

 private:
  void literal(char c) {
    if (c == '$') {
      double_escapes();
      out_.text += escape_;
    }
    out_.text += c;
    escapes_ = c == escape_ ? escapes_ + 1 : 0;
  }
  // expand() halves the escapes before a `$`.
  void double_escapes() { out_.text.append(std::exchange(escapes_, 0), escape_); }

  // Copies the $, or all of ${...}; returns the last position taken.
  size_t variable(size_t at) {
    double_escapes();
    out_.text += '$';
    if (at + 1 >= text_.size() || text_[at + 1] != '{') return at;
    int depth = 0;
    size_t i = at + 1;
    for (; i < text_.size(); ++i) {
      out_.text += text_[i];
      if (text_[i] == escape_ && i + 1 < text_.size()) {
        out_.text += text_[++i];
      } else if (text_[i] == '{') {
        ++depth;
      } else if (text_[i] == '}' && --depth == 0) {
        return i;
      }
    }
    out_.closed = false;
    return i;
  }

  std::string_view text_;
  char escape_;
  Unquoted out_;
  size_t escapes_ = 0;  // literal ones at the end of out_.text
};

}  // namespace

std::vector<Range> heredoc_words(std::string_view text) { return HeredocFinder(text).run(); }
Unquoted unquote(std::string_view text, char escape) { return Unquoter(text, escape).run(); }

}  // namespace words

namespace {

constexpr size_t kMaxExpansion = 64 * 1024;
constexpr int kMaxExpansionDepth = 16;

class Expander {
 public:
  Expander(char escape, Lookup value_of, const void* state) : escape_(escape), value_of_(value_of), state_(state) {}

  std::string out;
  bool complete = true;

  // `depth` counts the ${...} around an operand; quotes are dropped there.
  void run(std::string_view text, int depth) {
    size_t at = 0;
    while (complete && at < text.size()) {
      char c = text[at];
      if (c == escape_) {
        escapes(text, at, depth > 0);
      } else if (c == '$') {
        variable(text, at, depth);
      } else {
        if (depth == 0 || (c != '"' && c != '\'')) out += c;
        ++at;
      }
      complete &= out.size() <= kMaxExpansion;
    }
  }

 private:
  void escapes(std::string_view text, size_t& at, bool operand) {
    size_t begin = at;
    while (at < text.size() && text[at] == escape_) ++at;
    size_t count = at - begin;
    char next = at < text.size() ? text[at] : '\0';
    if (next != '$' && !(operand && next == '}')) {
      out.append(count, escape_);
      return;
    }
    out.append(count / 2, escape_);
    if (count % 2 == 0) return;
    out += next;
    ++at;
  }

  void variable(std::string_view text, size_t& at, int depth) {
    auto peek = [&] { return at < text.size() ? text[at] : '\0'; };
    ++at;
    bool braces = peek() == '{';
    if (braces) ++at;
    size_t begin = at;
    bool number = is_digit(peek());
    while (number ? is_digit(peek()) : words::is_name(peek())) ++at;
    if (at == begin && words::is_special_parameter(peek())) ++at;
    std::string_view name = text.substr(begin, at - begin);
    if (name.empty()) {
      out += '$';
      complete &= !braces;
      return;
    }
    const std::string_view* value = value_of_(name, state_);
    if (!braces) return take(value);
    size_t close = closing_brace(text, at);
    std::string_view form = text.substr(at, close - at);
    at = std::min(text.size(), close + 1);
    if (close == text.size()) {
      complete = false;
    } else if (form.empty()) {
      take(value);
    } else {
      operation(form, value, depth);
    }
  }

  // ":-default" and its like.
  void operation(std::string_view form, const std::string_view* value, int depth) {
    bool colon = form[0] == ':';
    if (colon) form.remove_prefix(1);
    char op = form.empty() ? '\0' : form[0];
    bool set = value != nullptr && !(colon && value->empty());
    if ((op != '-' && op != '+' && op != '?') || depth >= kMaxExpansionDepth) {
      complete = false;
    } else if (op == '-' ? !set : op == '+' && set) {
      run(form.substr(1), depth + 1);
    } else if (op == '?' && !set) {
      complete = false;
    } else if (op != '+') {
      take(value);
    }
  }

  size_t closing_brace(std::string_view text, size_t at) const {
    for (int depth = 0; at < text.size(); ++at) {
      if (text[at] == escape_) {
        ++at;
      } else if (text[at] == '$' && at + 1 < text.size() && text[at + 1] == '{') {
        ++depth;
      } else if (text[at] == '}' && depth-- == 0) {
        return at;
      }
    }
    return text.size();
  }

  void take(const std::string_view* value) {
    if (value == nullptr) {
      complete = false;
    } else {
      out += *value;
    }
  }

  char escape_;
  Lookup value_of_;
  const void* state_;
};

}  // namespace

Expansion expand(std::string_view text, char escape, Lookup value_of, const void* state, Arena& arena) {
  if (!text.contains('$')) return {.text = text};
  Expander expander(escape, value_of, state);
  expander.run(text, 0);
  if (!expander.complete) return {.text = {}, .complete = false};
  return {.text = arena.copy(expander.out)};
}

}  // namespace drydock::dockerfile
