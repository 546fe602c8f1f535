#include "checks/check.h"
#include "checks/commands.h"
#include "checks/inputs.h"
#include "checks/packages.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::rpm_cache_left {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

bool cleans(const PackageCall& call) { return call.task == PackageTask::clean; }

void run(const DockerfileInput& input, Findings& out) {
  for (const Instruction* in : shipped_instructions(input, Keyword::run)) {
    bool mounted = false;
    for (std::string_view target : scratch_mounts(*in)) mounted |= target.starts_with("/var/cache");
    if (mounted) continue;
    for (size_t i = 0; i < in->commands.size(); ++i) {
      PackageCall call = package_call(in->commands[i]);
      bool rpm = call.manager != "" && call.manager != "apk" && !call.manager.starts_with("apt");
      if (!rpm || (call.task != PackageTask::install && call.task != PackageTask::upgrade)) continue;
      bool cleaned = deleted_later(in->commands, i,
                                   {"/var/cache/yum", "/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/zypp",
                                    "/var/cache/*", "/var/cache/{"});
      for (const shell::Command& later : in->commands.subspan(i + 1)) cleaned |= cleans(package_call(later));
      for (const shell::Word& word : in->commands[i].arguments())
        cleaned |= word.text.find("keepcache=0") != std::string_view::npos && call.manager == "microdnf";
      if (cleaned) continue;
      out.add(in->commands[i].span, out.text({call.manager, " leaves its metadata and packages in this layer"}));
      break;
    }
  }
}

constexpr std::string_view kAliases[] = {"DL3032",
                                         "DL3036",
                                         "DL3040",
                                         "DS-0015",
                                         "DS-0019",
                                         "DS-0020",
                                         "DS-0027",
                                         "missing-dnf-clean-all",
                                         "missing-zypper-clean",
                                         "yum_clean_all_missing"};
constexpr std::string_view kReferences[] = {"https://dnf.readthedocs.io/en/latest/command_ref.html#clean-command"};
constexpr Example kExamples[] = {
    {.bad = "FROM fedora:42\nRUN dnf install -y curl\n"},
    {.bad = "FROM opensuse/leap:15.6\nRUN zypper clean --all && zypper -n install curl\n"},
    {.bad = "FROM rockylinux:9\nRUN yum -y install curl\nRUN yum clean all\n"},
    {.good = "FROM fedora:42\nRUN dnf install -y curl && dnf clean all\n"},
    {.good = "FROM rockylinux:9\nRUN yum -y install curl && rm -rf /var/cache/yum\n"},
    {.good = "FROM fedora:42\nRUN --mount=type=cache,target=/var/cache/libdnf5 dnf install -y curl\n"},
    {.good = "FROM fedora:42 AS build\nRUN dnf install -y curl\nFROM scratch\nCOPY --from=build /app /app\n"},
};
constexpr Check kChecks[] = {
    {.id = "DF053",
     .name = "rpm-cache-left",
     .title = "yum/dnf/microdnf/zypper cache left",
     .severity = Severity::low,
     .aliases = kAliases,
     .references = kReferences,
     .advice =
         "End the RUN with the package manager's clean all (zypper clean --all); a later RUN cannot shrink the layer.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::rpm_cache_left
