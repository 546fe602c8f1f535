// What every check gets besides its input.
#pragma once

#include "model/settings.h"
#include "model/stack.h"
#include "model/time.h"

namespace drydock {

struct Context {
  const Stack* stack = nullptr;  // never null in a scan; empty where there is no compose file
  Settings settings;
  Time now;
};

}  // namespace drydock
