// Package URLs (github.com/package-url/purl-spec) and the ecosystems behind them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace drydock {

enum class Ecosystem : uint8_t { unknown, debian, alpine, pypi, npm, go };

struct EcosystemRow {
  Ecosystem ecosystem;
  std::string_view purl_type;       // "deb"
  std::string_view purl_namespace;  // "debian"; empty where the type has none
  std::string_view osv_name;        // OSV schema, "Defined ecosystems": "Debian"; a release follows as "Debian:12"
  bool has_releases;                // advisories are per release of a distribution
};
const EcosystemRow& row_of(Ecosystem ecosystem);
// "Debian", "Debian:12", "PyPI" (any case), or a purl type.
std::optional<Ecosystem> parse_ecosystem(std::string_view text);

struct Purl {
  std::string_view type, name_space, name, version;
  std::string_view architecture;  // qualifier arch
  std::string_view distro;        // qualifier distro: "debian-12"
  std::string_view epoch;         // qualifier epoch (rpm)
};
// Canonical form: percent-encoding per the specification, qualifiers sorted.
std::string to_string(const Purl& purl);

}  // namespace drydock
