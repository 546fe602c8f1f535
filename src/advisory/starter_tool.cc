// Build-time: drydock_starter_tool MIRROR OUTPUT writes the starter index. The clock stands at 0, so that it records
// the time of the newest advisory as its own: builds repeat, and the data is no younger for being compiled today.
#include <cstdio>

#include "advisory/update.h"

int main(int argc, char** argv) {
  using namespace drydock;
  using namespace drydock::advisory;
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s MIRROR OUTPUT\n", argv[0]);
    return 2;
  }
  FixedClock clock(0);
  UpdateOptions options{.mirror = argv[1], .output = argv[2], .kind = "starter"};
  options.source = "starter data of drydock " DRYDOCK_VERSION;
  options.clock = &clock;
  Result<UpdateSummary> summary = update(options);
  if (!summary) {
    std::fprintf(stderr, "%s\n", summary.error().message.c_str());
    return 3;
  }
  return 0;
}
