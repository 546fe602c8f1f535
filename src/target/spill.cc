#include "target/spill.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

namespace drydock::target {
namespace {

// Not the usual temporary folder unless the user says so: it is often in memory, which spilling is meant to save.
std::string spill_directory() {
  const char* set = std::getenv("TMPDIR");
  return set != nullptr && set[0] == '/' ? set : "/var/tmp";
}

Result<Descriptor> open_unnamed(const std::string& directory) {
  Descriptor file(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600));
  if (file) return file;
  // Overlay file systems before Linux 6.1 and some network file systems have no unnamed files.
  std::string name = directory + "/drydock.XXXXXX";
  file = Descriptor(::mkostemp(name.data(), O_CLOEXEC));
  if (!file) return fail_errno("cannot create a temporary file in", directory, errno);
  ::unlink(name.c_str());
  return file;
}

}  // namespace

bool SpillQuota::take(uint64_t bytes) {
  uint64_t left = left_.load();
  while (left >= bytes) {
    if (left_.compare_exchange_weak(left, left - bytes)) return true;
  }
  return false;
}

Result<SpillFile> SpillFile::create(SpillQuota& quota) {
  TRY(Descriptor file, open_unnamed(spill_directory()));
  return SpillFile(std::move(file), quota);
}

SpillFile::SpillFile(SpillFile&& other) noexcept
    : file_(std::move(other.file_)), quota_(other.quota_), size_(std::exchange(other.size_, 0)) {}
SpillFile::~SpillFile() { quota_->give_back(size_); }

Result<void> SpillFile::append(std::string_view bytes) {
  if (!quota_->take(bytes.size())) {
    return fail(Errc::over_budget, "temporary files would hold more than " + std::to_string(quota_->total()) +
                                       " bytes; raise --max-spill to read it");
  }
  size_ += bytes.size();
  while (!bytes.empty()) {
    ssize_t put = ::write(file_.get(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail_errno("cannot write a temporary file in", spill_directory(), errno);
    bytes.remove_prefix(static_cast<size_t>(put));
  }
  return {};
}

}  // namespace drydock::target
