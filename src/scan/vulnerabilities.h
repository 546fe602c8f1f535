// Packages -> vulnerabilities, by the advisory index.
#pragma once

#include "advisory/index.h"
#include "model/part.h"
#include "model/scan_record.h"

namespace drydock::scan {

// Adds findings and Unknowns about record.packages to `out`. `subject` is the image, or the repository for a working
// tree.
void match_packages(const advisory::Index& index, const ScanRecord& record, const Subject& subject, Part& out);

}  // namespace drydock::scan
