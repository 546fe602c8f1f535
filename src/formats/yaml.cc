#include "formats/yaml.h"

#include <yaml.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/text.h"
#include "formats/tree_build.h"

namespace drydock::yaml {
namespace {

using tree::Kind;
using tree::Member;
using tree::Node;
using tree::Style;

// libyaml's marks count code points; spans are bytes. Kept is the byte offset of every kStep-th code point, so a file
// of ASCII needs no table and any other one a sixteenth of its size.
class CodePoints {
 public:
  explicit CodePoints(std::string_view bytes) : bytes_(bytes) {
    unsigned char any = 0;
    for (char c : bytes) any |= static_cast<unsigned char>(c);
    if (any < 0x80) return;
    size_t count = 0;
    for (size_t i = 0; i < bytes.size(); ++i)
      if (is_start(i) && count++ % kStep == 0) every_.push_back(static_cast<uint32_t>(i));
  }

  uint32_t byte_of(size_t index) const {
    if (every_.empty()) return static_cast<uint32_t>(std::min(index, bytes_.size()));
    if (index / kStep >= every_.size()) return static_cast<uint32_t>(bytes_.size());
    size_t at = every_[index / kStep];
    for (size_t left = index % kStep; left > 0 && at < bytes_.size(); --left) do
        ++at;
      while (at < bytes_.size() && !is_start(at));
    return static_cast<uint32_t>(at);
  }

 private:
  static constexpr size_t kStep = 64;
  bool is_start(size_t i) const { return (static_cast<unsigned char>(bytes_[i]) & 0xc0) != 0x80; }
  std::string_view bytes_;
  std::vector<uint32_t> every_;
};

struct Parser {
  yaml_parser_t raw;
  bool ready = yaml_parser_initialize(&raw) == 1;
  Parser() = default;
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  ~Parser() { yaml_parser_delete(&raw); }
};

struct Event {
  yaml_event_t raw{};
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&raw); }
};

std::string_view view(const yaml_char_t* text) {
  return text ? std::string_view(reinterpret_cast<const char*>(text)) : std::string_view{};
}

bool all_of(std::string_view text, bool (*is)(char)) { return !text.empty() && std::ranges::all_of(text, is); }
bool is_octal(char c) { return c >= '0' && c <= '7'; }
bool is_hex(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); }
bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_flow_indicator(char c) { return c == ',' || c == '[' || c == ']' || c == '{' || c == '}'; }

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?, the sign already taken
bool is_float(std::string_view text) {
  size_t at = 0;
  auto digits = [&] {
    size_t from = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - from;
  };
  size_t whole = digits();
  size_t fraction = 0;
  if (at < text.size() && text[at] == '.') {
    ++at;
    fraction = digits();
  }
  if (whole + fraction == 0) return false;
  if (at < text.size() && lower(text[at]) == 'e') {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    if (digits() == 0) return false;
  }
  return at == text.size();
}

// The core schema, yaml.org/spec/1.2.2/#103-core-schema. YAML 1.1's sexagesimal numbers (`22:22`), `yes` and `on` stay
// strings: compose reads them so, and a port mapping must not become a number.
Kind core_schema_kind(std::string_view text) {
  auto one_of = [&](std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, text) != words.end();
  };
  if (text.empty() || one_of({"~", "null", "Null", "NULL"})) return Kind::null;
  if (one_of({"true", "True", "TRUE", "false", "False", "FALSE"})) return Kind::boolean;
  if (text.starts_with("0o") && all_of(text.substr(2), is_octal)) return Kind::integer;
  if (text.starts_with("0x") && all_of(text.substr(2), is_hex)) return Kind::integer;
  if (one_of({".nan", ".NaN", ".NAN"})) return Kind::real;
  if (text[0] == '-' || text[0] == '+') text.remove_prefix(1);
  if (one_of({".inf", ".Inf", ".INF"})) return Kind::real;
  if (all_of(text, is_digit)) return Kind::integer;
  return is_float(text) ? Kind::real : Kind::string;
}

// `!!str 5` says what it is; a tag of the file's own (`!reset null`) leaves a plain scalar what it looks like.
Kind scalar_kind(std::string_view tag, Style style, std::string_view text) {
  if (tag == "!" || tag == "!!str" || tag == "!!binary") return Kind::string;
  if (tag == "!!int") return Kind::integer;
  if (tag == "!!float") return Kind::real;
  if (tag == "!!bool") return Kind::boolean;
  if (tag == "!!null") return Kind::null;
  return style == Style::plain ? core_schema_kind(text) : Kind::string;
}

