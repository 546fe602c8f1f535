#include "base/clock.h"

#include <ctime>

namespace drydock {

int64_t SystemClock::now() const { return static_cast<int64_t>(std::time(nullptr)); }

}  // namespace drydock
