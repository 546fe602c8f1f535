// What a shell command asks of an operating system's package manager.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "formats/dockerfile.h"
#include "formats/shell.h"

namespace drydock::checks {

enum class PackageTask : uint8_t { other, install, refresh, upgrade, remove, clean };

struct PackageCall {
  std::string_view manager;  // "apt-get", "apk", "dnf"; empty: the command is none
  PackageTask task = PackageTask::other;
  const shell::Word* verb = nullptr;         // "install"
  std::vector<const shell::Word*> packages;  // operands behind the verb; options and their values left out
};
PackageCall package_call(const shell::Command& command);

// "curl" of "curl=8.5.0-2", "curl:amd64", "curl/stable", "curl~=8.5", "curl@edge", "curl>8".
std::string_view package_name(std::string_view operand);

// Some command behind commands[index] removes what that one installed: a purge or autoremove, or `apk del`.
bool removed_later(std::span<const shell::Command> commands, size_t index);

// Compilers, headers and the like, that build a program and do not run it.
bool is_build_package(std::string_view name);

// Some command behind `commands[index]` is an rm or find that names one of the texts.
bool deleted_later(std::span<const shell::Command> commands, size_t index,
                   std::initializer_list<std::string_view> texts);

}  // namespace drydock::checks
