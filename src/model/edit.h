// A small change to one file, as bytes: everything outside the span stays byte-identical.
#pragma once

#include <string_view>

#include "base/span.h"

namespace drydock {

struct Edit {
  Span span;              // replaced; empty: insert before span.begin
  std::string_view text;  // may be empty: delete
  std::string_view path;  // the runner fills in the file under examination; set it only for another file
};

}  // namespace drydock
