// How a container is started, said once for compose services, image configs and running containers, so that one check
// serves all three and drift is a comparison field by field.
//
// Lists and views live in the pool of the Part that made the spec. Names follow the Compose specification.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "model/location.h"

namespace drydock {

using Text = Sourced<std::string_view>;

struct EnvironmentVariable {
  std::string_view name;
  Text value;                 // unset: passed through from the caller's environment
  bool from_file = false;     // by env_file
  bool interpolated = false;  // some part came from a ${VARIABLE}; `literal` keeps what was written
  std::string_view literal;   // "postgres://app:${DB_PASSWORD}@db/app"
};

enum class MountKind : uint8_t { volume, bind, tmpfs, image, npipe };

struct Mount {
  MountKind kind = MountKind::volume;
  std::string_view source;  // host path as spelt, or volume name; empty for anonymous volumes and tmpfs
  std::string_view target;
  bool read_only = false;
  std::string_view options;  // propagation, tmpfs options, as written
  Location at;
};

struct Port {
  std::string_view host_ip;                // empty: all interfaces
  uint16_t host_first = 0, host_last = 0;  // 0: chosen by the engine
  uint16_t container_first = 0, container_last = 0;
  std::string_view protocol = "tcp";
  bool unresolved = false;
  Location at;
  std::string_view written;  // "127.0.0.1:8080:80"

  bool loopback() const {
    return host_ip.starts_with("127.") || host_ip == "::1" || host_ip == "[::1]" || host_ip == "localhost";
  }
};

struct Healthcheck {
  std::span<const std::string_view> test;            // {"CMD", "curl", ...}, {"CMD-SHELL", "..."}, {"NONE"}
  std::string_view interval, timeout, start_period;  // as written
  Sourced<int64_t> retries;
  bool disabled = false;
  Origin origin = Origin::unset;
  Location at;
  bool set() const { return origin != Origin::unset; }
};

struct ContainerSpec {
  Text user;  // "app", "1001:1001"
  Sourced<bool> privileged, read_only, init, tty, stdin_open;
  Text network_mode, pid, ipc, uts, userns_mode, cgroup, cgroup_parent, runtime, isolation;
  std::span<const Text> cap_add, cap_drop, security_opt, devices, device_cgroup_rules, group_add, sysctls, extra_hosts,
      dns;
  std::span<const Text> command, entrypoint;  // exec form words; shell form is {"/bin/sh", "-c", text}
  Text working_dir, restart, stop_signal, hostname;
  Sourced<int64_t> memory_bytes, memory_reservation_bytes, memory_swap_bytes, pids_limit, shm_bytes;
  Sourced<double> cpus, cpus_reservation;
  std::span<const EnvironmentVariable> environment;
  std::span<const EnvironmentVariable> labels;  // same shape: name, value, place
  std::span<const Mount> mounts;
  std::span<const Port> ports;     // published
  std::span<const Text> expose;    // "8080", "53/udp"
  std::span<const Text> networks;  // names
  std::span<const Text> secrets;   // names given to the service
  Healthcheck healthcheck;
  Text log_driver;
  std::span<const EnvironmentVariable> log_options;

  const EnvironmentVariable* variable(std::string_view name) const {
    for (const EnvironmentVariable& v : environment)
      if (v.name == name) return &v;
    return nullptr;
  }
};

}  // namespace drydock
