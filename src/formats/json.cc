#include "formats/json.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "base/text.h"
#include "formats/tree_build.h"

namespace drydock::json {
namespace {

using tree::Kind;
using tree::Member;
using tree::Node;
using tree::Style;

// RFC 8259's four; form feed and vertical tab are no JSON white space.
bool is_white(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void append_utf8(std::string& out, uint32_t code) {
  auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((code >> shift) & 0x3f)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | (code >> 6));
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | (code >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0 | (code >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

struct Frame {
  Node* node = nullptr;
  size_t first_child = 0;  // in `children_`: items, or keys and values in turn
};

class Reader {
 public:
  Reader(std::string_view bytes, Arena& arena, const Options& options)
      : bytes_(bytes), arena_(arena), options_(options) {}

  // A value, then what may follow it, until the stack is empty. The stack is `frames_`.
  Result<const Node*> read() {
    if (bytes_.starts_with("\xef\xbb\xbf")) at_ = 3;
    for (;;) {
      TRY_VOID(skip_white());
      char c = peek();
      if (!frames_.empty() && (c == '}' || c == ']') && may_close(c)) {
        close();
      } else if (at_key()) {
        TRY_VOID(take_key(c));
        continue;
      } else if (c == '{' || c == '[') {
        TRY_VOID(open(c));
        continue;
      } else {
        TRY_VOID(take_scalar(c));
      }
      TRY(bool more, take_separators());
      if (!more) break;
    }
    return children_[0];
  }

 private:
  // Closing brackets and the comma behind a value. False behind the outermost value.
  Result<bool> take_separators() {
    for (;;) {
      TRY_VOID(skip_white());
      if (frames_.empty()) {
        if (at_ < bytes_.size()) return error("unexpected text behind the JSON value");
        return false;
      }
      char closing = frames_.back().node->is_mapping() ? '}' : ']';
      if (peek() == ',' && at_ < bytes_.size()) {
        ++at_;
        after_comma_ = true;
        return true;
      }
      if (peek() != closing) return error(closing == '}' ? "expected ',' or '}'" : "expected ',' or ']'");
      close();
    }
  }

  // An empty container, or a comma in front of the bracket where that is allowed.
  bool may_close(char c) const {
    const Frame& frame = frames_.back();
    if (c != (frame.node->is_mapping() ? '}' : ']')) return false;
    if (children_.size() == frame.first_child) return true;
    return after_comma_ && options_.comments && (!frame.node->is_mapping() || at_key());
  }

  bool at_key() const {
    return !frames_.empty() && frames_.back().node->is_mapping() &&
           (children_.size() - frames_.back().first_child) % 2 == 0;
  }

  Result<void> open(char c) {
    if (frames_.size() >= options_.depth)
      return over("nested more than " + std::to_string(options_.depth) + " levels deep");
    TRY(Node * node, make(c == '{' ? Kind::mapping : Kind::sequence, Style::flow, at_));
    ++at_;
    after_comma_ = false;
    frames_.push_back({.node = node, .first_child = children_.size()});
    return {};
  }

  void close() {
    Frame frame = frames_.back();
    Node& node = *frame.node;
    node.span.end = static_cast<uint32_t>(++at_);
    auto children = std::span(children_).subspan(frame.first_child);
    if (node.is_mapping()) {
      members_.clear();
      for (size_t i = 0; i + 1 < children.size(); i += 2)
        members_.push_back({.key = children[i], .value = children[i + 1]});
      repeated_.clear();
      members_.resize(tree::keep_each_key_once(members_, tree::Keep::last, repeated_));
      node.members = arena_.copy_span(std::span<const Member>(members_));
    } else {
      node.items = arena_.copy_span(std::span<const Node* const>(children));
    }
    children_.resize(frame.first_child);
    frames_.pop_back();
    children_.push_back(&node);
    after_comma_ = false;
  }

  Result<void> take_key(char c) {
    if (c != '"') return error(at_ == bytes_.size() ? "the file ends inside an object" : "expected a key in quotes");
    TRY_VOID(take_string());
    TRY_VOID(skip_white());
    if (peek() != ':') return error("expected ':' behind the key");
    ++at_;
    return {};
  }

  Result<void> take_scalar(char c) {
    after_comma_ = false;
    if (c == '"') return take_string();
    if (c == '-' || is_digit(c)) return take_number();
    for (auto [word, kind] :
         {std::pair<std::string_view, Kind>{"true", Kind::boolean}, {"false", Kind::boolean}, {"null", Kind::null}}) {
      if (!bytes_.substr(at_).starts_with(word)) continue;
      TRY(Node * node, make(kind, Style::plain, at_));
      at_ += word.size();
      finish(node, word);
      return {};
    }
    return error(at_ == bytes_.size() ? "the file ends where a value is expected" : "expected a value");
  }

  // -? ( 0 | [1-9][0-9]* ) ( \.[0-9]+ )? ( [eE][-+]?[0-9]+ )?
  Result<void> take_number() {
    size_t start = at_;
    Kind kind = Kind::integer;
    if (peek() == '-') ++at_;
    size_t whole = at_;
    if (take_digits() == 0) return error("expected a digit");
    if (bytes_[whole] == '0' && at_ - whole > 1) {
      at_ = whole;
      return error("a number cannot begin with 0");
    }
    if (peek() == '.') {
      kind = Kind::real;
      ++at_;
      if (take_digits() == 0) return error("expected a digit behind the point");
    }
    if (lower(peek()) == 'e') {
      kind = Kind::real;
      ++at_;
      if (peek() == '-' || peek() == '+') ++at_;
      if (take_digits() == 0) return error("expected a digit in the exponent");
    }
    TRY(Node * node, make(kind, Style::plain, start));
    finish(node, bytes_.substr(start, at_ - start));
    return {};
  }

  size_t take_digits() {
    size_t from = at_;
    while (is_digit(peek())) ++at_;
    return at_ - from;
  }

  Result<void> take_string() {
    after_comma_ = false;
    TRY(Node * node, make(Kind::string, Style::double_quoted, at_));
    size_t start = ++at_;
    bool escaped = false;
    for (;; ++at_) {
      at_ = next_special(at_);
      if (at_ == bytes_.size()) {
        at_ = start - 1;
        return error("the string does not end");
      }
      char c = bytes_[at_];
      if (c == '"') break;
      if (c != '\\') return error("a control character in a string; write it as an escape");
      if (!escaped) scratch_.clear();
      escaped = true;
      // What stands in front of this escape and was not copied yet.
      scratch_.append(bytes_, start, at_ - start);
      TRY_VOID(take_escape());
      start = at_ + 1;
    }
    std::string_view text = bytes_.substr(start, at_ - start);
    if (escaped) {
      scratch_ += text;
      text = arena_.copy(scratch_);
    }
    ++at_;
    finish(node, text);
    return {};
  }

  // The next quote, backslash or control character, eight bytes at a time (Mycroft's test for a zero or small byte).
  size_t next_special(size_t at) const {
    constexpr uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;
    while (bytes_.size() - at >= 8) {
      uint64_t word;
      std::memcpy(&word, bytes_.data() + at, 8);
      uint64_t quote = word ^ (kOnes * '"'), backslash = word ^ (kOnes * '\\');
      uint64_t hits = ((quote - kOnes) & ~quote) | ((backslash - kOnes) & ~backslash) | ((word - kOnes * 0x20) & ~word);
      if ((hits & kHighs) != 0) break;
      at += 8;
    }
    while (at < bytes_.size() && bytes_[at] != '"' && bytes_[at] != '\\' &&
           static_cast<unsigned char>(bytes_[at]) >= 0x20)
      ++at;
    return at;
  }

  // From the backslash to the escape's last character.
  Result<void> take_escape() {
    constexpr std::string_view kNames = "\"\\/bfnrt", kValues = "\"\\/\b\f\n\r\t";
    char c = at_ + 1 < bytes_.size() ? bytes_[at_ + 1] : '\0';
    if (size_t i = kNames.find(c); c != '\0' && i != std::string_view::npos) {
      scratch_ += kValues[i];
      ++at_;
      return {};
    }
    if (c != 'u') return error("unknown escape in a string");
    TRY(uint32_t code, take_hex());
    if (code >= 0xd800 && code < 0xdc00 && bytes_.substr(at_ + 1).starts_with("\\u")) {
      size_t high_end = at_++;
      TRY(uint32_t low, take_hex());
      if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      } else {
        at_ = high_end;  // the second escape is a character of its own
      }
    }
    // RFC 8259 section 8.2 leaves lone surrogates open; UTF-8 cannot hold them.
    append_utf8(scratch_, code >= 0xd800 && code < 0xe000 ? 0xfffd : code);
    return {};
  }

  // From the backslash of \uXXXX to its last digit.
  Result<uint32_t> take_hex() {
    uint32_t code = 0;
    for (size_t i = at_ + 2; i < at_ + 6; ++i) {
      int digit = i < bytes_.size() ? hex_value(bytes_[i]) : -1;
      if (digit < 0) return error("expected four hexadecimal digits behind \\u");
      code = code * 16 + static_cast<uint32_t>(digit);
    }
    at_ += 5;
    return code;
  }

  Result<void> skip_white() {
    for (;;) {
      while (at_ < bytes_.size() && is_white(bytes_[at_])) ++at_;
      if (!options_.comments || peek() != '/') return {};
      std::string_view rest = bytes_.substr(at_);
      if (rest.starts_with("//")) {
        at_ = std::min(bytes_.find('\n', at_), bytes_.size());
      } else if (rest.starts_with("/*")) {
        size_t end = bytes_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return error("the comment does not end");
        at_ = end + 2;
      } else {
        return {};
      }
    }
  }

  Result<Node*> make(Kind kind, Style style, size_t begin) {
    if (++nodes_ > options_.nodes)
      return over("more than " + std::to_string(options_.nodes) + " JSON values in one file");
    Node* node = arena_.make<Node>();
    node->kind = kind;
    node->style = style;
    node->span.begin = static_cast<uint32_t>(begin);
    return node;
  }

  void finish(Node* node, std::string_view text) {
    node->text = text;
    node->span.end = static_cast<uint32_t>(at_);
    children_.push_back(node);
  }

  char peek() const { return at_ < bytes_.size() ? bytes_[at_] : '\0'; }
  std::unexpected<Error> over(std::string_view message) const {
    return tree::fail_at(Errc::over_budget, bytes_, at_, message);
  }
  std::unexpected<Error> error(std::string_view message) const {
    return tree::fail_at(at_ < bytes_.size() ? Errc::malformed : Errc::truncated, bytes_, at_, message);
  }

  std::string_view bytes_;
  Arena& arena_;
  const Options& options_;
  size_t at_ = 0;
  uint64_t nodes_ = 0;
  bool after_comma_ = false;
  std::vector<Frame> frames_;
  std::vector<const Node*> children_;  // of all open frames
  std::vector<Member> members_;        // scratch of close()
  std::vector<const Node*> repeated_;
  std::string scratch_;  // of take_string()
};

}  // namespace

Result<const tree::Node*> parse(std::string_view bytes, Arena& arena, const Options& options) {
  if (bytes.size() > options.bytes)
    return tree::fail_at(Errc::over_budget, bytes, 0, "larger than " + std::to_string(options.bytes) + " bytes");
  return Reader(bytes, arena, options).read();
}

void append_string(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::string_view kNames = "\"\\bfnrt", kValues = "\"\\\b\f\n\r\t";
  auto plain = [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; };
  out += '"';
  for (;;) {
    const size_t run = static_cast<size_t>(std::ranges::find_if_not(text, plain) - text.begin());
    out += text.substr(0, run);
    text.remove_prefix(run);
    if (text.empty()) break;
    auto first = static_cast<unsigned char>(text[0]);
    size_t length = 1;
    if (size_t i = kValues.find(text[0]); i != std::string_view::npos) {
      out += '\\';
      out += kNames[i];
    } else if (first < 0x20 || first == 0x7f) {
      out += "\\u00";
      out += kHex[first >> 4];
      out += kHex[first & 15];
    } else {
      length = utf8_length(text);
      out += length == 0 ? std::string_view("\xef\xbf\xbd") : text.substr(0, length);
      length = std::max<size_t>(length, 1);
    }
    text.remove_prefix(length);
  }
  out += '"';
}

void Writer::newline() {
  if (!indent_) return;
  out_ += '\n';
  out_.append(2 * stack_.size(), ' ');
}

// The comma and the line break in front of an item; a member's value stands behind its key.
void Writer::before_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  assert(stack_.empty() ? out_.empty() : stack_.back() == '[' || stack_.back() == 'a');
  if (stack_.empty()) return;
  if (stack_.back() == 'a') out_ += ',';
  stack_.back() = 'a';
  newline();
}

Writer& Writer::key(std::string_view name) {
  assert(!after_key_ && !stack_.empty() && (stack_.back() == '{' || stack_.back() == 'o'));
  if (stack_.back() == 'o') out_ += ',';
  stack_.back() = 'o';
  newline();
  append_string(out_, name);
  out_ += indent_ ? ": " : ":";
  after_key_ = true;
  return *this;
}

Writer& Writer::begin_object() {
  before_value();
  out_ += '{';
  stack_ += '{';
  return *this;
}

Writer& Writer::end_object() {
  assert(!after_key_ && !stack_.empty() && (stack_.back() == '{' || stack_.back() == 'o'));
  bool any = stack_.back() == 'o';
  stack_.pop_back();
  if (any) newline();
  out_ += '}';
  return *this;
}

Writer& Writer::begin_array() {
  before_value();
  out_ += '[';
  stack_ += '[';
  return *this;
}

Writer& Writer::end_array() {
  assert(!stack_.empty() && (stack_.back() == '[' || stack_.back() == 'a'));
  bool any = stack_.back() == 'a';
  stack_.pop_back();
  if (any) newline();
  out_ += ']';
  return *this;
}

Writer& Writer::string(std::string_view value) {
  before_value();
  append_string(out_, value);
  return *this;
}

Writer& Writer::integer(int64_t value) {
  before_value();
  out_ += std::to_string(value);
  return *this;
}

Writer& Writer::unsigned_integer(uint64_t value) {
  before_value();
  out_ += std::to_string(value);
  return *this;
}

Writer& Writer::real(double value) {
  if (!std::isfinite(value)) return null();  // JSON has no word for them
  before_value();
  char digits[32];
  auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  assert(error == std::errc{});
  out_.append(digits, end);
  return *this;
}

Writer& Writer::boolean(bool value) {
  before_value();
  out_ += value ? "true" : "false";
  return *this;
}

Writer& Writer::null() {
  before_value();
  out_ += "null";
  return *this;
}

Writer& Writer::member(std::string_view name, std::string_view value) {
  if (value.empty()) return *this;
  return key(name).string(value);
}

std::string Writer::take() {
  assert(stack_.empty() && !after_key_);
  out_ += '\n';
  return std::move(out_);
}

}  // namespace drydock::json
