#include "checks/nginx_scope.h"

#include <algorithm>

#include "base/text.h"

namespace drydock::checks {

using nginx::Directive;
using nginx::File;

std::vector<const Directive*> all_directives(const File& file, std::string_view name) {
  std::vector<const Directive*> found, pending;
  auto push = [&](std::span<const Directive> list) {
    for (size_t i = list.size(); i-- > 0;) pending.push_back(&list[i]);
  };
  push(file.directives);
  while (!pending.empty()) {
    const Directive* directive = pending.back();
    pending.pop_back();
    if (name.empty() || directive->name == name) found.push_back(directive);
    push(directive->children);
  }
  return found;
}

std::string_view indentation_of(const File& file, const Directive& directive) {
  uint32_t begin = directive.span.begin;
  while (begin > 0 && (file.bytes[begin - 1] == ' ' || file.bytes[begin - 1] == '\t')) --begin;
  if (begin > 0 && file.bytes[begin - 1] != '\n') return {};
  return file.bytes.substr(begin, directive.span.begin - begin);
}

LinePlace first_line_in(const File& file, const Directive& block) {
  if (block.children.empty()) return {};
  const Directive& first = block.children.front();
  size_t line = file.bytes.rfind('\n', first.span.begin);
  if (line == std::string_view::npos || line < block.body.begin) return {};  // all on one line
  size_t after_brace = file.bytes.find('\n', block.body.begin);
  return {static_cast<uint32_t>(after_brace + 1), std::string(indentation_of(file, first)), true};
}

LinePlace line_behind(const File& file, const Directive& directive) {
  size_t at = directive.span.end;
  while (at < file.bytes.size() && file.bytes[at] != '\n' && is_space(file.bytes[at])) ++at;
  if (at < file.bytes.size() && file.bytes[at] == '#') at = file.bytes.find('\n', at);
  if (at >= file.bytes.size() || file.bytes[at] != '\n') return {};
  return {static_cast<uint32_t>(at + 1), std::string(indentation_of(file, directive)), true};
}

}  // namespace drydock::checks
