#include "formats/tree.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "base/text.h"
#include "formats/json.h"
#include "formats/tree_build.h"

namespace drydock::tree {
namespace {

bool is_plain_word(const Node& node, std::string_view a, std::string_view b, std::string_view c) {
  bool plain = node.kind == Kind::boolean || (node.kind == Kind::string && node.style == Style::plain);
  return plain &&
         (equal_ignoring_case(node.text, a) || equal_ignoring_case(node.text, b) || equal_ignoring_case(node.text, c));
}

}  // namespace

bool Node::is_true() const { return is_plain_word(*this, "true", "yes", "on"); }
bool Node::is_false() const { return is_plain_word(*this, "false", "no", "off"); }

const Member* Node::member(std::string_view key) const {
  auto found = std::ranges::find_if(members, [&](const Member& m) { return m.key->text == key; });
  return found == members.end() ? nullptr : &*found;
}

const Node* Node::find(std::string_view key) const {
  const Member* found = member(key);
  return found ? found->value : nullptr;
}

const Node* Node::find_path(std::initializer_list<std::string_view> keys) const {
  const Node* at = this;
  for (std::string_view key : keys) {
    at = at->find(key);
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::string_view Node::string_at(std::string_view key) const {
  const Node* value = find(key);
  return value && value->is_scalar() && !value->is_null() ? value->text : std::string_view{};
}

namespace {

bool is_word(std::string_view key) {
  return !key.empty() &&
         std::ranges::all_of(key, [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; });
}

// What stands in the file at `offset`: an alias's content and a merged member stand elsewhere. The end is included, so
// that the point behind a value (where an edit would add) and an empty value belong to it; where two touch, the later.
const Member* member_at(const Node& mapping, uint32_t offset) {
  auto next = std::ranges::partition_point(mapping.members,
                                           [&](const Member& m) { return !m.merged && m.key->span.begin <= offset; });
  if (next == mapping.members.begin()) return nullptr;
  const Member& m = *std::prev(next);
  uint32_t end = m.value->alias ? m.key->span.end : std::max(m.key->span.end, m.value->span.end);
  return offset <= end ? &m : nullptr;
}

// Likewise; null if there is none. Aliases have the spans of their anchors, which are in no order, and are stepped
// over.
const Node* const* item_at(const Node& sequence, uint32_t offset) {
  std::span<const Node* const> left = sequence.items;
  const Node* const* found = nullptr;
  while (!left.empty()) {
    size_t middle = left.size() / 2, probe = middle;
    while (probe > 0 && left[probe]->alias) --probe;
    if (left[probe]->alias || left[probe]->span.begin <= offset) {
      if (!left[probe]->alias) found = &left[probe];
      left = left.subspan(middle + 1);
    } else {
      left = left.first(probe);
    }
  }
  return found != nullptr && offset <= (*found)->span.end ? found : nullptr;
}

}  // namespace

std::string place_at(const Node& root, uint32_t offset) {
  std::string place;
  const Node* at = &root;
  while (at != nullptr && !at->alias) {
    const Node* next = nullptr;
    if (at->is_mapping()) {
      if (const Member* m = member_at(*at, offset)) {
        if (!place.empty()) place += '.';
        if (is_word(m->key->text)) {
          place += m->key->text;
        } else {
          json::append_string(place, m->key->text);
        }
        next = m->value;
      }
    } else if (at->is_sequence()) {
      if (const Node* const* item = item_at(*at, offset)) {
        place += '[';
        place += std::to_string(item - at->items.data());
        place += ']';
        next = *item;
      }
    }
    at = next;
  }
  return place;
}

size_t keep_each_key_once(std::span<Member> members, Keep keep, std::vector<const Node*>& repeated) {
  constexpr size_t kFew = 12;  // up to here comparing all pairs is faster than sorting
  std::vector<bool> dropped;
  auto drop = [&](size_t earlier, size_t later) {
    if (dropped.empty()) dropped.resize(members.size());
    dropped[keep == Keep::last ? earlier : later] = true;
    repeated.push_back(members[later].key);
  };
  if (members.size() <= kFew) {
    for (size_t i = 0; i < members.size(); ++i) {
      for (size_t later = i + 1; later < members.size(); ++later) {
        if (members[i].key->text != members[later].key->text) continue;
        drop(i, later);
        break;
      }
    }
  } else {
    std::vector<uint32_t> order(members.size());
    std::iota(order.begin(), order.end(), 0u);
    std::ranges::sort(order, [&](uint32_t a, uint32_t b) {
      int compared = members[a].key->text.compare(members[b].key->text);
      return compared != 0 ? compared < 0 : a < b;
    });
    for (size_t i = 0; i + 1 < order.size(); ++i)
      if (members[order[i]].key->text == members[order[i + 1]].key->text) drop(order[i], order[i + 1]);
  }
  if (dropped.empty()) return members.size();
  size_t kept = 0;
  for (size_t i = 0; i < members.size(); ++i)
    if (!dropped[i]) members[kept++] = members[i];
  return kept;
}

void sort_problems(std::span<Problem> problems) {
  std::ranges::sort(problems, {}, [](const Problem& p) { return std::pair(p.at, p.message); });
}

std::unexpected<Error> fail_at(Errc code, std::string_view bytes, size_t offset, std::string_view message) {
  std::string_view before = bytes.substr(0, std::min(offset, bytes.size()));
  auto line = std::ranges::count(before, '\n') + 1;
  size_t column = before.size() - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
  std::string text = "line " + std::to_string(line) + ", column " + std::to_string(column) + ": ";
  text += message;
  return fail(code, std::move(text));
}

}  // namespace drydock::tree
