// Text for terminals: columns, cutting, wrapping, colours. Widths count code points, with East Asian wide and combining
// characters by wcwidth's classes kept out: paths and messages are all that we print.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/severity.h"

namespace drydock::report {

enum class Style : uint8_t { plain, bold, dim, critical, high, medium, low, good };
Style style_of(Severity severity);

// `text` between the style's escape sequences; unchanged without colour.
std::string styled(Style style, std::string_view text, bool colour);

size_t columns_of(std::string_view text);                              // code points
std::string pad(std::string_view text, size_t columns);                // never cuts
std::string clip(std::string_view text, size_t columns);               // "long te…"
std::string clip_path(std::string_view path, size_t columns);          // "…/app/main.py:12": the end says more
std::vector<std::string> wrap(std::string_view text, size_t columns);  // at blanks, never inside a word unless it must

}  // namespace drydock::report