Style scalar_style(yaml_scalar_style_t style) {
  switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: return Style::single_quoted;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: return Style::double_quoted;
    case YAML_LITERAL_SCALAR_STYLE: return Style::literal;
    case YAML_FOLDED_SCALAR_STYLE: return Style::folded;
    default: return Style::plain;
  }
}

// libyaml compares each %TAG with all before it, in one call that the event loop cannot interrupt.
constexpr size_t kTagDirectives = 256;

bool too_many_tag_directives(std::string_view bytes) {
  size_t count = 0;
  for (size_t at = bytes.find("%TAG"); at != std::string_view::npos; at = bytes.find("%TAG", at + 1))
    if (at == 0 || bytes[at - 1] == '\n' || bytes[at - 1] == '\r') ++count;
  return count > kTagDirectives;
}

struct Anchor {
  const Node* node = nullptr;  // null while the anchored collection is still open
  uint64_t size = 0;           // nodes that a reader of the alias meets
};

struct Frame {
  Node* node = nullptr;
  size_t first_child = 0;   // in `children_`: items, or keys and values in turn
  uint32_t end = 0;         // behind the last byte that was written for a child
  uint64_t size = 1;        // nodes, aliases followed
  std::string_view anchor;  // empty where there is none
  bool is_mapping() const { return node->is_mapping(); }
};

class Reader {
 public:
  Reader(std::string_view all, uint32_t start, Arena& arena, const Budget& budget)
      : all_(all),
        start_(start),
        points_(all.substr(start)),
        arena_(arena),
        budget_(budget),
        documents_(arena),
        problems_(arena) {}

  Result<const File*> read() {
    Parser parser;
    if (!parser.ready) return fail(Errc::io, "no memory for the YAML parser");
    yaml_parser_set_encoding(&parser.raw, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser.raw, reinterpret_cast<const unsigned char*>(all_.data() + start_),
                                 all_.size() - start_);
    for (;;) {
      Event event;
      if (yaml_parser_parse(&parser.raw, &event.raw) == 0) return syntax_error(parser.raw);
      if (event.raw.type == YAML_STREAM_END_EVENT) break;
      TRY_VOID(take(event.raw));
    }
    if (documents_.empty()) documents_.push({.root = arena_.make<Node>(Node{.span = {start_, start_}})});
    tree::sort_problems(problems_.span());
    return arena_.make<File>(File{.documents = documents_.span(), .problems = problems_.span()});
  }

 private:
  Result<void> take(const yaml_event_t& event) {
    Span span = {offset(event.start_mark), offset(event.end_mark)};
    switch (event.type) {
      case YAML_DOCUMENT_START_EVENT: anchors_.clear(); return {};
      case YAML_ALIAS_EVENT: return take_alias(view(event.data.alias.anchor), span);
      case YAML_SCALAR_EVENT: return take_scalar(event, span);
      case YAML_SEQUENCE_START_EVENT: {
        auto& data = event.data.sequence_start;
        bool flow = data.style == YAML_FLOW_SEQUENCE_STYLE;
        return open(Kind::sequence, flow, view(data.anchor), view(data.tag), span);
      }
      case YAML_MAPPING_START_EVENT: {
        auto& data = event.data.mapping_start;
        bool flow = data.style == YAML_FLOW_MAPPING_STYLE;
        return open(Kind::mapping, flow, view(data.anchor), view(data.tag), span);
      }
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT: return close(span.end);
      default: return {};
    }
  }

  Result<void> count_node(Span at) {
    if (++nodes_ > budget_.nodes)
      return tree::fail_at(Errc::over_budget, all_, at.begin,
                           "more than " + std::to_string(budget_.nodes) + " YAML nodes in one file");
    return {};
  }

  Result<void> count_followed(uint64_t size, Span at) {
    followed_ += std::min<uint64_t>(size, budget_.alias_nodes + uint64_t{1});
    if (followed_ > budget_.alias_nodes)
      return tree::fail_at(Errc::over_budget, all_, at.begin,
                           "the aliases expand to more than " + std::to_string(budget_.alias_nodes) + " nodes");
    return {};
  }

