// The short forms of the Compose specification (05-services.md) as values: ports, volumes, sizes, words of a command.
// Text in, views into that text out; what does not parse is an empty optional.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/container.h"
#include "model/stack.h"

namespace drydock::compose {

struct PortRange {
  uint16_t first = 0, last = 0;
};
// "8080", "3000-3005".
std::optional<PortRange> parse_port_range(std::string_view text);

// [[IP:][HOST]:]CONTAINER[/PROTOCOL] with IPv6 addresses bare or in brackets, cut but not judged.
struct PortFields {
  std::string_view host_ip, host, container, protocol;  // protocol empty: tcp
};
PortFields split_port(std::string_view text);

// [SOURCE:]TARGET[:OPTIONS]. A drive letter (C:\data) belongs to its path; so does all inside ${...}.
struct VolumeFields {
  std::string_view source, target, options;
};
std::optional<VolumeFields> split_volume(std::string_view text);
// Bind mount, named pipe, or the name of a volume, as compose-go decides.
MountKind kind_of_source(std::string_view source);

// "512m", "1.5gb", "64 KiB", "1073741824", "-1"; units are powers of 1024 as in docker/go-units RAMInBytes.
std::optional<int64_t> parse_bytes(std::string_view text);
std::optional<int64_t> parse_integer(std::string_view text);
std::optional<double> parse_number(std::string_view text);

// The words that Compose makes of a command given as a string: quotes and backslashes, no shell, no variables.
std::vector<std::string> split_words(std::string_view command);

// From the image's name, whatever its registry and tag, and the command's program; `other` if no row fits.
Role role_of_image(std::string_view image);
Role role_of_program(std::string_view program);

// The last component of the name without tag and digest: "docker.io/bitnami/redis:7@sha256:..." -> "redis".
std::string_view image_base_name(std::string_view image);

}  // namespace drydock::compose
