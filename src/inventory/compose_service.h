// A merged service as the model's Service, and the top-level networks, volumes and secrets. All text is copied into
// the stack's pool; every value keeps the place in the file that finally sets it.
#pragma once

#include <set>
#include <string_view>

#include "inventory/compose_load.h"
#include "inventory/compose_value.h"
#include "model/stack.h"

namespace drydock::compose {

// `profiles`: those that are on; "*" turns all on.
Service make_service(const Member& member, const std::set<std::string_view>& profiles, Work& work,
                     uint32_t& elements_left);

Network make_network(const Member& member, Work& work);
Volume make_volume(const Member& member, Work& work);
StackSecret make_secret(const Member& member, Work& work);

}  // namespace drydock::compose
