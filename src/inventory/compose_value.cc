#include "inventory/compose_value.h"

#include <algorithm>

#include "base/text.h"

namespace drydock::compose {
namespace {

constexpr int kMaxNesting = 16;  // of ${A:-${B:-...}}

bool is_name_start(char c) { return is_letter(c) || c == '_'; }
bool is_name_char(char c) { return is_name_start(c) || is_digit(c); }

std::string_view leading_name(std::string_view text) {
  if (text.empty() || !is_name_start(text[0])) return {};
  return text.substr(0, static_cast<size_t>(std::ranges::find_if_not(text, is_name_char) - text.begin()));
}

// The offset of the brace that closes the "${" at the start of `text`; only "${" opens another one, as in compose-go.
size_t closing_brace(std::string_view text) {
  int open = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '}' && --open == 0) return i;
    if (text[i] == '$' && i + 1 < text.size() && text[i + 1] == '{') ++open, ++i;
  }
  return std::string_view::npos;
}

struct Expander {
  const Environment& environment;
  size_t limit;
  Expansion& out;
  std::string text = {};

  const Variable* find(std::string_view name) const {
    auto found = environment.find(name);
    return found == environment.end() ? nullptr : &found->second;
  }

  bool fail(std::string_view problem) {
    out.problem = problem;
    return false;
  }

  bool append(std::string_view more) {
    if (more.size() > limit - text.size()) return fail("its variables expand to too much text");
    text += more;
    return true;
  }

  bool append_variable(std::string_view name, const Variable* variable) {
    out.interpolated = true;
    if (variable == nullptr) {
      out.unresolved = true;
      if (std::ranges::find(out.missing, name) == out.missing.end()) out.missing.push_back(name);
      return true;
    }
    out.unresolved |= variable->unresolved;
    out.from_environment = true;
    return append(variable->value);
  }

  // The inside of ${...}.
  bool expand_braced(std::string_view inside, int nesting_left) {
    std::string_view name = leading_name(inside);
    if (name.empty()) return fail("a $ that starts no variable name; write $$ for the character");
    const Variable* variable = find(name);
    out.interpolated = true;
    std::string_view rest = inside.substr(name.size());
    if (rest.empty()) return append_variable(name, variable);
    bool empty_counts_as_unset = rest[0] == ':';
    if (empty_counts_as_unset) rest.remove_prefix(1);
    if (rest.empty()) return fail("a variable expression that Compose does not know");
    bool has_value = variable != nullptr && !(empty_counts_as_unset && variable->value.empty());
    std::string_view argument = rest.substr(1);
    switch (rest[0]) {
      case '-': return has_value ? append_variable(name, variable) : expand(argument, nesting_left);
      case '+': return has_value ? expand(argument, nesting_left) : true;
      case '?':
        // Compose stops here with the message. A scan goes on: whoever deploys this defines the variable.
        return append_variable(name, has_value ? variable : nullptr);
      default: return fail("a variable expression that Compose does not know");
    }
  }

  bool expand(std::string_view rest, int nesting_left) {
    if (nesting_left == 0) return fail("variables nested too deeply");
    while (true) {
      size_t dollar = rest.find('$');
      if (!append(rest.substr(0, dollar))) return false;
      if (dollar == std::string_view::npos) return true;
      rest.remove_prefix(dollar + 1);
      if (rest.starts_with('$')) {
        if (!append("$")) return false;
        rest.remove_prefix(1);
      } else if (rest.starts_with('{')) {
        std::string_view from_dollar{rest.data() - 1, rest.size() + 1};
        size_t close = closing_brace(from_dollar);
        if (close == std::string_view::npos) return fail("a ${ without its }");
        if (!expand_braced(from_dollar.substr(2, close - 2), nesting_left - 1)) return false;
        rest.remove_prefix(close);
      } else {
        std::string_view name = leading_name(rest);
        if (name.empty()) return fail("a $ that starts no variable name; write $$ for the character");
        if (!append_variable(name, find(name))) return false;
        rest.remove_prefix(name.size());
      }
    }
  }
};

