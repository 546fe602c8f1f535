// Text for terminals: columns, cutting, wrapping, colours. Wide characters count two columns, every other code point
// one (a combining mark too: a line may come out shorter than the width, never longer).
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

// `text` as a part of one line that cannot harm the terminal: printable(), with blanks for newlines and tabs and U+FFFD
// for what would reorder the line. For everything that comes from a target, its settings or the advisories.
std::string one_line(std::string_view text);

size_t columns_of(std::string_view text);
std::string pad(std::string_view text, size_t columns);                // never cuts
std::string clip(std::string_view text, size_t columns);               // "long te…"
std::string clip_path(std::string_view path, size_t columns);          // "…/app/main.py:12": the end says more
std::vector<std::string> wrap(std::string_view text, size_t columns);  // at blanks, never inside a word unless it must

}  // namespace drydock::report