  Result<void> take_scalar(const yaml_event_t& event, Span span) {
    TRY_VOID(count_node(span));
    auto& data = event.data.scalar;
    Node* node = arena_.make<Node>();
    node->style = scalar_style(data.style);
    node->tag = tag_text(view(data.tag));
    node->span = span;
    if (data.anchor || data.tag) node->span.begin = behind_properties(span);
    if (node->style == Style::literal || node->style == Style::folded) node->span.end = without_blank_lines(node->span);
    bool missing = span.empty() && node->style == Style::plain;
    if (missing && !at_key()) node->span = behind_colon(span);
    node->text = scalar_text(node->span, {reinterpret_cast<const char*>(data.value), data.length});
    node->kind = scalar_kind(node->tag, node->style, node->text);
    if (data.anchor) define(view(data.anchor), node, 1);
    if (at_key()) return add(as_key(node), node->span.end, 1);
    return add(node, node->span.end, 1);
  }

  Result<void> take_alias(std::string_view name, Span span) {
    TRY_VOID(count_node(span));
    auto found = anchors_.find(name);
    if (found == anchors_.end()) {
      problem(span, arena_.join("no anchor `&", shortened(name), "` before this alias"));
      Kind kind = at_key() ? Kind::string : Kind::null;
      return add(arena_.make<Node>(Node{.kind = kind, .span = span, .alias = true}), span.end, 1);
    }
    if (found->second.node == nullptr)
      return tree::fail_at(Errc::malformed, all_, span.begin,
                           "the alias *" + std::string(shortened(name)) + " stands inside its own anchor");
    TRY_VOID(count_followed(found->second.size, span));
    Node* copy = arena_.make<Node>(*found->second.node);
    copy->alias = true;
    if (!at_key()) return add(copy, span.end, found->second.size);
    copy->span = span;
    return add(as_key(copy), span.end, found->second.size);
  }

  Result<void> open(Kind kind, bool flow, std::string_view anchor, std::string_view tag, Span span) {
    TRY_VOID(count_node(span));
    if (frames_.size() >= budget_.depth)
      return tree::fail_at(Errc::over_budget, all_, span.begin,
                           "nested more than " + std::to_string(budget_.depth) + " levels deep");
    Node* node = arena_.make<Node>();
    node->kind = kind;
    node->style = flow ? Style::flow : Style::block;
    node->tag = tag_text(tag);
    uint32_t begin = anchor.empty() && tag.empty() ? span.begin : behind_properties({span.begin, size()});
    node->span = {begin, begin};
    if (!anchor.empty()) anchor = define(anchor, nullptr, 0);
    frames_.push_back({.node = node, .first_child = children_.size(), .end = begin, .anchor = anchor});
    return {};
  }

  Result<void> close(uint32_t mark) {
    Frame frame = frames_.back();
    Node& node = *frame.node;
    // The end mark of a block collection is the next token's start, and so is that of `[key: value]` without braces.
    bool bracketed = node.style == Style::flow && (byte(node.span.begin) == '[' || byte(node.span.begin) == '{');
    node.span.end = bracketed ? mark : std::max(node.span.begin, frame.end);
    auto children = std::span(children_).subspan(frame.first_child);
    if (frame.is_mapping()) {
      TRY_VOID(fill_members(node, children));
    } else {
      node.items = arena_.copy_span(std::span<const Node* const>(children));
    }
    children_.resize(frame.first_child);
    frames_.pop_back();
    if (!frame.anchor.empty()) define(frame.anchor, &node, frame.size);
    return add(at_key() ? as_key(&node) : &node, node.span.end, frame.size);
  }

  Result<void> add(const Node* node, uint32_t end, uint64_t size) {
    if (frames_.empty()) {
      documents_.push({.root = node});
      return {};
    }
    Frame& frame = frames_.back();
    frame.end = std::max(frame.end, end);
    frame.size += size;  // count_followed() bounds the sum
    children_.push_back(node);
    return {};
  }

  Result<void> fill_members(Node& node, std::span<const Node* const> children) {
    members_.clear();
    sources_.clear();
    for (size_t i = 0; i + 1 < children.size(); i += 2) {
      const Node& key = *children[i];
      if (is_merge(key)) {
        if (!sources_.empty()) problem(key.span, "the merge key `<<` is repeated");
        take_sources(key, *children[i + 1]);
      } else {
        members_.push_back({.key = &key, .value = children[i + 1]});
      }
    }
    repeated_.clear();
    members_.resize(tree::keep_each_key_once(members_, tree::Keep::last, repeated_));
    for (const Node* key : repeated_)
      problem(key->span, arena_.join("the key `", shortened(key->text), "` is repeated; the last one counts"));
    if (!sources_.empty()) TRY_VOID(merge(node.span));
    node.members = arena_.copy_span(std::span<const Member>(members_));
    return {};
  }

