#include "target/beneath.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "base/text.h"

namespace drydock::target {
namespace {

// One system call for the whole path, since Linux 5.6. False where the kernel, or a container's seccomp profile, has
// no openat2.
bool open_with_openat2(int folder, const char* path, int flags, Descriptor& file) {
  static std::atomic<bool> absent = false;
  if (absent) return false;
  open_how how{};
  how.flags = static_cast<uint64_t>(flags);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  // EAGAIN: a rename somewhere else raced with the walk.
  for (int attempt = 0; attempt < 8; ++attempt) {
    file = Descriptor(static_cast<int>(::syscall(SYS_openat2, folder, path, &how, sizeof how)));
    if (file || errno != EAGAIN) break;
  }
  if (file || (errno != ENOSYS && errno != EPERM)) return true;
  if (errno == ENOSYS) absent = true;
  return false;
}

Descriptor open_by_components(int folder, std::string_view path, int flags) {
  Descriptor at;
  for (;;) {
    size_t slash = path.find('/');
    std::string part(path.substr(0, slash));
    int from = at ? at.get() : folder;
    if (slash == std::string_view::npos) return Descriptor(::openat(from, part.c_str(), flags));
    at = Descriptor(::openat(from, part.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!at) return at;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

Result<Descriptor> open_beneath(int folder, const std::string& path, int flags) {
  if (normalise_path(path) != path) return fail(Errc::denied, path + " leads out of its folder");
  flags |= O_CLOEXEC | O_NOFOLLOW;
  const std::string& name = path.empty() ? "." : path;
  Descriptor file;
  if (!open_with_openat2(folder, name.c_str(), flags, file)) file = open_by_components(folder, name, flags);
  if (!file && errno == ELOOP) return fail(Errc::unsupported, path + " is reached through a symbolic link");
  if (!file) return fail_errno("cannot open", path, errno);
  return file;
}

}  // namespace drydock::target
