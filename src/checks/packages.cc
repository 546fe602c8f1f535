#include "checks/packages.h"

#include <algorithm>
#include <initializer_list>

#include "base/text.h"

namespace drydock::checks {
namespace {

using shell::Command;
using shell::Word;
using Texts = std::initializer_list<std::string_view>;

bool is_in(Texts texts, std::string_view text) { return std::ranges::find(texts, text) != texts.end(); }

enum class Family : uint8_t { none, apt, apk, rpm, zypper };

Family family_of(std::string_view program) {
  if (is_in({"apt-get", "apt", "aptitude"}, program)) return Family::apt;
  if (program == "apk") return Family::apk;
  if (is_in({"yum", "dnf", "dnf5", "microdnf", "tdnf"}, program)) return Family::rpm;
  if (program == "zypper") return Family::zypper;
  return Family::none;
}

PackageTask task_of(Family family, std::string_view verb) {
  switch (family) {
    case Family::apt:
      if (verb == "install") return PackageTask::install;
      if (verb == "update") return PackageTask::refresh;
      if (is_in({"upgrade", "dist-upgrade", "full-upgrade", "safe-upgrade"}, verb)) return PackageTask::upgrade;
      if (is_in({"remove", "purge", "autoremove", "autopurge"}, verb)) return PackageTask::remove;
      if (is_in({"clean", "autoclean"}, verb)) return PackageTask::clean;
      break;
    case Family::apk:
      if (verb == "add") return PackageTask::install;
      if (verb == "update") return PackageTask::refresh;
      if (verb == "upgrade") return PackageTask::upgrade;
      if (verb == "del") return PackageTask::remove;
      if (verb == "cache") return PackageTask::clean;
      break;
    case Family::rpm:
      if (is_in({"install", "reinstall", "localinstall", "groupinstall", "group", "module"}, verb))
        return PackageTask::install;
      if (is_in({"makecache", "check-update"}, verb)) return PackageTask::refresh;
      if (is_in({"update", "upgrade", "distro-sync", "upgrade-minimal", "update-minimal"}, verb))
        return PackageTask::upgrade;
      if (is_in({"remove", "erase", "autoremove"}, verb)) return PackageTask::remove;
      if (verb == "clean") return PackageTask::clean;
      break;
    case Family::zypper:
      if (is_in({"install", "in"}, verb)) return PackageTask::install;
      if (is_in({"refresh", "ref"}, verb)) return PackageTask::refresh;
      if (is_in({"update", "up", "dist-upgrade", "dup", "patch"}, verb)) return PackageTask::upgrade;
      if (is_in({"remove", "rm"}, verb)) return PackageTask::remove;
      if (is_in({"clean", "cc"}, verb)) return PackageTask::clean;
      break;
    case Family::none: break;
  }
  return PackageTask::other;
}

// Options whose value is the next word (apt-get(8), apk(8), dnf(8), zypper(8)); `--option=value` takes none.
bool takes_value(Family family, std::string_view option) {
  switch (family) {
    case Family::apt:
      return is_in({"-o", "-c", "-t", "-a", "--option", "--config-file", "--target-release", "--default-release"},
                   option);
    case Family::apk:
      return is_in({"-t", "--virtual", "-X", "--repository", "-p", "--root", "--keys-dir", "--repositories-file",
                    "--arch", "--cache-dir", "--cache-max-age", "--timeout", "--wait"},
                   option);
    case Family::rpm:
      return is_in({"-c", "-x", "-e", "-d", "-R", "--installroot", "--setopt", "--enablerepo", "--disablerepo",
                    "--repo", "--repoid", "--releasever", "--exclude", "--config", "--enable-repo", "--disable-repo"},
                   option);
    case Family::zypper:
      return is_in({"-R", "--root", "-C", "--cache-dir", "-c", "--config", "-t", "--type", "-r", "--repo", "--from"},
                   option);
    case Family::none: break;
  }
  return false;
}

}  // namespace

PackageCall package_call(const Command& command) {
  PackageCall call;
  std::string_view program = command.program();
  Family family = family_of(program);
  if (family == Family::none) return call;
  call.manager = program;
  std::span<const Word> words = command.arguments();
  for (size_t i = 0; i < words.size(); ++i) {
    std::string_view word = words[i].text;
    if (word.starts_with('-') && word.size() > 1) {
      if (takes_value(family, word)) ++i;
    } else if (call.verb == nullptr) {
      call.verb = &words[i];
    } else {
      call.packages.push_back(&words[i]);
    }
  }
  if (call.verb != nullptr) call.task = task_of(family, call.verb->text);
  return call;
}

std::string_view package_name(std::string_view operand) { return operand.substr(0, operand.find_first_of("=:/~@<>!")); }

namespace {

// What a RUN installs it removes soon; without an end, a RUN of n installations would cost n times n.
std::span<const Command> soon_after(std::span<const Command> commands, size_t index) {
  constexpr size_t kFurthest = 200;
  std::span<const Command> later = commands.subspan(index + 1);
  return later.first(std::min(later.size(), kFurthest));
}

}  // namespace

bool removed_later(std::span<const Command> commands, size_t index) {
  Family family = family_of(commands[index].program());
  for (const Command& command : soon_after(commands, index))
    if (family_of(command.program()) == family && package_call(command).task == PackageTask::remove) return true;
  return false;
}

bool is_build_package(std::string_view name) {
  if (name.ends_with("-dev") || name.ends_with("-devel") || name.ends_with("-headers")) return true;
  for (std::string_view versioned : {"gcc-", "g++-", "clang-", "llvm-"})
    if (name.starts_with(versioned) && name.size() > versioned.size() && is_digit(name[versioned.size()])) return true;
  return is_in(
      {"gcc",      "g++",         "gcc-c++",         "clang",      "make",       "cmake",    "automake", "autoconf",
       "libtool",  "ninja-build", "build-essential", "build-base", "alpine-sdk", "binutils", "git",      "cargo",
       "rust",     "rustc",       "golang",          "golang-go",  "go",         "maven",    "gradle",   "python3-dev",
       "musl-dev", "dpkg-dev",    "bison",           "flex",       "gfortran"},
      name);
}

bool deleted_later(std::span<const Command> commands, size_t index, Texts texts) {
  for (const Command& command : soon_after(commands, index)) {
    std::string_view program = command.program();
    if (program != "rm" && program != "find" && program != "shred") continue;
    for (const Word& word : command.arguments())
      for (std::string_view text : texts)
        if (word.text.find(text) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace drydock::checks
