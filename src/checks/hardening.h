// Questions about how a container is confined that several checks ask.
#pragma once

#include "model/container.h"

namespace drydock::checks {

// security_opt has no-new-privileges, in any of its spellings.
bool has_no_new_privileges(const ContainerSpec& spec);
// `user:` names somebody else than root.
bool runs_unprivileged_user(const ContainerSpec& spec);
// "root", "0", "0:0": the user part is root.
bool is_root_user(std::string_view user);

}  // namespace drydock::checks
