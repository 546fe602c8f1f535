// Facts of live inputs: one struct for each kind of thing that answers. target/ makes them, checks read them; each has
// a text form with one decoder, which is the same for `drydock record`, for examples of checks and for tests:
//   HttpExchange   an HTTP message pair as on the wire (RFC 9112)
//   TlsFacts       JSON
//   EngineFacts    the JSON of `docker inspect` and `docker info`
//   HostFacts      JSON lines {"file": ...}, {"sysctl": ...}
// A new live input is one more struct here, one input in checks/inputs.h and one decoder beside its reader in target/.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "model/container.h"
#include "model/file_view.h"
#include "model/time.h"

namespace drydock {

struct HttpHeader {
  std::string_view name, value;  // as received, in order; names compare without case
};

struct HttpExchange {
  std::string_view url, method;
  uint16_t status = 0;       // 0: no answer, see `error`
  std::string_view version;  // "HTTP/1.1"
  std::span<const HttpHeader> request_headers, headers;
  std::string_view body;  // the first 64 KiB
  std::string_view error;
};

struct TlsFacts {
  std::string_view host;
  uint16_t port = 443;
  std::span<const std::string_view> versions;       // offered by the server: "TLSv1.2"
  std::span<const std::string_view> cipher_suites;  // IANA names
  std::string_view subject, issuer, key_type, signature_algorithm;
  std::span<const std::string_view> names;  // subjectAltName
  Time not_before, not_after;
  uint32_t key_bits = 0;
  bool chain_verified = false;
  std::string_view error;
};

struct RunningContainer {
  std::string_view id, name, image, image_id, state, health;
  ContainerSpec spec;
  std::string_view inspect;  // the JSON it came from
};

struct EngineFacts {
  std::string_view name, version, api_version, storage_driver, info;  // `info`: the JSON of /info
  std::span<const std::string_view> security_options;
  std::span<const RunningContainer> containers;
};

struct HostSetting {
  std::string_view source;  // "sysctl", "sshd", "daemon.json", "ufw"
  std::string_view key, value;
  Location at;
};

struct HostFacts {
  std::string_view hostname, kernel;
  std::span<const HostSetting> settings;
  std::span<const FileHeader> files;  // owners and modes of files that a benchmark asks about
};

}  // namespace drydock
