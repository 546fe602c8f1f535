// The one text form of a ScanRecord (docs/scan-record.md, docs/scan-record.schema.json): JSON output, store rows,
// convert and the server all use it. Fields that hold their default are left out. A service carries its summary (image,
// build, exposure, role, user, published ports), not the whole ContainerSpec: what was decided from the rest stands in
// the findings.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/scan_record.h"

namespace drydock {

std::string encode_record(const ScanRecord& record, bool indent = true);

// encode_record(decode_record(text)) == text for every text that encode_record wrote. Unknown fields are skipped, so
// that an older drydock reads a newer record of the same schema; another schema number is Errc::unsupported.
Result<ScanRecord> decode_record(std::string_view text);

}  // namespace drydock
