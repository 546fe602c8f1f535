// CVSS base scores from vectors: "CVSS:3.1/AV:N/..." and 3.0 (FIRST, CVSS v3.1 specification, section 7.1) and v2
// ("AV:N/AC:L/Au:N/C:P/I:P/A:P", CVSS v2 guide, section 3.2.1). Temporal and environmental metrics are read over.
// A v4 vector is Errc::unsupported: its score is a table of 270 macro vectors, and every source that publishes v4 also
// publishes its qualitative word.
#pragma once

#include <string_view>

#include "base/result.h"

namespace drydock::advisory {

Result<double> cvss_score(std::string_view vector);

}  // namespace drydock::advisory
