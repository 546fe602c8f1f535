#include "checks/stages.h"

#include <algorithm>

#include "base/arena.h"

namespace drydock::checks {

using dockerfile::File;
using dockerfile::Instruction;
using dockerfile::Keyword;
using dockerfile::Pair;
using dockerfile::Stage;

std::vector<const Stage*> shipped_stages(const DockerfileInput& input) {
  std::vector<const Stage*> stages;
  const Stage* last = input.file.final_stage();
  if (last == nullptr) return stages;
  auto add = [&](const Stage* stage) {
    if (std::ranges::find(stages, stage) == stages.end()) stages.push_back(stage);
  };
  for (const Service* service : input.services) {
    const Text& target = service->build.target;
    const Stage* stage = target.known() ? input.file.find_stage(target.value) : nullptr;
    add(stage != nullptr ? stage : last);
  }
  if (stages.empty()) add(last);
  std::ranges::sort(stages, {}, &Stage::index);
  return stages;
}

std::vector<const Stage*> chain_of(const File& file, const Stage& stage) {
  std::vector<const Stage*> chain;
  for (const Stage* at = &stage; at != nullptr; at = file.parent_of(*at)) {
    chain.push_back(at);
    if (at->parent >= at->index) break;  // a stage starts only from an earlier one
  }
  return chain;
}

std::vector<bool> shipped_layers(const DockerfileInput& input) {
  std::vector<bool> shipped(input.file.stages.size());
  for (const Stage* stage : shipped_stages(input)) {
    // Behind a stage that is marked, its parents are, too.
    for (const Stage* at = stage; at != nullptr && !shipped[at->index]; at = input.file.parent_of(*at))
      shipped[at->index] = true;
  }
  return shipped;
}

const Instruction* in_effect(const File& file, const Stage& stage, Keyword keyword) {
  for (const Stage* at : chain_of(file, stage)) {
    const Instruction* last = nullptr;
    for (const Instruction& in : at->instructions)
      if (in.keyword == keyword && !in.onbuild) last = &in;
    if (last != nullptr) return last;
  }
  return nullptr;
}

const Pair* variable_at(const File& file, const Instruction& at, std::string_view name, bool arguments) {
  auto find_in = [&](std::span<const Instruction> instructions, bool inherited) {
    // ENV wins over ARG wherever it stands; among equals the last one before `at` counts. ARG ends with its stage.
    const Pair *by_env = nullptr, *by_arg = nullptr;
    for (const Instruction& in : instructions) {
      if (in.span.begin >= at.span.begin) break;
      if (in.onbuild) continue;
      for (const Pair& pair : in.pairs) {
        if (pair.name != name) continue;
        if (in.keyword == Keyword::env) by_env = &pair;
        if (in.keyword == Keyword::arg && arguments && !inherited) by_arg = &pair;
      }
    }
    return by_env != nullptr ? by_env : by_arg;
  };
  // Before the first FROM there is only ARG, and it counts for FROM and where a stage asks for it by `ARG name`.
  const Pair* global = nullptr;
  for (const Instruction& in : file.instructions) {
    if (in.keyword == Keyword::from || in.span.begin >= at.span.begin) break;
    for (const Pair& pair : in.pairs)
      if (in.keyword == Keyword::arg && pair.name == name) global = &pair;
  }
  if (at.stage < 0 || at.keyword == Keyword::from) return arguments ? global : nullptr;
  bool inherited = false;
  for (const Stage* stage : chain_of(file, file.stages[at.stage])) {
    if (const Pair* found = find_in(stage->instructions, inherited))
      return !found->has_value && global != nullptr ? global : found;
    inherited = true;
  }
  return nullptr;
}

ExpandedText expand_at(const File& file, const Instruction& at, std::string_view text) {
  // ENV A=$B refers to what B was there, which expand() cannot ask for: values that hold variables count as unknown.
  struct State {
    const File& file;
    const Instruction& at;
    std::string_view value;
  } state{file, at, {}};
  auto look_up = [](std::string_view name, const void* opaque) -> const std::string_view* {
    const State& known = *static_cast<const State*>(opaque);
    const Pair* pair = variable_at(known.file, known.at, name);
    if (pair == nullptr || !pair->has_value || pair->value.find('$') != std::string_view::npos) return nullptr;
    return &pair->value;
  };
  Arena arena;
  dockerfile::Expansion expansion = dockerfile::expand(text, file.escape, look_up, &state, arena);
  return {std::string(expansion.text), expansion.complete};
}

std::string_view base_image(const File& file, const Stage& stage) {
  const Stage* root = chain_of(file, stage).back();
  return root->scratch ? std::string_view{} : root->image;
}

std::vector<const Instruction*> instructions_of(const File& file, const Stage& stage) {
  std::vector<const Instruction*> all;
  std::vector<const Stage*> chain = chain_of(file, stage);
  for (auto at = chain.rbegin(); at != chain.rend(); ++at)
    for (const Instruction& in : (*at)->instructions)
      if (!in.onbuild) all.push_back(&in);
  return all;
}

std::vector<const Instruction*> shipped_instructions(const DockerfileInput& input, Keyword keyword) {
  std::vector<const Instruction*> all;
  std::vector<const Stage*> seen;
  for (const Stage* shipped : shipped_stages(input)) {
    for (const Stage* stage : chain_of(input.file, *shipped)) {
      if (std::ranges::find(seen, stage) != seen.end()) break;  // and its parents with it
      seen.push_back(stage);
      for (const Instruction& in : stage->instructions)
        if (in.keyword == keyword && !in.onbuild) all.push_back(&in);
    }
  }
  std::ranges::sort(all, {}, [](const Instruction* in) { return in->span.begin; });
  return all;
}

const Instruction* in_effect_at(const File& file, const Instruction& at, Keyword keyword) {
  if (at.stage < 0) return nullptr;
  for (const Stage* stage : chain_of(file, file.stages[at.stage])) {
    const Instruction* last = nullptr;
    for (const Instruction& in : stage->instructions)
      if (in.keyword == keyword && !in.onbuild && in.span.begin < at.span.begin) last = &in;
    if (last != nullptr) return last;
  }
  return nullptr;
}

}  // namespace drydock::checks
