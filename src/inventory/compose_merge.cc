#include "inventory/compose_merge.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/text.h"

namespace drydock::compose {
namespace {

enum class Rule : uint8_t { deep, replace, pairs, names, list, build, logging, services, service };

struct PathRule {
  std::string_view path;  // '*' stands for one key
  Rule rule;
};

// Paths below the model. Everything else is `deep`: mappings merge, sequences append, scalars replace.
constexpr PathRule kRules[] = {
    {"services.*.annotations", Rule::pairs},
    {"services.*.build", Rule::build},
    {"services.*.build.args", Rule::pairs},
    {"services.*.build.labels", Rule::pairs},
    {"services.*.command", Rule::replace},
    {"services.*.depends_on", Rule::names},
    {"services.*.deploy.labels", Rule::pairs},
    {"services.*.dns", Rule::list},
    {"services.*.dns_opt", Rule::list},
    {"services.*.dns_search", Rule::list},
    {"services.*.entrypoint", Rule::replace},
    {"services.*.env_file", Rule::list},
    {"services.*.environment", Rule::pairs},
    {"services.*.extra_hosts", Rule::list},
    {"services.*.healthcheck.test", Rule::replace},
    {"services.*.label_file", Rule::list},
    {"services.*.labels", Rule::pairs},
    {"services.*.logging", Rule::logging},
    {"services.*.networks", Rule::names},
    {"services.*.sysctls", Rule::pairs},
    {"services.*.tmpfs", Rule::list},
};
constexpr size_t kDeepestRule = 4;  // keys in the longest path above

using Path = std::span<const std::string_view>;

bool matches(std::string_view pattern, Path path) {
  for (size_t i = 0; i < path.size(); ++i) {
    Cut step = cut(pattern, ".");
    if (step.before != "*" && step.before != path[i]) return false;
    if (step.found != (i + 1 < path.size())) return false;
    pattern = step.after;
  }
  return true;
}

Rule rule_at(Path path) {
  if (path.size() < 3 || path.size() > kDeepestRule || path[0] != "services") return Rule::deep;
  for (const PathRule& row : kRules)
    if (matches(row.path, path)) return row.rule;
  return Rule::deep;
}

const Value* with_members(const Value* like, std::span<const Member> members, Work& work) {
  Value value = *like;
  value.kind = tree::Kind::mapping;
  value.tag = Tag::none;
  value.members = members;
  return make_value(work, value);
}

const Value* append(const Value* base, const Value* over, Work& work) {
  if (base->items.empty()) return over;
  if (over->items.empty()) return base;
  size_t count = base->items.size() + over->items.size();
  if (!work.take_values(count, location_of(*over))) return base;
  ArenaList<const Value*> items(work.arena);
  for (const Value* item : base->items) items.push(item);
  for (const Value* item : over->items) items.push(item);
  Value value = *over;
  value.items = items.span();
  return make_value(work, value);
}

// Pairs keep both lists one behind the other: a key's last member counts, and keeps the place of the first. `!reset` of
// one key stays as a tagged member, which hides the earlier ones.
const Value* append_pairs(const Value* base, const Value* over, Work& work) {
  if (base->members.empty()) return over;
  if (over->members.empty()) return base;
  size_t count = base->members.size() + over->members.size();
  if (!work.take_values(count, location_of(*over))) return base;
  ArenaList<Member> members(work.arena);
  for (const Member& member : base->members) members.push(member);
  for (const Member& member : over->members) members.push(member);
  return with_members(over, members.span(), work);
}

// Bounded: `depth_left` is the budget that also bounded the building of both values.
class Merger {
 public:
  explicit Merger(Work& work) : work_(work) {}

  const Value* merge(const Value* base, const Value* over, std::vector<std::string_view>& path) {
    if (over->tag == Tag::override_) return untagged(over);
    Rule rule = rule_at(path);
    if (rule == Rule::replace) return over;
    if (over->is_null()) return base;
    if (base->is_null() || base->tag == Tag::reset || path.size() > work_.budget.depth) return over;
    switch (rule) {
      case Rule::pairs: return append_pairs(as_pairs(base, work_), as_pairs(over, work_), work_);
      case Rule::names: return mappings(as_names(base, work_), as_names(over, work_), path);
      case Rule::list: return append(as_list(base, work_), as_list(over, work_), work_);
      case Rule::build: return mappings(as_build(base), as_build(over), path);
      case Rule::logging:
        if (base->is_mapping() && over->is_mapping() && drivers_differ(*base, *over)) return over;
        break;
      default: break;
    }
    if (base->is_mapping() && over->is_mapping()) return mappings(base, over, path);
    if (base->is_sequence() && over->is_sequence()) return append(base, over, work_);
    return over;
  }

 private:
  const Value* untagged(const Value* value) {
    Value plain = *value;
    plain.tag = Tag::none;
    return make_value(work_, plain);
  }

  const Value* as_build(const Value* value) {
    if (!value->is_scalar()) return value;
    Member context{"context", value->span, value->scope, value};
    Value mapping{.kind = tree::Kind::mapping, .scope = value->scope, .span = value->span};
    mapping.members = work_.arena.copy_span(std::span<const Member>(&context, 1));
    return make_value(work_, mapping);
  }

