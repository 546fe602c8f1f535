// A package as an inventory knows it.
#pragma once

#include <cstdint>
#include <string_view>

#include "model/location.h"
#include "model/purl.h"

namespace drydock {

enum class PackageSource : uint8_t {
  installed,  // found where it runs: package database, dist-info, node_modules
  manifest,   // asked for by a manifest or lockfile
};

struct Package {
  Ecosystem ecosystem = Ecosystem::unknown;
  std::string_view name;            // as the ecosystem compares it: PEP 503-normalised for PyPI, scope included for npm
  std::string_view version;         // as written; empty where a manifest gives none that is exact
  std::string_view architecture;    // deb, apk
  std::string_view source_name;     // deb, apk: advisories name the source package; empty: same as name
  std::string_view source_version;  // deb: from "Source: x (version)"; empty: same as version
  std::string_view release;         // distribution release the package belongs to: "12"; set when os-release is known
  std::string_view licence;         // SPDX expression or the package's own words
  std::string_view constraint;      // manifest without an exact version: "requests>=2.0"
  Location at;  // the file (and line) that says so; `at.layer` is the first layer that has this version
  PackageSource source = PackageSource::installed;
  bool development = false;  // only needed for development or tests

  std::string_view advisory_name() const { return source_name.empty() ? name : source_name; }
  std::string_view advisory_version() const { return source_version.empty() ? version : source_version; }
};

Purl purl_of(const Package& package);

}  // namespace drydock
