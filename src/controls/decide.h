// Verdicts from evidence. Reads the findings, decisions, Examined, Unknown and NotApplicable rows of a record.
//
// An entry of a control is the first of
//   fail            a finding of one of its checks, at severity low or worse, that nobody excused
//   unknown         something that its checks read could not be read or decided; a finding of unknown severity
//   excepted        refuted only by findings that an ignore of ours covers. VEX not_affected does not refute and is
//   listed
//                   as evidence
//   not_assessed    one of its checks has examined nothing: silence is no proof
//   not_applicable  its checks say for every subject that the question does not arise
//   pass            each of its checks examined a subject, and none of the above
// A control has the first of fail, expired, unknown, excepted that one of its entries has; then pass when every entry
// that applies passes, partial when some pass and others are not assessed.
#pragma once

#include <span>

#include "model/control.h"
#include "model/scan_record.h"

namespace drydock::controls {

// Replaces record.controls; its evidence texts go to record.pool.
void decide(std::span<const Control> controls, ScanRecord& record);

}  // namespace drydock::controls
