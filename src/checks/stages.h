// Which stages of a Dockerfile end up in an image that is shipped, and what holds in them along their parents.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks {

// The stages that become images: the build target of each service that builds the file, else the last one. A target
// that is not known here or names no stage counts as the last one.
std::vector<const dockerfile::Stage*> shipped_stages(const DockerfileInput& input);

// The stage, its parent, and so on to the one that starts from an external image or from scratch.
std::vector<const dockerfile::Stage*> chain_of(const dockerfile::File& file, const dockerfile::Stage& stage);

// By stage index: its layers are in a shipped image.
std::vector<bool> shipped_layers(const DockerfileInput& input);

// The instruction that counts: the last one of its kind in the stage, else in its parents. ONBUILD ones do not count.
// Null if there is none.
const dockerfile::Instruction* in_effect(const dockerfile::File& file, const dockerfile::Stage& stage,
                                         dockerfile::Keyword keyword);

// A text with the values that ARG defaults and ENV give its variables before `at`. Not complete: a variable has no
// value in the file, and nobody may guess.
struct ExpandedText {
  std::string text;
  bool complete = false;
};
ExpandedText expand_at(const dockerfile::File& file, const dockerfile::Instruction& at, std::string_view text);

// The value that ENV (or, with `arguments`, ARG) gives a variable for the instruction `at`, parents' stages included.
// Null if nothing sets it.
const dockerfile::Pair* variable_at(const dockerfile::File& file, const dockerfile::Instruction& at,
                                    std::string_view name, bool arguments = true);

// The image that a stage chain starts from, as written and with defaults applied; empty for scratch.
std::string_view base_image(const dockerfile::File& file, const dockerfile::Stage& stage);

// What is run for the stage, its parents' first, in file order. ONBUILD ones do not count.
std::vector<const dockerfile::Instruction*> instructions_of(const dockerfile::File& file,
                                                            const dockerfile::Stage& stage);
// Those of one kind whose layers are in a shipped image, in file order.
std::vector<const dockerfile::Instruction*> shipped_instructions(const DockerfileInput& input,
                                                                 dockerfile::Keyword keyword);
// The instruction of a kind that counts for `at`: the last one before it in its stage, else in its parents.
const dockerfile::Instruction* in_effect_at(const dockerfile::File& file, const dockerfile::Instruction& at,
                                            dockerfile::Keyword keyword);

}  // namespace drydock::checks
