// Path patterns of our own settings (drydock.yaml): `*` within one path part, `**` across parts, `?` one character. A
// pattern without a slash matches at any depth ("*.pem"); a trailing slash or "/**" means everything below. No braces,
// no classes.
#pragma once

#include <string_view>

namespace drydock {

// O(pattern * path) at worst; no recursion.
bool glob_match(std::string_view pattern, std::string_view path);

}  // namespace drydock
