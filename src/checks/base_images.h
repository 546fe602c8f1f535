// What is known of published images beyond their names.
#pragma once

#include <cstdint>
#include <string_view>

#include "checks/image_reference.h"

namespace drydock::checks {

// Its config names a user other than root.
bool runs_unprivileged(const ImageReference& image);
// Starts as root, prepares its data directory and goes on as its own user (gosu, su-exec, setpriv).
bool drops_privileges(const ImageReference& image);
// Runs a server without a command of ours: nginx, postgres, redis.
bool is_server_image(const ImageReference& image);
// Invoked per request by a platform that watches it itself: AWS Lambda.
bool is_function_image(const ImageReference& image);

struct Datastore {
  std::string_view image;  // last part of the repository
  uint16_t ports[3];       // its own ports, 0 where there are fewer
};
// Databases, caches and queues by the last part of the repository; null for anything else.
const Datastore* find_datastore(std::string_view name);

}  // namespace drydock::checks
