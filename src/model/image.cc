#include "model/image.h"

#include "base/text.h"

namespace drydock {

std::string instruction_of(std::string_view created_by) {
  constexpr std::string_view kShell = "/bin/sh -c ", kNoOperation = "#(nop)", kBuildKit = "# buildkit",
                             kRunShell = "RUN /bin/sh -c ";
  std::string_view text = trim(created_by);
  if (text.ends_with(kBuildKit)) text = trim(text.substr(0, text.size() - kBuildKit.size()));
  if (text.starts_with(kRunShell)) return "RUN " + std::string(trim(text.substr(kRunShell.size())));
  if (!text.starts_with(kShell)) return std::string(text);
  text = trim(text.substr(kShell.size()));
  if (text.starts_with(kNoOperation)) return std::string(trim(text.substr(kNoOperation.size())));
  return "RUN " + std::string(text);
}

}  // namespace drydock
