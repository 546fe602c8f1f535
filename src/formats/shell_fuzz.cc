#include <cstdint>
#include <cstdlib>

#include "formats/shell.h"

// Every span lies in the text, and every command has something to show.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace drydock;
  if (size > 1 << 16) return 0;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Arena arena;
  Span whole{0, static_cast<uint32_t>(size)};
  for (const shell::Command& command : shell::split(text, arena)) {
    bool inside = whole.contains(command.span) && command.span.begin <= command.span.end;
    for (const shell::Word& word : command.words) inside &= whole.contains(word.span) && !word.span.empty();
    for (const shell::Word& word : command.assignments) inside &= whole.contains(word.span);
    for (const shell::Redirection& redirection : command.redirections)
      inside &= whole.contains(redirection.target.span);
    if (!inside || command.words.size() + command.assignments.size() + command.redirections.size() == 0) std::abort();
    if (command.arguments().size() > command.words.size() || command.has_flag("x", 'x') > !command.words.empty())
      std::abort();
  }
  return 0;
}