  // Options of one logging driver mean nothing to another.
  static bool drivers_differ(const Value& base, const Value& over) {
    const Value* a = base.find("driver");
    const Value* b = over.find("driver");
    return a != nullptr && b != nullptr && a->text != b->text;
  }

  const Value* mappings(const Value* base, const Value* over, std::vector<std::string_view>& path) {
    size_t count = base->members.size() + over->members.size();
    if (!work_.take_values(count, location_of(*over))) return base;
    std::vector<Member> members(base->members.begin(), base->members.end());
    std::unordered_map<std::string_view, size_t> index;  // only where a linear look-up would turn quadratic
    constexpr size_t kLinear = 16;
    if (members.size() > kLinear)
      for (size_t i = 0; i < members.size(); ++i) index[members[i].key] = i;
    for (const Member& member : over->members) {
      size_t at = members.size();
      if (members.size() > kLinear && !index.empty()) {
        auto found = index.find(member.key);
        if (found != index.end()) at = found->second;
      } else {
        at = static_cast<size_t>(std::ranges::find(members, member.key, &Member::key) - members.begin());
      }
      if (at == members.size()) {
        if (!index.empty()) index[member.key] = at;
        members.push_back(member);
      } else if (member.value->tag == Tag::reset) {
        members[at].value = member.value;  // find() and the readers skip it
      } else {
        path.push_back(member.key);
        members[at].value = merge(members[at].value, member.value, path);
        path.pop_back();
      }
      if (index.empty() && members.size() > kLinear)
        for (size_t i = 0; i < members.size(); ++i) index[members[i].key] = i;
    }
    return with_members(over, work_.arena.copy_span(std::span<const Member>(members)), work_);
  }

  Work& work_;
};

const Value* null_at(const Value& like, Work& work) {
  return make_value(work, {.scope = like.scope, .span = like.span});
}

}  // namespace

Span span_behind(const Value& value, size_t offset) {
  std::string_view written = value.span.of(value.scope->source->bytes);
  bool quoted = written.size() >= 2 && (written[0] == '"' || written[0] == '\'');
  if (quoted) written = written.substr(1, written.size() - 2);
  if (written != value.literal) return value.span;
  uint32_t begin = value.span.begin + (quoted ? 1 : 0) + static_cast<uint32_t>(offset);
  return {begin, value.span.end - (quoted ? 1 : 0)};
}

const Value* as_pairs(const Value* value, Work& work) {
  if (value->is_mapping() || !value->is_sequence()) return value;
  if (!work.take_values(value->items.size(), location_of(*value))) return with_members(value, {}, work);
  ArenaList<Member> members(work.arena);
  for (const Value* item : value->items) {
    if (!item->is_scalar() || item->tag == Tag::reset) continue;
    Cut pair = cut(item->text, "=");
    Cut written = cut(item->literal, "=");
    if (!pair.found) {
      members.push({pair.before, item->span, item->scope, null_at(*item, work)});
      continue;
    }
    Value right = *item;
    right.kind = tree::Kind::string;
    right.text = pair.after;
    right.literal = written.found ? written.after : item->literal;
    // The variable may stand in the key: `- ${NAME}=fixed`.
    right.interpolated = item->interpolated && right.literal.find('$') != std::string_view::npos;
    size_t name_size = written.found ? written.before.size() + 1 : 0;
    right.span = span_behind(*item, name_size);
    Span key_span = item->span;
    if (right.span.begin > item->span.begin) key_span.end = right.span.begin - 1;
    members.push({pair.before, key_span, item->scope, make_value(work, right)});
  }
  return with_members(value, members.span(), work);
}

const Value* as_names(const Value* value, Work& work) {
  if (!value->is_sequence()) return value;
  if (!work.take_values(value->items.size(), location_of(*value))) return with_members(value, {}, work);
  ArenaList<Member> members(work.arena);
  for (const Value* item : value->items)
    if (item->is_scalar() && item->tag != Tag::reset)
      members.push({item->text, item->span, item->scope, null_at(*item, work)});
  return with_members(value, members.span(), work);
}

const Value* as_list(const Value* value, Work& work) {
  if (value->is_sequence()) return value;
  Value list{.kind = tree::Kind::sequence, .scope = value->scope, .span = value->span};
  ArenaList<const Value*> items(work.arena);
  if (value->is_scalar()) items.push(value);
  // extra_hosts: {host: ip}
  if (value->is_mapping() && work.take_values(value->members.size(), location_of(*value))) {
    for (const Member& member : value->members) {
      if (member.value->tag == Tag::reset) continue;
      Value item = *member.value;
      item.kind = tree::Kind::string;
      item.text = work.arena.join(member.key, "=", member.value->text);
      item.literal = work.arena.join(member.key, "=", member.value->literal);
      items.push(make_value(work, item));
    }
  }
  list.items = items.span();
  return make_value(work, list);
}

const Value* merge_models(const Value* base, const Value* over, Work& work) {
  std::vector<std::string_view> path;
  return Merger(work).merge(base, over, path);
}

const Value* merge_services(const Value* base, const Value* over, Work& work) {
  std::vector<std::string_view> path = {"services", "*"};
  return Merger(work).merge(base, over, path);
}

}  // namespace drydock::compose