const Value* build(const tree::Node& node, const Scope& scope, Work& work, uint32_t depth_left) {
  Value value{.kind = node.kind, .scope = &scope, .span = node.span};
  if (node.tag == "!reset") value.tag = Tag::reset;
  if (node.tag == "!override") value.tag = Tag::override_;
  if (depth_left == 0) {
    work.over_budget("nesting of one file", location_of(scope, node.span));
    value.kind = tree::Kind::null;
    return make_value(work, value);
  }
  if (node.is_mapping()) {
    ArenaList<Member> members(work.arena);
    for (const tree::Member& member : node.members) {
      if (!work.take_values(1, location_of(scope, node.span))) break;
      members.push({member.key->text, member.key->span, &scope, build(*member.value, scope, work, depth_left - 1)});
    }
    value.members = members.span();
  } else if (node.is_sequence()) {
    ArenaList<const Value*> items(work.arena);
    for (const tree::Node* item : node.items) {
      if (!work.take_values(1, location_of(scope, node.span))) break;
      items.push(build(*item, scope, work, depth_left - 1));
    }
    value.items = items.span();
  } else if (!node.is_null()) {
    value.text = value.literal = node.text;
    if (node.text.find('$') != std::string_view::npos) {
      Expansion expansion = interpolate(node.text, *scope.environment, work);
      value.text = expansion.text;
      value.interpolated = expansion.interpolated;
      value.unresolved = expansion.unresolved;
      value.from_environment = expansion.from_environment;
      Location at = location_of(scope, node.span);
      if (!expansion.problem.empty())
        work.unknown(std::string(scope.path) + ":" + std::to_string(node.span.begin), {SubjectKind::file, scope.path},
                     at, work.pool.join("this value holds ", expansion.problem));
      for (std::string_view name : expansion.missing) {
        std::string_view env_file = work.pool.join(scope.directory, scope.directory.empty() ? "" : "/", ".env");
        work.unknown("$" + std::string(name), {SubjectKind::file, env_file}, at,
                     work.pool.join("the variable ", name, " has neither a value in .env nor a default: ",
                                    "what depends on it is not decided"));
      }
    }
  }
  return make_value(work, value);
}

constexpr std::string_view kTrue[] = {"true", "yes", "on", "y", "1"};
constexpr std::string_view kFalse[] = {"false", "no", "off", "n", "0"};

bool is_one_of(std::string_view text, std::span<const std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return equal_ignoring_case(text, word); });
}

}  // namespace

const Value* Value::find(std::string_view key) const {
  for (size_t i = members.size(); i-- > 0;)
    if (members[i].key == key) return members[i].value->tag == Tag::reset ? nullptr : members[i].value;
  return nullptr;
}

bool Value::is_true() const { return is_scalar() && is_one_of(text, kTrue); }
bool Value::is_false() const { return is_scalar() && is_one_of(text, kFalse); }

void Work::unknown(std::string_view once, Subject subject, const Location& at, std::string_view reason) {
  // Hostile input must not grow the list without end; the first thousand say enough.
  if (unknowns.size() >= 1000 || !said.emplace(once, true).second) return;
  subject.id = pool.copy(subject.id);
  unknowns.push_back({.check = {}, .subject = subject, .at = at, .reason = pool.copy(reason)});
}

void Work::over_budget(std::string_view what, const Location& at) {
  unknown(std::string("budget: ") + std::string(what), {SubjectKind::file, at.path}, at,
          pool.join("the stack is larger than the budget for ", what, ": the rest of it was not read"));
}

bool Work::take_values(size_t count, const Location& at) {
  if (count > values_left) {
    values_left = 0;
    over_budget("values", at);
    return false;
  }
  values_left -= static_cast<uint32_t>(count);
  return true;
}

Expansion interpolate(std::string_view text, const Environment& environment, Work& work) {
  Expansion out;
  Expander expander{environment, std::max<size_t>(work.budget.text, text.size()), out};
  if (!expander.expand(text, kMaxNesting)) {
    out.unresolved = true;
    out.text = text;
    return out;
  }
  if (expander.text.size() > work.text_left) {
    out.unresolved = true;
    out.problem = "its variables expand to too much text";
    out.text = text;
    return out;
  }
  work.text_left -= static_cast<uint32_t>(expander.text.size());
  out.text = work.arena.copy(expander.text);
  return out;
}

Location location_of(const Scope& scope, Span span) {
  LineColumn place = scope.source->lines.at(span.begin);
  return {.path = scope.path, .layer = {}, .span = span, .line = place.line, .column = place.column};
}

const Value* build_value(const tree::Node& node, const Scope& scope, Work& work) {
  return build(node, scope, work, work.budget.depth);
}

const Value* make_value(Work& work, const Value& value) { return work.arena.make<Value>(value); }

}  // namespace drydock::compose
