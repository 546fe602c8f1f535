#include <algorithm>
#include <initializer_list>
#include <vector>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/production.h"
#include "checks/stages.h"
#include "formats/dockerfile.h"

namespace drydock::checks::secret_file_copied {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

bool has_suffix(std::string_view name, std::initializer_list<std::string_view> suffixes) {
  return std::ranges::any_of(suffixes, [&](std::string_view suffix) { return name.ends_with(suffix); });
}
bool has_part(std::string_view name, std::initializer_list<std::string_view> parts) {
  return std::ranges::any_of(parts, [&](std::string_view part) { return contains_ignoring_case(name, part); });
}

// What a file of this name is for; empty: no secret by its name.
std::string_view secret_kind(std::string_view path, std::string_view destination) {
  while (path.ends_with('/')) path.remove_suffix(1);
  std::string_view name = base_name(path);
  if (name.starts_with(".env") && (name.size() == 4 || name[4] == '.') && !is_example_path(path) &&
      !name.ends_with(".test"))
    return "environment file";
  for (std::string_view key : {"id_rsa", "id_ed25519", "id_ecdsa", "id_dsa"})
    if (name.starts_with(key) && !name.ends_with(".pub")) return "SSH private key";
  for (std::string_view file : {".npmrc", ".netrc", "_netrc", ".pypirc", ".git-credentials", ".pgpass", ".aws", ".ssh",
                                ".gnupg", ".azure", ".kube"})
    if (name == file) return "login";
  if (path.ends_with(".docker/config.json") || path.ends_with(".aws/credentials") || name == "kubeconfig")
    return "login";
  if (name == "credentials" || name == "credentials.json" || name == "credentials.yml" || name == "credentials.yaml" ||
      name == "credentials.xml" || name == "credentials.csv")
    return "login";
  if (name.ends_with(".kdbx")) return "password database";
  if (name == "terraform.tfstate" || name.starts_with("terraform.tfstate.")) return "Terraform state";
  if (name.ends_with(".json") && has_part(name, {"service-account", "service_account", "serviceaccount"}) &&
      !is_example_path(path))
    return "service account's key";
  if (has_suffix(name, {".p12", ".pfx"}) && !has_part(name, {"trust"})) return "key store";
  if (has_suffix(name, {".pem", ".key"})) {
    // Certificates and public keys, and the keys that package repositories sign with.
    if (has_part(name, {"cert", "crt", "chain", "bundle", "ca.", "-ca", "_ca", "ca-", "ca_", "root", "pub", "dhparam",
                        "gpg", "asc", "repo"}))
      return {};
    if (has_part(destination, {"/etc/apt", "keyrings", "rpm-gpg", "ca-certificates", "/etc/apk/keys"})) return {};
    return "private key";
  }
  return {};
}

void run(const DockerfileInput& input, Findings& out) {
  std::vector<const Instruction*> copies = shipped_instructions(input, Keyword::copy);
  std::vector<const Instruction*> adds = shipped_instructions(input, Keyword::add);
  for (const Instruction& in : input.file.instructions) {
    if ((in.keyword != Keyword::copy && in.keyword != Keyword::add) || in.flag("from") != nullptr) continue;
    const std::vector<const Instruction*>& shipped = in.keyword == Keyword::copy ? copies : adds;
    bool discarded = !in.onbuild && std::ranges::find(shipped, &in) == shipped.end();
    for (const dockerfile::Word& source : in.sources()) {
      std::string_view text = source.text;
      if (text.starts_with("<<") || text.find("://") != std::string_view::npos ||
          text.find('$') != std::string_view::npos)
        continue;
      std::string_view kind = secret_kind(text, in.destination());
      if (kind.empty()) continue;
      std::string_view message = discarded
                                     ? out.text({"a ", kind, " is copied into a build stage and its cache: ", text})
                                     : out.text({"a ", kind, " is copied into the image: ", text});
      out.as(discarded ? Severity::medium : out.check().severity).add_item(text, source.span, message);
    }
  }
}

constexpr std::string_view kAliases[] = {"DS-0031", "CIS-DI-0010"};
constexpr std::string_view kReferences[] = {"https://docs.docker.com/build/building/secrets/",
                                            "https://docs.docker.com/build/concepts/context/#dockerignore-files"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nCOPY .env.production app.py /srv/\n"},
    {.bad = "FROM debian:12-slim\nADD deploy/id_rsa /root/.ssh/\n"},
    {.bad = "FROM debian:12-slim\nCOPY [\"server.key\", \"/etc/tls/\"]\n"},
    {.bad = "FROM debian:12-slim\nCOPY .aws/ /root/.aws/\n"},
    {.good = "FROM debian:12-slim\nCOPY .env.example .env.sample .env.template id_rsa.pub /srv/\n"},
    {.good = "FROM debian:12-slim\nCOPY fullchain.pem ca.pem rds-ca-bundle.pem pub.key credentials.py /srv/\n"},
    {.good = "FROM debian:12-slim AS build\nFROM debian:12-slim\nCOPY --from=build /app/.env /srv/\n"},
    {.good = "FROM debian:12-slim\nCOPY nodesource.key /etc/apt/keyrings/\nCOPY <<.env /srv/\nA=1\n.env\n"},
};
constexpr Check kChecks[] = {{.id = "DF014",
                              .name = "secret-file-copied",
                              .title = "Secret file copied into the image",
                              .severity = Severity::critical,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Keep the file out of the build context by .dockerignore. Give it to the "
                                        "container when it starts, or to one build step by RUN --mount=type=secret.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::secret_file_copied
