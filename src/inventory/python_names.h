// Names and versions as Python packaging defines them.
#pragma once

#include <string>
#include <string_view>

namespace drydock::inventory {

// PEP 503: lower case, runs of '-', '_' and '.' are one '-'.
std::string normalised_python_name(std::string_view name);
// PEP 508: letters, digits, '-', '_', '.', beginning and ending with a letter or digit.
bool is_python_name(std::string_view name);
// The length of the longest such name at the start of `text`, 0 if there is none.
size_t python_name_length(std::string_view text);

}  // namespace drydock::inventory
