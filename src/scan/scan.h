// One scan, from a target to a ScanRecord. scan.cc reads top to bottom as the data flows.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/scan_record.h"
#include "model/settings.h"
#include "policy/policy.h"
#include "scan/configuration.h"
#include "scan/options.h"

namespace drydock::scan {

struct Scan {
  ScanRecord record;  // facts; decisions and controls are the caller's next steps (decide, controls::decide)
  std::shared_ptr<const Configuration> configuration;  // null for images
  std::string root;                                    // folder that configuration paths are relative to
  std::string prefix;  // what turns them into the record's paths: the way from the repository root to `root`, or empty
};

// Whether the paths of a record of this target would be those inside an image, not those of a repository.
bool has_image_paths(const std::string& target);

// An error only when nothing could be examined: no such target, no image in it. Everything less is an Unknown.
Result<Scan> scan(const Options& options, const policy::Policy& policy);

// The fingerprints that the findings in another state of the scan's configuration files would have. `checks` as in
// Options.
std::vector<std::string> configuration_fingerprints(const Scan& scan, const Configuration& configuration,
                                                    const Settings& settings, std::span<const std::string> checks);

// policy::decide with the names that checks go by.
policy::Summary decide(const policy::Policy& policy, Time now, ScanRecord& record);

}  // namespace drydock::scan
