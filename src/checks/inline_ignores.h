// Inline ignores: comments by which ours and the peers' users mark a finding as accepted. Forms, each behind a '#':
//   drydock: ignore=DF001[,DF002] [reason]      on the line, or alone on a line above the statement
//   drydock: ignore-file=DF001 [reason]         anywhere: the whole file
//   hadolint ignore=DL3002,...                  above the instruction; `hadolint global ignore=` the whole file
//   trivy:ignore:DS-0002[:exp:2026-12-31]       on the line or above; several with blanks between
//   checkov:skip=CKV_DOCKER_3[:reason]          the whole file (Checkov scopes Dockerfile skips to the file)
//   nosemgrep[: rule, ...], nosec [B105, ...]   on the line or above; without an id: every check
//   zizmor: ignore[rule, ...]                   on the line
#pragma once

#include <string_view>
#include <vector>

#include "model/finding.h"
#include "model/time.h"

namespace drydock::checks {

struct IgnoreMark {
  InlineIgnore ignore;  // id empty: every check
  bool whole_file = false;
  bool alone = false;  // nothing but the comment on its line: speaks for the statement below
  Time expires;        // Trivy's `exp:`; from that day on the mark is void
};

// Views point into `bytes`. Linear.
std::vector<IgnoreMark> find_ignore_marks(std::string_view bytes);

}  // namespace drydock::checks
