#include "policy/peer_rules.h"

#include "base/text.h"

namespace drydock::policy {
namespace {

struct RuleName {
  std::string_view theirs, ours;
};

// Rule ids of gitleaks' default configuration and of Trivy's built-in rules, next to ours where the two differ. Only
// rules for the same kind of token; gitleaks' generic rule is our assignment rules.
constexpr RuleName kRuleNames[] = {
    {"generic-api-key", "generic-secret"},
    {"generic-api-key", "password-assignment"},
    {"generic-api-key", "secret-key-django-flask"},
    {"generic-api-key", "secret-key-base-rails"},
    {"generic-api-key", "app-key-laravel"},
    {"generic-api-key", "nextauth-secret"},
    {"generic-api-key", "jwt-signing-secret"},
    {"generic-api-key", "session-secret"},
    {"aws-access-token", "aws-access-key-id"},
    {"aws-access-token", "aws-temporary-access-key-id"},
    {"github-oauth", "github-oauth-token"},
    {"gitlab-runner-authentication-token", "gitlab-token"},
    {"gitlab-rrt", "gitlab-runner-registration-token"},
    {"gcp-api-key", "google-api-key"},
    {"gcp-service-account", "gcp-service-account-key"},
    {"npm-access-token", "npm-token"},
    {"pypi-upload-token", "pypi-token"},
    {"rubygems-api-token", "rubygems-token"},
    {"dockerhub-access-token", "docker-hub-token"},
    {"dockerconfig-secret", "docker-config-auth"},
    {"stripe-access-token", "stripe-live-key"},
    {"stripe-access-token", "stripe-restricted-key"},
    {"stripe-access-token", "stripe-test-key"},
    {"stripe-secret-token", "stripe-live-key"},
    {"stripe-secret-token", "stripe-test-key"},
    {"sendgrid-api-token", "sendgrid-api-key"},
    {"slack-access-token", "slack-bot-token"},
    {"slack-access-token", "slack-user-token"},
    {"slack-webhook-url", "slack-webhook"},
    {"slack-web-hook", "slack-webhook"},
    {"huggingface-access-token", "huggingface-token"},
    {"hugging-face-access-token", "huggingface-token"},
    {"digitalocean-pat", "digitalocean-token"},
    {"hashicorp-tf-api-token", "terraform-cloud-token"},
    {"jwt-token", "jwt"},
    {"mailgun-private-api-token", "mailgun-private-key"},
    {"postman-api-token", "postman-api-key"},
    {"pulumi-api-token", "pulumi-token"},
    {"grafana-cloud-api-token", "grafana-cloud-token"},
    {"curl-auth-user", "curl-user-password"},
};

}  // namespace

void PeerNotes::add(uint32_t line, std::string_view what) {
  if (count_ > kPeerNotes) return;
  if (++count_ > kPeerNotes) {
    rules_.notes.push_back(std::string(file_) + ": more of it is not used, for reasons like these");
    return;
  }
  std::string place(file_);
  if (line != 0) place += ":" + std::to_string(line);
  rules_.notes.push_back(place + ": " + std::string(what));
}

std::string anchored(const PeerPlace& place, std::string_view path) {
  std::string below = normalise_path(path);
  return "/" + (place.folder.empty() ? below : std::string(place.folder) + "/" + below);
}

std::string quoted(std::string_view text) {
  constexpr size_t kLongest = 80;
  std::string shown = printable(text.substr(0, kLongest));
  return "'" + shown + (text.size() > kLongest ? "...'" : "'");
}

std::vector<std::string> secret_rule_ids(std::string_view id) {
  std::vector<std::string> ids{std::string(id)};
  for (const RuleName& row : kRuleNames)
    if (equal_ignoring_case(row.theirs, id)) ids.emplace_back(row.ours);
  return ids;
}

}  // namespace drydock::policy
