#include "checks/check.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::add_for_copy {
namespace {

// ADD also fetches URLs and unpacks archives, so a renamed file can change what the image holds. With a URL, a git
// repository or an archive it does what only it can do; DF017 looks at those.
bool needs_add(const dockerfile::Word& source) {
  constexpr std::string_view kArchives[] = {".tar",    ".tgz",     ".tbz2", ".txz",    ".tar.gz", ".tar.bz2",
                                            ".tar.xz", ".tar.zst", ".tzst", ".tar.lz", ".tlz",    ".gz",
                                            ".bz2",    ".xz",      ".Z",    ".lzma",   ".zst"};
  std::string_view text = source.text;
  if (text.find("://") != std::string_view::npos || text.starts_with("git@") ||
      text.find('$') != std::string_view::npos)
    return true;
  for (std::string_view archive : kArchives)
    if (text.ends_with(archive)) return true;
  return false;
}

void run(const DockerfileInput& input, Findings& out) {
  for (const dockerfile::Instruction& in : input.file.instructions) {
    if (in.keyword != dockerfile::Keyword::add || in.sources().empty()) continue;
    bool needed = false;
    for (const dockerfile::Word& source : in.sources()) needed |= needs_add(source);
    if (!needed) out.add(in.span, "ADD copies plain files here; use COPY", {Edit{in.keyword_span, "COPY", {}}});
  }
}

constexpr std::string_view kAliases[] = {
    "DL3020", "DS-0005", "CKV_DOCKER_4", "CIS-DI-0009", "CIS 4.9", "prefer-copy-over-add", "add_instead_of_copy"};
constexpr std::string_view kReferences[] = {"CIS Docker 4.9",
                                            "https://docs.docker.com/build/building/best-practices/#add-or-copy"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nADD app.py /srv/\n", .good = "FROM debian:12-slim\nCOPY app.py /srv/\n"},
    {.good = "FROM debian:12-slim\nADD rootfs.tar.gz /\n"},  // unpacking is what ADD is for
    {.good = "FROM debian:12-slim\nADD --checksum=sha256:24454f830c https://download.example/a /a\n"},
    {.good = "FROM debian:12-slim\nARG SRC\nADD $SRC /srv/\n"},  // unknown: may be an archive
};
constexpr Check kChecks[] = {{.id = "DF018",
                              .name = "add-for-copy",
                              .title = "ADD used where COPY suffices",
                              .severity = Severity::low,
                              .fix = Fix::safe,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Use COPY for files of the build context.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::add_for_copy
