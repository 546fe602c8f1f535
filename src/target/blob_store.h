// The two places of blobs that are files.
#pragma once

#include <memory>
#include <string>

#include "base/file.h"
#include "target/image.h"

namespace drydock::target {

// A folder; blobs are its files, reached without symbolic links.
std::shared_ptr<const BlobStore> folder_store(Descriptor folder);

// A tar, plain or compressed as a whole. Blobs are its members by normalised path, through its links; of two members
// with the same path the last counts, as it does when a tar is unpacked.
Result<std::shared_ptr<const BlobStore>> archive_store(Descriptor file, SpillQuota* spill);

// The whole blob. More than `limit` bytes is Errc::over_budget.
Result<std::string> read_blob(const BlobStore& store, std::string_view blob, uint64_t limit);

// Reads a file from its start by pread, so that several sources can share a descriptor.
std::unique_ptr<ByteSource> file_source(int descriptor, uint64_t size);

}  // namespace drydock::target
