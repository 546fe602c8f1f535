#include <algorithm>

#include "base/text.h"
#include "checks/check.h"
#include "checks/image_reference.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::unknown_publisher {
namespace {

// Publishers that speak for their product or are named by it in its documentation; "" is Docker Hub.
struct Publisher {
  std::string_view registry, namespace_;
};
constexpr Publisher kPublishers[] = {
    {"", "amazon"},
    {"", "amazonlinux"},
    {"", "apache"},
    {"", "aquasec"},
    {"", "bitnami"},
    {"", "bitnamilegacy"},
    {"", "bitnamisecure"},
    {"", "chainguard"},
    {"", "circleci"},
    {"", "clickhouse"},
    {"", "confluentinc"},
    {"", "continuumio"},
    {"", "curlimages"},
    {"", "cypress"},
    {"", "datadog"},
    {"", "denoland"},
    {"", "docker"},
    {"", "elastic"},
    {"", "envoyproxy"},
    {"", "fluent"},
    {"", "gitlab"},
    {"", "google"},
    {"", "grafana"},
    {"", "hashicorp"},
    {"", "jenkins"},
    {"", "jupyter"},
    {"", "kong"},
    {"", "mambaorg"},
    {"", "minio"},
    {"", "moby"},
    {"", "mongodb"},
    {"", "newrelic"},
    {"", "nginx"},
    {"", "nginxinc"},
    {"", "nvidia"},
    {"", "opensearchproject"},
    {"", "openpolicyagent"},
    {"", "otel"},
    {"", "oven"},
    {"", "pgvector"},
    {"", "postgis"},
    {"", "prom"},
    {"", "pulumi"},
    {"", "pytorch"},
    {"", "qdrant"},
    {"", "redhat"},
    {"", "redis"},
    {"", "rockylinux"},
    {"", "almalinux"},
    {"", "selenium"},
    {"", "sonarsource"},
    {"", "tensorflow"},
    {"", "timescale"},
    {"", "tonistiigi"},
    {"", "ubuntu"},
    {"", "valkey"},
    {"", "hadolint"},
    {"gcr.io", "distroless"},
    {"gcr.io", "cloud-builders"},
    {"gcr.io", "google.com"},
    {"gcr.io", "kaniko-project"},
    {"ghcr.io", "astral-sh"},
    {"ghcr.io", "prefix-dev"},
    {"ghcr.io", "graalvm"},
    {"ghcr.io", "aquasecurity"},
    {"ghcr.io", "hadolint"},
    {"ghcr.io", "linuxserver"},
    {"ghcr.io", "actions"},
    {"ghcr.io", "gitleaks"},
    {"quay.io", "keycloak"},
    {"quay.io", "prometheus"},
    {"quay.io", "nginx"},
    {"quay.io", "fedora"},
    {"quay.io", "centos"},
    {"quay.io", "rockylinux"},
    {"quay.io", "almalinuxorg"},
    {"quay.io", "minio"},
    {"quay.io", "jupyter"},
    {"quay.io", "argoproj"},
    {"quay.io", "pypa"},
    {"public.ecr.aws", "lambda"},
    {"public.ecr.aws", "amazonlinux"},
    {"public.ecr.aws", "docker"},
    {"public.ecr.aws", "aws-lambda"},
    {"public.ecr.aws", "ubuntu"},
    {"public.ecr.aws", "sam"},
    {"public.ecr.aws", "bitnami"},
    {"public.ecr.aws", "nginx"},
    {"registry.gitlab.com", "gitlab-org"},
};
// Registries of one publisher each.
constexpr std::string_view kRegistries[] = {"mcr.microsoft.com",
                                            "registry.k8s.io",
                                            "registry.access.redhat.com",
                                            "registry.redhat.io",
                                            "cgr.dev",
                                            "dhi.io",
                                            "nvcr.io",
                                            "docker.elastic.co",
                                            "container-registry.oracle.com",
                                            "registry.suse.com",
                                            "registry.opensuse.org",
                                            "registry.fedoraproject.org",
                                            "docker.gitea.com",
                                            "lscr.io"};
// Registries where everybody may publish; what another host is, only its owner knows.
constexpr std::string_view kShared[] = {"", "ghcr.io", "quay.io", "public.ecr.aws", "gcr.io", "registry.gitlab.com"};

// One letter more, less or different.
bool imitates(std::string_view name, std::string_view known) {
  if (known.size() < 6 || name == known) return false;
  size_t front = 0, back = 0, shorter = std::min(name.size(), known.size()),
         longer = std::max(name.size(), known.size());
  if (longer - shorter > 1) return false;
  while (front < shorter && name[front] == known[front]) ++front;
  while (back < shorter - front && name[name.size() - 1 - back] == known[known.size() - 1 - back]) ++back;
  return front + back + 1 >= longer;
}

bool allowed_by_policy(const Settings& settings, std::string_view image) {
  for (std::string_view pattern : settings.allowed_registries) {
    std::string_view prefix = pattern.ends_with("/*") ? pattern.substr(0, pattern.size() - 2) : pattern;
    if (image.starts_with(prefix) &&
        (image.size() == prefix.size() || image[prefix.size()] == '/' || image[prefix.size()] == ':'))
      return true;
    if (pattern.starts_with("*.") && cut(image, "/").before.ends_with(pattern.substr(1))) return true;
    if (pattern.starts_with("docker.io/") && image.starts_with(pattern.substr(10)) &&
        image.size() > pattern.size() - 10 && image[pattern.size() - 10] == '/')
      return true;
  }
  return false;
}

void run(const DockerfileInput& input, Findings& out) {
  for (const dockerfile::Stage& stage : input.file.stages) {
    if (stage.parent >= 0 || stage.scratch || stage.reference.empty()) continue;
    if (stage.image.empty()) {
      out.unknown(stage.reference_span, "the base image holds a variable without a default");
      continue;
    }
    ImageReference image = parse_image_reference(stage.image);
    if (image.official() || allowed_by_policy(input.context.settings, stage.image)) continue;
    if (std::ranges::find(kRegistries, image.registry) != std::end(kRegistries)) continue;
    std::string_view space = cut(image.repository, "/").before;
    bool known = std::ranges::any_of(
        kPublishers, [&](const Publisher& row) { return row.registry == image.registry && row.namespace_ == space; });
    if (known) continue;
    if (std::ranges::find(kShared, image.registry) == std::end(kShared)) {
      out.unknown(stage.reference_span, out.text({"whose registry ", image.registry,
                                                  " is, only you know: list it among the allowed registries"}));
      continue;
    }
    std::string_view resembled = imitates(space, "library") ? "library" : "";
    for (const Publisher& row : kPublishers)
      if (row.registry == image.registry && imitates(space, row.namespace_)) resembled = row.namespace_;
    if (!resembled.empty())
      out.as(Severity::high)
          .add(stage.reference_span, out.text({"the publisher ", space, " is spelled almost like ", resembled}));
    else
      out.add(stage.reference_span, out.text({"base image ", stage.image, " is from ", space,
                                              ", neither official nor a publisher known here"}));
  }
}

constexpr std::string_view kAllowed[] = {"docker.io/ourteam", "registry.example"};

constexpr std::string_view kAliases[] = {"CIS 4.2"};
constexpr std::string_view kReferences[] = {"CIS Docker 4.2",
                                            "https://docs.docker.com/docker-hub/image-library/trusted-content/"};
constexpr Example kExamples[] = {
    {.bad = "FROM someuser/python:3.13\n"},
    {.bad = "FROM bitnaml/redis:8\n"},
    {.bad = "FROM ghcr.io/someuser/app:1\n"},
    {.good = "FROM python:3.13-slim AS base\nFROM base\nFROM scratch\nFROM gcr.io/distroless/static-debian12\nFROM "
             "mcr.microsoft.com/playwright:v1.55.0\nFROM bitnami/redis:8\n"},
    {.good = "FROM ourteam/app:1\nFROM registry.example/app:1\n", .settings = {.allowed_registries = kAllowed}},
    {.good = "FROM registry.example/app:1\n"},
};
constexpr Check kChecks[] = {{.id = "DF097",
                              .name = "unknown-publisher",
                              .title = "Base image publisher neither official nor listed",
                              .severity = Severity::medium,
                              .aliases = kAliases,
                              .references = kReferences,
                              .advice = "Start from an official image or a publisher you trust, and list yours among "
                                        "the allowed registries in drydock.yaml.",
                              .run = run,
                              .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::unknown_publisher
