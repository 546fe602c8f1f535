// For tests of what reads a ScanRecord: one with every kind of finding and every list filled. All text is ASCII and
// literal; `record.pool` owns nothing but the fingerprints.
#pragma once

#include "model/scan_record.h"

namespace drydock::testing {

inline ScanRecord sample_record() {
  static constexpr Location kUserLine{.path = "backend/Dockerfile", .span = {40, 49}, .line = 3, .column = 1};
  static constexpr Location kFrom[] = {{.path = "backend/Dockerfile", .span = {0, 16}, .line = 1, .column = 1}};
  static constexpr Location kUser[] = {kUserLine};
  static constexpr Location kRequirements[] = {{.path = "backend/requirements.txt", .span = {0, 12}, .line = 1}};
  static constexpr Location kKeys[] = {{.path = ".env", .span = {10, 50}, .line = 2, .column = 5},
                                       {.path = "backup/.env", .span = {10, 50}, .line = 2, .column = 5}};
  static constexpr Location kInLayer[] = {
      {.path = "usr/share/doc/left/copyright", .layer = "sha256:1111", .span = {}, .line = 0}};
  static constexpr Edit kEdits[] = {{.span = {0, 16}, .text = "FROM python:3.12-slim", .path = "backend/Dockerfile"}};
  static constexpr InlineIgnore kIgnores[] = {
      {.tool = "hadolint", .id = "DL3002", .reason = "the entrypoint drops root", .line = 2}};
  static constexpr std::string_view kBackend[] = {"backend"};
  static constexpr std::string_view kBoth[] = {"backend", "worker"};
  static constexpr std::string_view kAliases[] = {"GHSA-aaaa-bbbb-cccc", "PYSEC-2023-1"};
  static constexpr std::string_view kCheckAliases[] = {"DL3007"};
  static constexpr std::string_view kReferences[] = {"https://docs.example/from"};
  static constexpr std::string_view kChecks[] = {"DF006", "DF002"};
  static constexpr std::string_view kFiles[] = {"docker-compose.yml"};
  static constexpr Subject kDockerfile{.kind = SubjectKind::file, .id = "backend/Dockerfile", .version = {}};
  static constexpr Subject kSubjects[] = {kDockerfile};
  static constexpr Subject kTarget{.kind = SubjectKind::repository, .id = ".", .version = "0f0f"};
  static constexpr Port kPorts[] = {
      {.host_first = 8080, .host_last = 8080, .container_first = 80, .container_last = 80, .written = "8080:80"}};
  static const std::vector<Service> kServices = [] {
    std::vector<Service> services(2);
    services[0].name = "backend";
    services[0].at = {.path = "docker-compose.yml", .line = 2};
    services[0].build.context = {.value = "backend", .origin = Origin::compose};
    services[0].build.dockerfile = {.value = "backend/Dockerfile", .origin = Origin::compose};
    services[0].container.ports = kPorts;
    services[0].container.user = {.value = "app", .origin = Origin::dockerfile};
    services[0].exposure = Exposure::published;
    services[0].role = Role::application;
    services[1].name = "worker";
    services[1].image = {.value = "registry.example/worker:1", .origin = Origin::compose};
    services[1].active = false;
    return services;
  }();

  ScanRecord record;
  record.tool_version = "0.1.0";
  record.started = {1'795'305'600};  // 2026-11-22
  record.elapsed_milliseconds = 12;
  record.target = kTarget;
  record.target_path = "shop";
  record.stacks.push_back({.project = "shop", .directory = {}, .files = kFiles, .services = kServices});
  record.images.push_back(
      {.name = "registry.example/worker:1", .digest = "sha256:aaaa", .os = "Debian 12", .layers = {}});
  record.images[0].layers.push_back({.diff_id = "sha256:1111",
                                     .digest = "sha256:2222",
                                     .created_by = "RUN apt-get install left",
                                     .stored_bytes = 10,
                                     .bytes = 20});
  record.packages.push_back({.ecosystem = Ecosystem::pypi,
                             .name = "flask",
                             .version = "2.0.0",
                             .at = kRequirements[0],
                             .source = PackageSource::manifest});
  record.packages.push_back({.ecosystem = Ecosystem::debian,
                             .name = "left",
                             .version = "1:2.0-3",
                             .architecture = "amd64",
                             .source_name = "left-src",
                             .source_version = "2.0-3",
                             .release = "12",
                             .licence = "GPL-3.0-only",
                             .at = kInLayer[0],
                             .development = true});
  record.findings.push_back({.check = "DF006",
                             .subject = kDockerfile,
                             .item = "python",
                             .place = "FROM[0]",
                             .severity = Severity::medium,
                             .message = "python:latest moves; name a version",
                             .snippet = "FROM python:latest",
                             .locations = kFrom,
                             .services = kBackend,
                             .detail = MisconfigurationDetail{.edits = kEdits, .changes_behaviour = true}});
  record.findings.push_back({.check = "DF002",
                             .subject = kDockerfile,
                             .place = "USER[0]",
                             .severity = Severity::high,
                             .message = "the last USER is root",
                             .snippet = "USER root",
                             .locations = kUser,
                             .services = kBackend,
                             .ignores = kIgnores,
                             .detail = MisconfigurationDetail{}});
  record.findings.push_back({.check = "VU003",
                             .subject = kTarget,
                             .item = "CVE-2023-1 flask",
                             .place = "pkg:pypi/flask in backend/requirements.txt",
                             .severity = Severity::high,
                             .message = "flask 2.0.0 is affected by CVE-2023-1; fixed in 2.2.5",
                             .locations = kRequirements,
                             .services = kBoth,
                             .detail = VulnerabilityDetail{.id = "CVE-2023-1",
                                                           .aliases = kAliases,
                                                           .advisory = "GHSA-aaaa-bbbb-cccc",
                                                           .package = 0,
                                                           .fixed_version = "2.2.5",
                                                           .upgrade = "2.2.5",
                                                           .score = 7.5,
                                                           .vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
                                                           .reference = "https://advisories.example/1"}});
  record.findings.push_back(
      {.check = "SD001",
       .subject = {.kind = SubjectKind::file, .id = ".env", .version = {}},
       .item = "github-pat",
       .severity = Severity::critical,
       .message = "GitHub token ghp_*** (in 2 places)",
       .snippet = "TOKEN=***",
       .locations = kKeys,
       .detail = SecretDetail{.rule = "github-pat", .masked = "ghp_***", .hash = "00ff", .deleted_above = true}});
  record.findings.push_back({.check = "LI001",
                             .subject = {.kind = SubjectKind::image, .id = "registry.example/worker", .version = "1"},
                             .item = "left",
                             .severity = Severity::info,
                             .message = "left is under GPL-3.0-only",
                             .locations = kInLayer,
                             .detail = LicenceDetail{.expression = "GPL-3.0-only", .package = 1}});
  record.checks.push_back({.id = "DF002",
                           .name = "last-user-is-root",
                           .title = "Last USER of a stage is root",
                           .advice = "End with USER and an unprivileged account.",
                           .severity = Severity::high});
  record.checks.push_back({.id = "DF006",
                           .name = "base-image-latest",
                           .title = "Base image tag moves",
                           .advice = "Name a version.",
                           .severity = Severity::medium,
                           .aliases = kCheckAliases,
                           .references = kReferences});
  record.examined.push_back({.checks = kChecks, .subjects = kSubjects});
  record.unknowns.push_back({.check = "DF006",
                             .subject = kDockerfile,
                             .at = {.path = "backend/Dockerfile", .line = 9},
                             .reason = "BASE has no value here; give it a default"});
  record.unknowns.push_back({.check = {}, .subject = kTarget, .at = {}, .reason = "nothing is known for Go"});
  record.not_applicable.push_back({.check = "DF002", .subject = kDockerfile, .reason = "FROM scratch has no users"});
  record.advisories = {.kind = "starter",
                       .source = "mirror.example",
                       .built = {1'795'219'200},
                       .newest = {1'795'132'800},
                       .advisories = 40};
  record.counts = {.files = 7, .bytes = 900, .layers = 1, .skipped = 2};
  sort_findings(record);
  return record;
}

}  // namespace drydock::testing
