#include "checks/compose_edit.h"

#include <algorithm>

#include "base/text.h"
#include "formats/yaml.h"

namespace drydock::checks {
namespace {

struct Body {
  const Source* source = nullptr;
  const tree::Node* service = nullptr;
  const tree::Member* last = nullptr;  // own members only: what a merge key brings in stands elsewhere
  std::string indentation;
};

size_t line_start(std::string_view bytes, uint32_t offset) {
  size_t newline = offset == 0 ? std::string_view::npos : bytes.rfind('\n', offset - 1);
  return newline == std::string_view::npos ? 0 : newline + 1;
}

uint32_t line_end(std::string_view bytes, uint32_t offset) {
  size_t newline = bytes.find('\n', offset);
  if (newline == std::string_view::npos) return static_cast<uint32_t>(bytes.size());
  if (newline > 0 && bytes[newline - 1] == '\r') --newline;
  return static_cast<uint32_t>(newline);
}

std::optional<Body> body_of(const Sources* sources, const Service& service) {
  Body body;
  body.source = sources == nullptr ? nullptr : sources->find(service.at.path);
  const auto* file = body.source == nullptr ? nullptr : body.source->as<yaml::File>();
  if (file == nullptr) return std::nullopt;
  const tree::Node* services = file->root().find("services");
  if (services == nullptr || !services->is_mapping()) return std::nullopt;
  // By its place, for there may be many: own members stand in file order, merged ones behind them.
  std::span<const tree::Member> members = services->members;
  auto own_end = std::ranges::partition_point(members, [](const tree::Member& member) { return !member.merged; });
  auto member = std::lower_bound(members.begin(), own_end, service.at.span.begin,
                                 [](const tree::Member& at, uint32_t begin) { return at.key->span.begin < begin; });
  if (member == own_end || member->key->span != service.at.span) return std::nullopt;
  body.service = member->value;
  if (body.service->alias || body.service->style != tree::Style::block || !body.service->is_mapping())
    return std::nullopt;
  for (const tree::Member& own : body.service->members)
    if (!own.merged) body.last = &own;
  if (body.last == nullptr) return std::nullopt;
  std::string_view bytes = body.source->bytes;
  uint32_t key = body.last->key->span.begin;
  std::string_view before = bytes.substr(line_start(bytes, key), key - line_start(bytes, key));
  if (!trim(before).empty()) return std::nullopt;
  body.indentation = before;
  return body;
}

ServiceEdit insertion(const Body& body, uint32_t behind, std::string_view lines) {
  uint32_t at = line_end(body.source->bytes, behind);
  ServiceEdit result{.edit = {}, .text = "\n"};
  for (char c : lines) {
    result.text += c;
    if (c == '\n') result.text += body.indentation;
  }
  result.text.insert(1, body.indentation);
  result.edit = {.span = {at, at}, .text = {}, .path = body.source->path};
  return result;
}

uint32_t end_of(const tree::Member& member) {
  // An alias' span is that of its anchor, which stands elsewhere.
  return member.value->alias || member.value->span.end < member.key->span.end ? member.key->span.end
                                                                              : member.value->span.end;
}

}  // namespace

std::optional<ServiceEdit> add_key(const Sources* sources, const Service& service, std::string_view key,
                                   std::string_view value) {
  std::optional<Body> body = body_of(sources, service);
  if (!body || body->service->find(key) != nullptr) return std::nullopt;
  std::string line = std::string(key) + ":" + (value.starts_with('\n') ? "" : " ") + std::string(value);
  return insertion(*body, end_of(*body->last), line);
}

std::optional<ServiceEdit> add_item(const Sources* sources, const Service& service, std::string_view key,
                                    std::string_view item) {
  std::optional<Body> body = body_of(sources, service);
  if (!body) return std::nullopt;
  const tree::Member* list = body->service->member(key);
  if (list == nullptr) return add_key(sources, service, key, "\n  - " + std::string(item));
  if (list->merged || list->value->alias || !list->value->is_sequence() || list->value->style != tree::Style::block ||
      list->value->items.empty())
    return std::nullopt;
  const tree::Node& last = *list->value->items.back();
  std::string_view bytes = body->source->bytes;
  size_t start = line_start(bytes, last.span.begin);
  std::string_view dash = bytes.substr(start, last.span.begin - start);
  if (last.alias || trim(dash) != "-") return std::nullopt;
  body->indentation = dash;
  return insertion(*body, last.span.end, item);
}

}  // namespace drydock::checks
