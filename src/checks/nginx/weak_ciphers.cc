#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/nginx_scope.h"

namespace drydock::checks::weak_ciphers {
namespace {

// Cipher strings are a small language (docs.openssl.org/master/man1/openssl-ciphers): names and classes joined by ':',
// `!` excludes for good, `-` removes, `+` moves to the end or, inside an entry, is a logical and.

// Broken or unauthenticated: none of them may be left.
constexpr std::string_view kBroken[] = {"aNULL",    "eNULL", "NULL", "ADH",  "AECDH",  "RC4",
                                        "RC2",      "DES",   "3DES", "MD5",  "EXPORT", "EXPORT40",
                                        "EXPORT56", "EXP",   "LOW",  "IDEA", "SEED"};
// What classes bring in by their own definition unless it is excluded (OpenSSL 1.1.1 and older builds of it).
struct Class {
  std::string_view name;
  std::string_view brings[6];
};
constexpr Class kClasses[] = {
    {"ALL", {"aNULL", "RC4", "3DES", "MD5"}},
    {"COMPLEMENTOFALL", {"eNULL"}},
    {"HIGH", {"aNULL"}},
    {"MEDIUM", {"aNULL", "RC4", "MD5"}},
};

bool excluded(const std::vector<std::string_view>& exclusions, std::string_view name) {
  auto has = [&](std::string_view wanted) { return std::ranges::find(exclusions, wanted) != exclusions.end(); };
  if (has(name)) return true;
  if (name == "aNULL") return has("ADH") && has("AECDH");
  if (name == "3DES") return has("DES-CBC3-SHA") || has("DES");
  return false;
}

// "DES-CBC3-SHA", "EXP-RC4-MD5", "ECDHE-RSA-RC4-SHA", "RC4+RSA": one part names something broken.
std::string_view broken_part(std::string_view entry) {
  std::string_view rest = entry;
  while (!rest.empty()) {
    size_t end = rest.find_first_of("-+");
    std::string_view part = rest.substr(0, end);
    if (std::ranges::find(kBroken, part) != std::end(kBroken)) return part;
    if (part == "CBC3") return "3DES";
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return {};
}

struct Judgement {
  std::string_view weak;         // what is broken; empty: nothing
  bool without_secrecy = false;  // key exchange by plain RSA is left: a key that leaks later opens what was recorded
  bool cbc_only = false;
};

Judgement judge(std::string_view ciphers) {
  std::vector<std::string_view> exclusions, entries;
  std::string_view rest = ciphers;
  while (!rest.empty()) {
    size_t end = rest.find_first_of(":, ");
    std::string_view entry = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    if (entry.empty() || entry.starts_with('@') || entry.starts_with('+')) continue;
    if (entry.starts_with('!') || entry.starts_with('-'))
      exclusions.push_back(entry.substr(1));
    else
      entries.push_back(entry);
  }
  Judgement result;
  bool named_aead = false, named_cbc = false, by_class = false;
  for (std::string_view entry : entries) {
    if (excluded(exclusions, entry)) continue;
    const auto* known = std::ranges::find(kClasses, entry, &Class::name);
    if (known != std::end(kClasses)) {
      by_class = true;
      for (std::string_view brought : known->brings)
        if (!brought.empty() && !excluded(exclusions, brought) && result.weak.empty()) result.weak = brought;
      if (!excluded(exclusions, "kRSA") && !excluded(exclusions, "RSA")) result.without_secrecy = true;
      continue;
    }
    std::string_view broken = broken_part(entry);
    if (!broken.empty() && !excluded(exclusions, broken) && result.weak.empty()) result.weak = broken;
    bool aead = entry.find("GCM") != std::string_view::npos || entry.find("CHACHA20") != std::string_view::npos ||
                entry.find("CCM") != std::string_view::npos;
    bool full_name = entry.find('-') != std::string_view::npos || entry.starts_with("TLS_");
    if (!full_name && !aead) by_class = true;  // "EECDH", "ECDH+AES": hold AEAD suites, too
    (aead ? named_aead : named_cbc) = true;
    if (entry.starts_with("AES") && full_name) result.without_secrecy = true;  // "AES128-GCM-SHA256" exchanges by RSA
  }
  result.cbc_only = named_cbc && !named_aead && !by_class;
  return result;
}

// Mozilla's intermediate profile, version 5.7, TLS 1.2 part (wiki.mozilla.org/Security/Server_Side_TLS).
constexpr std::string_view kIntermediate =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-"
    "SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

void run(const NginxInput& input, Findings& out) {
  for (const nginx::Directive* directive : all_directives(input.file, {})) {
    if (directive->name != "ssl_ciphers" && directive->name != "proxy_ssl_ciphers") continue;
    std::string_view ciphers = directive->argument(0);
    if (ciphers.find('$') != std::string_view::npos) {
      out.unknown(directive->span, "the cipher list holds a variable");
      continue;
    }
    Judgement judgement = judge(ciphers);
    if (judgement.weak.empty() && !judgement.without_secrecy && !judgement.cbc_only) continue;
    std::string_view message = "the list allows key exchange without forward secrecy";
    if (!judgement.weak.empty())
      message = out.text({"the list allows ", judgement.weak, " ciphers"});
    else if (judgement.cbc_only)
      message = "the list holds CBC ciphers only";
    else
      out.as(Severity::info);
    out.add(directive->span, message, {Edit{directive->arguments[0].span, kIntermediate, {}}});
  }
}

constexpr std::string_view kAliases[] = {"weak_ssl_tls"};
constexpr std::string_view kReferences[] = {"https://wiki.mozilla.org/Security/Server_Side_TLS",
                                            "https://www.rfc-editor.org/rfc/rfc9325#section-4.2"};
constexpr Example kExamples[] = {
    {.bad = "server {\n    listen 443 ssl;\n    ssl_ciphers ALL:!aNULL;\n}\n",
     .good = "server {\n    listen 443 ssl;\n    ssl_ciphers "
             "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-"
             "GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;\n}\n"},
    {.bad = "server {\n    listen 443 ssl;\n    ssl_ciphers HIGH:!aNULL:!MD5;\n}\n"},
    {.bad = "server {\n    listen 443 ssl;\n    ssl_ciphers 'ECDHE-RSA-AES128-GCM-SHA256:DES-CBC3-SHA';\n}\n"},
    {.bad = "server {\n    listen 443 ssl;\n    ssl_ciphers ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA;\n}\n"},
    {.good = "server {\n    listen 443 ssl;\n    ssl_ciphers EECDH+AESGCM:EDH+AESGCM;\n}\n"},
    {.good = "server {\n    listen 443 ssl;\n    ssl_ciphers HIGH:!aNULL:!kRSA:!MD5:!RC4:!3DES;\n}\n"},
    {.good = "server {\n    listen 443 ssl;\n    ssl_ciphers ECDHE-RSA-CHACHA20-POLY1305:!DES:!MD5:!RC4;\n}\n"},
};
constexpr Check kChecks[] = {
    {.id = "NX020",
     .name = "weak-ciphers",
     .title = "Weak ciphers",
     .severity = Severity::medium,
     .fix = Fix::behaviour_changing,
     .aliases = kAliases,
     .references = kReferences,
     .advice = "Use Mozilla's intermediate list, or leave ssl_ciphers out and allow TLS 1.3 only.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::weak_ciphers
