// Fixes: the edits that findings offer, put together, proven in memory and shown as a unified diff or applied.
//
// A plan holds only what was re-examined: with the edits in place the findings are gone and no other finding has come.
// What overlaps, does not help or breaks something is refused with the reason. Planning on fixed files gives an empty
// plan.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/finding.h"
#include "model/sources.h"

namespace drydock::fix {

struct FileChange {
  std::string path;  // as in Sources
  std::string before, after;
  std::vector<Edit> edits;  // by position, not overlapping; `text` lives as long as the findings
};

struct Refusal {
  const Finding* finding = nullptr;
  std::string reason;
};

struct Plan {
  std::vector<FileChange> files;  // by path
  std::vector<const Finding*> fixed;
  std::vector<Refusal> refused;
};

// What the checks say about the sources with the overlay's bytes; given by scan/. Null: they cannot be examined any
// more.
using Rescan = std::function<const std::vector<Finding>*(const Overlay&)>;

// `offers`: findings with edits, in the order in which they may take places that overlap. `present`: all findings
// before.
Plan plan_fixes(std::span<const Finding* const> offers, std::span<const Finding> present, const Sources& sources,
                const Rescan& rescan);

// GNU unified diff with three lines of context; "a/" and "b/" before the path, as git and patch expect. A path that
// could break the header line is quoted as git does.
std::string unified_diff(const FileChange& change, std::string_view prefix = {});

// Writes the files below `root`, each atomically and with its mode kept. If one no longer has the bytes of `before`,
// that is an error and none is written.
Result<void> apply(const Plan& plan, const std::string& root);

}  // namespace drydock::fix
