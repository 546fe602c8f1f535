// Building the advisory index from the OSV data bucket, over HTTPS or from a mirror of it on disk, and finding the
// index that a scan should use.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "advisory/index.h"
#include "base/clock.h"
#include "base/result.h"
#include "net/http_client.h"

namespace drydock::advisory {

struct UpdateOptions {
  // A folder with <Ecosystem>/all.zip in it or in osv/ below it; empty: the bucket over HTTPS.
  std::string mirror;
  std::string base_url;                 // of another bucket in the same layout; empty: OSV's own
  std::vector<std::string> ecosystems;  // "PyPI", "Debian"; empty: all that can be matched
  std::string output;                   // the index file; empty: default_index_path()
  std::string kind = "full";
  std::string source;                 // recorded as where the data came from; empty: the mirror or the bucket
  std::string ca_file;                // see net/http_client.h
  net::HttpClient* client = nullptr;  // for tests; otherwise made on demand
  const Clock* clock = nullptr;       // null: the system's; see IndexBuilder::encode for a clock at 0
  // Told what happens next ("PyPI: downloading"), for a terminal. May be empty.
  std::function<void(std::string_view what)> progress;
};

struct UpdateSummary {
  std::string path;
  IndexMeta meta;
  uint64_t index_bytes = 0;
  uint64_t records = 0;               // read
  uint64_t withdrawn = 0;             // left out: the source took them back
  uint64_t unmatchable = 0;           // left out: nothing but commits, or another ecosystem
  uint64_t unreadable_ranges = 0;     // kept; a package under them is reported as undecided
  std::vector<std::string> warnings;  // records that could not be read, ecosystems that the source does not hold
};

// Writes the new index beside the old one, verifies it, and renames: a failure leaves the old index as it was. An
// ecosystem file that is damaged, or of which over 1 % cannot be read, fails the update.
Result<UpdateSummary> update(const UpdateOptions& options);

std::string default_index_path();  // data_directory()/advisories.idx

struct OpenOptions {
  std::string path;          // --db; empty: $DRYDOCK_DB, then default_index_path(), then the starter index
  std::string_view starter;  // the bytes of the starter index, if the program has them (advisory/starter.h)
};

// The first of the four that exists. One that exists and is damaged is an error: falling back to older data silently
// would hide vulnerabilities. Errc::not_found, saying what to do, if there is none.
Result<Index> open_default(const OpenOptions& options);

}  // namespace drydock::advisory
