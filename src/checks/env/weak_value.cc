#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "checks/production.h"
#include "checks/secret_names.h"
#include "formats/dotenv.h"

namespace drydock::checks::weak_value {
namespace {

// Passwords below 16 characters fall to offline guessing; what everybody's guide uses is tried first.
constexpr size_t kShortest = 16;

std::string_view weakness(std::string_view name, std::string_view value) {
  if (is_default_password(value)) return "is a default that everybody knows";
  if (is_placeholder(value)) return "is a placeholder";
  if (is_password_name(name) && value.size() < kShortest) return "is shorter than 16 characters";
  return {};
}

void run(const EnvInput& input, Findings& out) {
  if (is_example_path(input.path)) return;
  for (const dotenv::Entry& entry : input.file.entries) {
    std::string_view value = trim(entry.value);
    if (!entry.has_value) continue;
    std::string_view what;
    if (is_secret_name(entry.name) && is_literal_secret(value)) what = weakness(entry.name, value);
    std::string_view in_url = literal_url_password(value);
    if (what.empty() && !in_url.empty() && (is_default_password(in_url) || is_placeholder(in_url)))
      what = "holds a password that everybody knows";
    if (!what.empty()) out.add_item(entry.name, entry.value_span, out.text({"the value of ", entry.name, " ", what}));
  }
}

constexpr std::string_view kReferences[] = {"https://pages.nist.gov/800-63-4/sp800-63b.html",
                                            "https://cwe.mitre.org/data/definitions/1392.html"};
constexpr Example kExamples[] = {
    {.bad = "ADMIN_PASSWORD=changeme\n", .path = ".env"},
    {.bad = "POSTGRES_PASSWORD=Summer2024\n", .path = ".env"},
    {.bad = "SECRET_KEY=your-secret-key-here\n", .path = ".env"},
    {.bad = "DATABASE_URL=postgresql://postgres:postgres@db/app\n", .path = ".env.production"},
    {.good = "ADMIN_PASSWORD=changeme\n", .path = ".env.example"},
    {.good = "POSTGRES_PASSWORD=\nDB_PASSWORD=${POSTGRES_PASSWORD}\nPASSWORD_MIN_LENGTH=12\n", .path = ".env"},
    {.good = "POSTGRES_PASSWORD=correct-horse-battery\nPOSTGRES_USER=postgres\nDB_PASSWORD_FILE=/run/secrets/db\n",
     .path = ".env"},
};
constexpr Check kChecks[] = {{.id = "EN002",
                              .name = "weak-value",
                              .title = "Weak or default secret value in .env",
                              .severity = Severity::high,
                              .references = kReferences,
                              .advice = "Generate it: openssl rand -hex 32. Change it where it is already in use.",
                              .run = run,
                              .examples = kExamples,
                              .masked = true}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::weak_value
