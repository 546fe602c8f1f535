// The resolved stack: what `docker compose up` would run here, with the place each value came from.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "model/container.h"
#include "model/finding.h"
#include "model/location.h"

namespace drydock {

struct Build {
  Text context;     // normalised, relative to the repository root
  Text dockerfile;  // normalised, relative to the repository root
  Text target;
  std::span<const EnvironmentVariable> args;
  std::span<const Text> secrets;
  bool set() const { return context.set(); }
};

enum class Exposure : uint8_t { internal, loopback, published };

// What a service is for, from its image and command: a table, not a guess; `other` is a fine answer.
enum class Role : uint8_t { other, application, reverse_proxy, database, cache, queue };
std::string_view name_of(Role role);

struct Service {
  std::string_view name;
  Location at;  // the service's key in the file that first defines it
  Text image;   // as written after interpolation; unset for build-only services
  Build build;
  ContainerSpec container;
  std::span<const Text> depends_on;
  std::span<const Text> profiles;
  std::span<const Text> env_files;  // normalised paths
  Exposure exposure = Exposure::internal;
  Role role = Role::other;
  bool active = true;  // false: only started with a profile that is not on
};

struct Network {
  std::string_view name;
  bool internal = false, external = false;
  Location at;
};

struct Volume {
  std::string_view name;
  bool external = false;
  std::string_view bind_device;  // local driver with driver_opts type none: the host path behind the name
  Location at;
};

struct StackSecret {
  std::string_view name, file, environment;
  bool external = false;
  Location at;
};

struct Stack {
  std::string_view project;                 // name: or the folder's name
  std::string_view directory;               // of its compose files, relative to the scan root; empty: the root
  std::span<const std::string_view> files;  // compose files in merge order
  std::span<const Service> services;        // by name
  std::span<const Network> networks;
  std::span<const Volume> volumes;
  std::span<const StackSecret> secrets;
  std::span<const Unknown> unknowns;  // absent env files, unresolved variables, cycles in extends

  bool empty() const { return services.empty(); }
  const Service* find(std::string_view name) const {
    for (const Service& service : services)
      if (service.name == name) return &service;
    return nullptr;
  }
};

}  // namespace drydock
