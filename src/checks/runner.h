// Runs checks over inputs and turns what they say into Findings, Examined, Unknown and NotApplicable rows.
#pragma once

#include <string_view>
#include <vector>

#include "checks/check.h"
#include "checks/inputs.h"
#include "model/finding.h"
#include "model/part.h"

namespace drydock::checks {

struct Selection {
  std::vector<std::string_view> only;  // ids, names or aliases; empty: all
  // Of one check in one file; the rest is counted in an Unknown. A file with more is generated or made to be a
  // nuisance. Fixes are proven with all of them, or a hidden finding would look like a new one.
  size_t most_findings = 1000;
  bool selects(const Check& check) const;
};

// Over every source of the scan and every stack in it. Pure: the same input gives the same rows, in the same order.
// Inline ignores of ours and of peers (hadolint, trivy, checkov, semgrep, nosec, zizmor) are recorded in
// Finding::ignores; whether they count is policy's. Snippets are scan/'s: only it knows every secret on a line.
void run_on_sources(const Sources& sources, std::span<const Stack> stacks, const Settings& settings, Time now,
                    const Selection& selection, Part& out);

// Over an image: ImageInput checks, and ContainerInput checks with its config under their image_id.
void run_on_image(const Image& image, const Subject& subject, const Context& context, const Selection& selection,
                  Part& out);

// The subject of a service's findings: its name, below the folder of its stack where that is not the root.
Subject subject_of(const Stack& stack, const Service& service, StringPool& pool);

}  // namespace drydock::checks
