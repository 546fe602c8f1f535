// dpkg's package database (deb-control(5), dpkg-query(1)): paragraphs of "Field: value" lines, ended by an empty line;
// a line that begins with a blank continues the field before it.
//
// Accepts: fields in any order and case, CRLF, a missing last newline, values over several lines (skipped). A paragraph
// without Package or Version is an unknown of the file, and reading goes on behind it. Linear time; no budget is needed
// because nothing but the packages themselves is kept.
#pragma once

#include "inventory/cataloger.h"

namespace drydock::inventory {

enum class DpkgForm : uint8_t {
  status,    // var/lib/dpkg/status: a paragraph counts by its Status
  status_d,  // distroless' status.d/<package>: one package to a file, mostly without Status
};

// Every package whose files are unpacked. The ecosystem is debian; squash() corrects it where os-release says
// otherwise.
void read_dpkg_database(const FileView& file, DpkgForm form, Catalog& out);

}  // namespace drydock::inventory
