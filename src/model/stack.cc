#include "model/stack.h"

namespace drydock {

std::string_view name_of(Role role) {
  constexpr std::string_view kNames[] = {"other", "application", "reverse proxy", "database", "cache", "queue"};
  return kNames[static_cast<size_t>(role)];
}

}  // namespace drydock