  // yaml.org/type/merge.html. A quoted "<<" is an ordinary key.
  static bool is_merge(const Node& key) {
    return key.style == Style::plain && key.text == "<<" && !key.alias && (key.tag.empty() || key.tag == "!!merge");
  }

  void take_sources(const Node& key, const Node& value) {
    bool good = value.is_mapping() || (value.is_sequence() && !value.items.empty());
    if (value.is_mapping()) sources_.push_back(&value);
    for (const Node* item : value.items) {
      if (item->is_mapping()) {
        sources_.push_back(item);
      } else {
        good = false;
      }
    }
    if (!good && !(value.is_null() && value.alias)) problem(key.span, "`<<` needs a mapping or a list of mappings");
  }

  // Explicit keys win over merged ones and an earlier source over a later one.
  Result<void> merge(Span at) {
    for (const Node* source : sources_) {
      for (const Member& m : source->members) {
        // Counted here too, since one alias of a list of aliases may be merged in many places, and by length, since
        // long keys that are equal in all but their end would make the comparisons quadratic.
        TRY_VOID(count_followed(1 + m.key->text.size() / 256, at));
        members_.push_back({.key = m.key, .value = m.value, .merged = true});
      }
    }
    members_.resize(tree::keep_each_key_once(members_, tree::Keep::first, repeated_));
    return {};
  }

  bool at_key() const {
    return !frames_.empty() && frames_.back().is_mapping() && (children_.size() - frames_.back().first_child) % 2 == 0;
  }

  // Keys are strings whatever they look like. The anchor on a key keeps the node as it was.
  const Node* as_key(const Node* node) {
    if (node->is_string()) return node;
    Node* key = arena_.make<Node>(*node);
    key->kind = Kind::string;
    key->members = {};
    key->items = {};
    if (!node->is_scalar()) {
      problem(node->span, "a mapping or sequence as a key");
      key->text = node->span.of(all_);
    }
    return key;
  }

  // Anchors may be defined again; an alias means the last one before it. Returns the name in memory that stays.
  std::string_view define(std::string_view name, const Node* node, uint64_t size) {
    auto found = anchors_.find(name);
    if (found == anchors_.end()) found = anchors_.emplace(arena_.copy(name), Anchor{}).first;
    found->second = {.node = node, .size = size};
    return found->first;
  }

  // libyaml spells `!!str` out.
  std::string_view tag_text(std::string_view tag) {
    constexpr std::string_view kCore = "tag:yaml.org,2002:";
    if (tag.starts_with(kCore)) return arena_.join("!!", tag.substr(kCore.size()));
    return arena_.copy(tag);
  }

  // Most scalars are their bytes, perhaps in quotes: those cost no copy.
  std::string_view scalar_text(Span span, std::string_view value) {
    std::string_view raw = span.of(all_);
    if (raw == value) return raw;
    if (raw.size() == value.size() + 2 && raw.substr(1, value.size()) == value) return raw.substr(1, value.size());
    return arena_.copy(value);
  }

  // Behind `&anchor` and `!tag` and the space and comments that follow them.
  uint32_t behind_properties(Span span) const {
    uint32_t at = span.begin;
    while (at < span.end) {
      char c = all_[at];
      if (c == '!' && at + 1 < span.end && all_[at + 1] == '<') {
        while (at < span.end && all_[at] != '>') ++at;
        ++at;
      } else if (c == '!') {
        while (at < span.end && !is_blank(all_[at]) && line_break(at) == 0 && !is_flow_indicator(all_[at])) ++at;
      } else if (c == '&') {
        ++at;
        while (at < span.end && (is_letter(all_[at]) || is_digit(all_[at]) || all_[at] == '_' || all_[at] == '-')) ++at;
      } else if (uint32_t behind = behind_space(at, span.end); behind != at) {
        at = behind;
      } else {
        break;
      }
    }
    return std::min(at, span.end);
  }

