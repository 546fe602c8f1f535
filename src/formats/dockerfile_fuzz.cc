#include <cstdint>
#include <cstdlib>

#include "formats/dockerfile.h"

namespace {
using namespace drydock;
void require(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

// Every span lies in the file, instructions do not overlap, and stages cover what they say.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 1 << 16) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Arena arena;
  Result<const dockerfile::File*> parsed = dockerfile::parse(bytes, arena);
  if (!parsed) return 0;
  const dockerfile::File& file = **parsed;
  Span whole{0, static_cast<uint32_t>(size)};
  uint32_t last = 0;
  for (const dockerfile::Instruction& in : file.instructions) {
    require(whole.contains(in.span) && in.span.begin >= last && in.span.contains(in.keyword_span));
    require(in.stage >= -1 && in.stage < static_cast<int>(file.stages.size()));
    last = in.span.end;
    for (const dockerfile::Flag& flag : in.flags) require(in.span.contains(flag.span));
    for (const dockerfile::Word& word : in.words) require(in.span.contains(word.span));
    for (const dockerfile::Pair& pair : in.pairs)
      require(in.span.contains(pair.span) && pair.span.contains(pair.name_span) && whole.contains(pair.value_span));
    for (const dockerfile::Heredoc& heredoc : in.heredocs) require(heredoc.span.of(bytes) == heredoc.body);
    for (const shell::Command& command : in.commands) {
      require(in.span.contains(command.span));
      for (const shell::Word& word : command.words) require(in.span.contains(word.span));
    }
    dockerfile::place_at(file, in.span.begin);
  }
  for (const tree::Problem& problem : file.problems) require(whole.contains(problem.at) && !problem.message.empty());
  for (const dockerfile::Comment& comment : file.comments) require(comment.span.of(bytes).starts_with('#'));
  for (const dockerfile::Stage& stage : file.stages) {
    require(stage.parent < stage.index);
    for (const dockerfile::Instruction& in : stage.instructions) require(in.stage == stage.index);
  }
  return 0;
}
