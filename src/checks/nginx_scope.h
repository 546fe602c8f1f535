// Questions about nginx configurations that several checks ask.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/nginx.h"

namespace drydock::checks {

// Every directive of the file, outer ones before what they hold. `name` empty: all.
std::vector<const nginx::Directive*> all_directives(const nginx::File& file, std::string_view name);

// The blanks in front of the directive on its line; empty if something else stands there.
std::string_view indentation_of(const nginx::File& file, const nginx::Directive& directive);

// Where a line of its own goes that stands first in the block, and its indentation. Good for an insertion of
// indentation + text + "\n".
struct LinePlace {
  uint32_t offset = 0;
  std::string indentation;
  bool found = false;
};
LinePlace first_line_in(const nginx::File& file, const nginx::Directive& block);
// The same behind a directive.
LinePlace line_behind(const nginx::File& file, const nginx::Directive& directive);

}  // namespace drydock::checks
