// Opening a path below a folder, and nowhere else: no component may be a symbolic link, so a link that is swapped in
// while we read cannot lead out of the tree.
#pragma once

#include <string>

#include "base/file.h"

namespace drydock::target {

// `path` must be normalised (base/text.h), or it is denied; "" is the folder itself. `flags` as for open(2); O_CLOEXEC
// and O_NOFOLLOW are added.
Result<Descriptor> open_beneath(int folder, const std::string& path, int flags);

}  // namespace drydock::target
