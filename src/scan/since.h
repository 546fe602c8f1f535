// --since: which findings were already there at a commit of the target's repository.
//
// Configuration is examined a second time as the commit had it: a finding is known if it was found then, too. So taking
// out a USER line is new, although the line that the finding points at did not change. Secrets and vulnerabilities are
// known where their lines did not change: a secret by its own lines, a package by those up to the next package of its
// file. A file that the commit does not hold is new, an untracked one as well.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "scan/scan.h"

namespace drydock::scan {

// One flag for each finding of the record. not_found: no repository around the target, no git, no such commit.
Result<std::vector<bool>> known_since(const Scan& scan, const Settings& settings, std::span<const std::string> checks,
                                      const std::string& ref);

}  // namespace drydock::scan