  // The length of the line break at `at`, 0 if there is none. YAML 1.1 counts U+0085, U+2028 and U+2029, and so does
  // libyaml.
  uint32_t line_break(uint32_t at) const {
    if (all_[at] == '\n' || all_[at] == '\r') return 1;
    std::string_view rest = all_.substr(at);
    if (rest.starts_with("\xc2\x85")) return 2;
    return rest.starts_with("\xe2\x80\xa8") || rest.starts_with("\xe2\x80\xa9") ? 3 : 0;
  }

  // Behind blanks, line breaks and comments.
  uint32_t behind_space(uint32_t at, uint32_t end) const {
    while (at < end) {
      if (is_blank(all_[at])) {
        ++at;
      } else if (uint32_t length = line_break(at); length > 0) {
        at += length;
      } else if (all_[at] == '#') {
        while (at < end && line_break(at) == 0) ++at;
      } else {
        break;
      }
    }
    return std::min(at, end);
  }

  // The end of a block scalar without the empty lines that follow it.
  uint32_t without_blank_lines(Span span) const {
    for (;;) {
      uint32_t at = span.end;
      while (at > span.begin && is_blank(all_[at - 1])) --at;
      if (at == span.begin || (all_[at - 1] != '\n' && all_[at - 1] != '\r')) return span.end;
      span.end = at - 1;
    }
  }

  // A missing value stands right behind its colon; libyaml may report the next token's place.
  Span behind_colon(Span span) const {
    if (frames_.empty() || !frames_.back().is_mapping()) return span;
    uint32_t end = frames_.back().end;
    uint32_t at = behind_space(end, span.begin);
    if (at < span.begin && all_[at] == ':') return {at + 1, at + 1};
    return {end, end};
  }

  Result<const File*> syntax_error(const yaml_parser_t& parser) const {
    if (parser.error == YAML_MEMORY_ERROR) return fail(Errc::io, "no memory for the YAML parser");
    std::string message = parser.problem ? parser.problem : "not YAML";
    // The reader's own errors (invalid UTF-8, control characters) come with a byte offset, all others with a mark.
    if (parser.error == YAML_READER_ERROR)
      return tree::fail_at(Errc::malformed, all_, start_ + parser.problem_offset, message);
    if (parser.context) {
      message += ' ';
      message += parser.context;
      if (parser.context_mark.line != parser.problem_mark.line)
        message += " that begins at line " + std::to_string(parser.context_mark.line + 1);
    }
    return tree::fail_at(Errc::malformed, all_, offset(parser.problem_mark), message);
  }

  void problem(Span at, std::string_view message) { problems_.push({.at = at, .message = message}); }
  static std::string_view shortened(std::string_view text) { return text.substr(0, 80); }
  uint32_t offset(const yaml_mark_t& mark) const { return start_ + points_.byte_of(mark.index); }
  uint32_t size() const { return static_cast<uint32_t>(all_.size()); }
  char byte(uint32_t at) const { return at < all_.size() ? all_[at] : '\0'; }

  std::string_view all_;
  uint32_t start_;  // behind the byte order mark
  CodePoints points_;
  Arena& arena_;
  const Budget& budget_;
  ArenaList<Document> documents_;
  ArenaList<tree::Problem> problems_;
  std::map<std::string_view, Anchor> anchors_;  // of this document; ordered, so that names cannot be made to collide
  std::vector<Frame> frames_;
  std::vector<const Node*> children_;  // of all open frames
  std::vector<Member> members_;        // scratch of fill_members()
  std::vector<const Node*> sources_;
  std::vector<const Node*> repeated_;
  uint64_t nodes_ = 0;
  uint64_t followed_ = 0;
};

}  // namespace

Result<const File*> parse(std::string_view bytes, Arena& arena, const Budget& budget) {
  if (bytes.size() > budget.bytes)
    return tree::fail_at(Errc::over_budget, bytes, 0, "larger than " + std::to_string(budget.bytes) + " bytes");
  if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff"))
    return tree::fail_at(Errc::unsupported, bytes, 0, "UTF-16; save the file as UTF-8");
  if (too_many_tag_directives(bytes))
    return tree::fail_at(Errc::over_budget, bytes, 0, "more than " + std::to_string(kTagDirectives) + " %TAG lines");
  if (bytes.data() == nullptr) bytes = "";  // libyaml asserts that there is a pointer, even to nothing
  uint32_t start = bytes.starts_with("\xef\xbb\xbf") ? 3 : 0;
  return Reader(bytes, start, arena, budget).read();
}

}  // namespace drydock::yaml
