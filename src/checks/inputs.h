// What checks read, one struct per kind of input. To add a kind: a struct here, a line in Check::run's variant
// (check.h), a decoder of its text form and a loop in the runner.
#pragma once

#include <span>
#include <string_view>

#include "model/context.h"
#include "model/image.h"
#include "model/sources.h"

namespace drydock {

// A Dockerfile, once, however many services build from it.
struct DockerfileInput {
  const dockerfile::File& file;
  std::string_view path;
  std::span<const Service* const> services;  // that build from it; empty: none, or there is no compose file
  const Context& context;
  const Sources* sources = nullptr;  // for the .dockerignore beside it
};

// A container as somebody starts it: compose service, image config, running container. The runner reports under the
// check's own id for that row (Check::id, image_id, running_id).
struct ContainerInput {
  const ContainerSpec& spec;
  const Service* service;  // null for an image or a container outside a stack
  const Context& context;
  const Sources* sources = nullptr;  // where the service's files are: for edits; null outside a stack
};

// A resolved compose service. Its values carry the file and place that set them, so findings land in the right file.
struct ServiceInput {
  const Service& service;
  const Sources& sources;
  const Context& context;
};

struct NginxInput {
  const nginx::File& file;
  std::string_view path;
  const Sources& sources;
  const Context& context;
};

struct WorkflowInput {
  const yaml::File& file;
  std::string_view path;
  const Sources& sources;
  const Context& context;
};

struct EnvInput {
  const dotenv::File& file;
  std::string_view path;
  const Sources& sources;
  const Context& context;
};

struct ImageInput {
  const Image& image;
  const Context& context;
};

// Everything at once, for what only several inputs together show.
struct StackInput {
  const Stack& stack;
  const Sources& sources;
  const Context& context;
};

}  // namespace drydock
