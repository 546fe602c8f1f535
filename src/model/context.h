// What every check gets besides its input.
#pragma once

#include "model/settings.h"
#include "model/stack.h"
#include "model/time.h"

namespace drydock {

struct Context {
  const Stack* stack = nullptr;  // never null: the one the input belongs to, an empty one where there is none
  Settings settings;
  Time now;
};

}  // namespace drydock
