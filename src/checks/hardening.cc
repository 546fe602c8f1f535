#include "checks/hardening.h"

#include <algorithm>

#include "base/text.h"

namespace drydock::checks {

bool has_no_new_privileges(const ContainerSpec& spec) {
  return std::ranges::any_of(spec.security_opt, [](const Text& option) {
    // The engine splits at the first '=', or ':' (moby, daemon/daemon_unix.go, parseSecurityOpt).
    std::string_view value = trim(option.value);
    constexpr std::string_view kName = "no-new-privileges";
    if (option.unresolved || !value.starts_with(kName)) return false;
    value.remove_prefix(kName.size());
    if (value.empty()) return true;
    return (value[0] == ':' || value[0] == '=') && equal_ignoring_case(trim(value.substr(1)), "true");
  });
}

bool is_root_user(std::string_view user) {
  user = trim(cut(user, ":").before);
  return equal_ignoring_case(user, "root") ||
         (!user.empty() && std::ranges::all_of(user, [](char c) { return c == '0'; }));
}

bool runs_unprivileged_user(const ContainerSpec& spec) {
  return spec.user.known() && !spec.user.value.empty() && !is_root_user(spec.user.value);
}

}  // namespace drydock::checks
