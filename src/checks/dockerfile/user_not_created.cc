#include <algorithm>

#include "base/text.h"
#include "checks/base_images.h"
#include "checks/check.h"
#include "checks/image_reference.h"
#include "checks/inputs.h"
#include "checks/packages.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::user_not_created {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// Accounts of /etc/passwd in images whose packages are known (base-passwd of Debian, alpine-baselayout).
constexpr std::string_view kDebian[] = {"root",     "daemon", "bin",  "sys",  "sync", "games",
                                        "man",      "lp",     "mail", "news", "uucp", "proxy",
                                        "www-data", "backup", "list", "irc",  "_apt", "nobody"};
constexpr std::string_view kAlpine[] = {"root",     "bin",  "daemon", "adm",      "lp",     "sync",       "shutdown",
                                        "halt",     "mail", "news",   "operator", "man",    "postmaster", "cron",
                                        "ftp",      "sshd", "at",     "squid",    "xfs",    "games",      "cyrus",
                                        "vpopmail", "ntp",  "smmsp",  "guest",    "nobody", "uucp"};

enum class Account : uint8_t { absent, present, unknown };

Account account_in(const ImageReference& base, std::string_view name) {
  constexpr std::string_view kPlain[] = {"python", "debian", "ubuntu", "alpine", "golang",
                                         "ruby",   "rust",   "node",   "nginx"};
  if (!base.official() || std::ranges::find(kPlain, base.repository) == std::end(kPlain)) return Account::unknown;
  if ((base.repository == "node" && name == "node") || (base.repository == "nginx" && name == "nginx") ||
      (base.repository == "ubuntu" && name == "ubuntu"))
    return Account::present;
  if (base.tag.find("windows") != std::string_view::npos || base.tag.find("nanoserver") != std::string_view::npos)
    return Account::unknown;
  bool alpine = base.repository == "alpine" || base.tag.find("alpine") != std::string_view::npos;
  std::span<const std::string_view> known =
      alpine ? std::span<const std::string_view>(kAlpine) : std::span<const std::string_view>(kDebian);
  return std::ranges::find(known, name) != known.end() ? Account::present : Account::absent;
}

// Some step may create the account: it names it where accounts are made, brings a passwd file, runs a script, or
// installs a package that may bring one of that name (nginx, postgresql).
bool may_create(const Instruction& in, std::string_view bytes, std::string_view name) {
  std::string_view text = in.span.of(bytes);
  if (in.keyword == Keyword::copy || in.keyword == Keyword::add) {
    if (text.find("passwd") != std::string_view::npos) return true;
    return in.words.size() > 1 && (in.destination() == "/" || in.destination().starts_with("/etc")) &&
           (in.flag("from") != nullptr || in.keyword == Keyword::add);
  }
  if (in.keyword != Keyword::run) return false;
  if (text.find("passwd") != std::string_view::npos || text.find("sysusers") != std::string_view::npos ||
      text.find("newusers") != std::string_view::npos)
    return true;
  bool makes = text.find("useradd") != std::string_view::npos || text.find("adduser") != std::string_view::npos ||
               text.find("usermod") != std::string_view::npos;
  if (makes && (text.find(name) != std::string_view::npos || text.find('$') != std::string_view::npos)) return true;
  for (const shell::Command& command : in.commands) {
    if (command.program().ends_with(".sh") || (!command.words.empty() && command.words[0].text.starts_with("./")))
      return true;
    PackageCall call = package_call(command);
    if (call.task != PackageTask::install) continue;
    for (const shell::Word* package : call.packages)
      if (package->expands || package->text.find(name.substr(0, 4)) != std::string_view::npos) return true;
  }
  return false;
}

void run(const DockerfileInput& input, Findings& out) {
  for (const dockerfile::Stage* stage : shipped_stages(input)) {
    const Instruction* user = in_effect(input.file, *stage, Keyword::user);
    if (user == nullptr || user->words.empty()) continue;
    std::string_view name = cut(user->words[0].text, ":").before;
    if (name.empty() || is_digit(name[0]) || name == "root" || name.find_first_of("$\\ \t#") != std::string_view::npos)
      continue;
    const dockerfile::Stage* root = chain_of(input.file, *stage).back();
    bool created = false;
    for (const Instruction* in : instructions_of(input.file, *stage))
      created |= may_create(*in, input.file.bytes, name);
    if (created) continue;
    Account account = root->scratch         ? Account::absent
                      : root->image.empty() ? Account::unknown
                                            : account_in(parse_image_reference(root->image), name);
    if (account == Account::absent)
      out.add(user->span,
              out.text({"nothing in this image creates the account ", name, ": the container will not start"}));
    else if (account == Account::unknown && !runs_unprivileged(parse_image_reference(root->image)))
      out.unknown(user->span, out.text({"whether the base image has an account ", name, " is not known here"}));
  }
}

constexpr std::string_view kReferences[] = {"https://docs.docker.com/reference/dockerfile/#user"};
constexpr Example kExamples[] = {
    {.bad = "FROM python:3.13-slim\nUSER app\nCMD [\"python\"]\n"},
    {.bad = "FROM node:22-alpine AS build\nRUN adduser -D app\nFROM node:22-alpine\nUSER app\n"},
    {.bad = "FROM scratch\nUSER nobody\n"},
    {.good = "FROM python:3.13-slim AS base\nRUN useradd -r app\nFROM base\nUSER app:app\n"},
    {.good = "FROM node:22-slim\nUSER node\n"},
    {.good = "FROM debian:12-slim\nUSER www-data\nUSER 1001\n"},
    {.good = "FROM alpine:3.22\nRUN apk add --no-cache nginx\nUSER nginx\n"},
    {.good = "FROM scratch\nCOPY --from=0 /etc/passwd /etc/passwd\nUSER nobody\n"},
    {.good = "FROM python:3.13-slim\nARG NAME=app\nRUN adduser $NAME\nUSER $NAME\n"},
    {.good = "FROM registry.example/base:1\nUSER app\n"},
};
constexpr Check kChecks[] = {{.id = "DF090",
                              .name = "user-not-created",
                              .title = "USER names an account nothing creates",
                              .severity = Severity::high,
                              .references = kReferences,
                              .advice = "Create the account before USER (useradd, adduser), or name a numeric id.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::user_not_created
