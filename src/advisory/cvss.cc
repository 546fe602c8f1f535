#include "advisory/cvss.h"

#include <cmath>
#include <span>

#include "base/text.h"

namespace drydock::advisory {
namespace {

struct Weight {
  char value;
  double weight;
};
struct Metric {
  std::string_view name;
  std::span<const Weight> weights;
};

constexpr Weight kV3Vector[] = {{'N', 0.85}, {'A', 0.62}, {'L', 0.55}, {'P', 0.2}};
constexpr Weight kV3Complexity[] = {{'L', 0.77}, {'H', 0.44}};
constexpr Weight kV3Privileges[] = {{'N', 0.85}, {'L', 0.62}, {'H', 0.27}};  // with an unchanged scope
constexpr Weight kV3Interaction[] = {{'N', 0.85}, {'R', 0.62}};
constexpr Weight kV3Scope[] = {{'U', 0}, {'C', 1}};
constexpr Weight kV3Impact[] = {{'H', 0.56}, {'L', 0.22}, {'N', 0}};
constexpr Metric kV3[] = {{"AV", kV3Vector}, {"AC", kV3Complexity}, {"PR", kV3Privileges}, {"UI", kV3Interaction},
                          {"S", kV3Scope},   {"C", kV3Impact},      {"I", kV3Impact},      {"A", kV3Impact}};

constexpr Weight kV2Vector[] = {{'L', 0.395}, {'A', 0.646}, {'N', 1.0}};
constexpr Weight kV2Complexity[] = {{'H', 0.35}, {'M', 0.61}, {'L', 0.71}};
constexpr Weight kV2Authentication[] = {{'M', 0.45}, {'S', 0.56}, {'N', 0.704}};
constexpr Weight kV2Impact[] = {{'N', 0}, {'P', 0.275}, {'C', 0.660}};
constexpr Metric kV2[] = {{"AV", kV2Vector}, {"AC", kV2Complexity}, {"Au", kV2Authentication},
                          {"C", kV2Impact},  {"I", kV2Impact},      {"A", kV2Impact}};

std::unexpected<Error> bad_vector(std::string_view vector, std::string_view why) {
  return fail(Errc::malformed, "CVSS vector " + printable(vector.substr(0, 100)) + ": " + std::string(why));
}

// Fills `found` with the weight of each metric; every one is mandatory and may stand once.
Result<void> read_metrics(std::string_view vector, std::string_view body, std::span<const Metric> metrics,
                          std::span<double> found) {
  for (double& weight : found) weight = -1;
  for (std::string_view part : split(body, '/')) {
    Cut pair = cut(part, ":");
    if (!pair.found || pair.after.empty()) return bad_vector(vector, "a metric without a value");
    for (size_t i = 0; i < metrics.size(); ++i) {
      if (metrics[i].name != pair.before) continue;
      if (found[i] >= 0) return bad_vector(vector, "a metric twice");
      for (const Weight& weight : metrics[i].weights)
        if (pair.after.size() == 1 && pair.after.front() == weight.value) found[i] = weight.weight;
      if (found[i] < 0) return bad_vector(vector, "an unknown value");
    }
  }
  for (double weight : found)
    if (weight < 0) return bad_vector(vector, "a base metric is missing");
  return {};
}

// Appendix A of v3.1: the smallest number with one decimal place that is not below, safe from binary fractions.
double round_up(double score) {
  auto scaled = static_cast<long>(std::lround(score * 100000));
  if (scaled % 10000 == 0) return static_cast<double>(scaled) / 100000;
  return (std::floor(static_cast<double>(scaled) / 10000) + 1) / 10;
}

Result<double> score_v3(std::string_view vector, std::string_view body) {
  double m[8];
  TRY_VOID(read_metrics(vector, body, kV3, m));
  auto [attack, complexity, privileges, interaction, scope, confidentiality, integrity, availability] = m;
  bool changed = scope > 0;
  if (changed && privileges == 0.62) privileges = 0.68;
  if (changed && privileges == 0.27) privileges = 0.5;
  double base = 1 - (1 - confidentiality) * (1 - integrity) * (1 - availability);
  double impact = changed ? 7.52 * (base - 0.029) - 3.25 * std::pow(base - 0.02, 15) : 6.42 * base;
  if (impact <= 0) return 0.0;
  double exploitability = 8.22 * attack * complexity * privileges * interaction;
  double sum = impact + exploitability;
  return round_up(std::fmin(changed ? 1.08 * sum : sum, 10));
}

Result<double> score_v2(std::string_view vector, std::string_view body) {
  double m[6];
  TRY_VOID(read_metrics(vector, body, kV2, m));
  auto [attack, complexity, authentication, confidentiality, integrity, availability] = m;
  double impact = 10.41 * (1 - (1 - confidentiality) * (1 - integrity) * (1 - availability));
  if (impact == 0) return 0.0;
  double exploitability = 20 * attack * complexity * authentication;
  return std::round((0.6 * impact + 0.4 * exploitability - 1.5) * 1.176 * 10) / 10;
}

}  // namespace

Result<double> cvss_score(std::string_view vector) {
  if (vector.size() > 500) return bad_vector(vector, "too long");
  if (vector.starts_with("CVSS:3.1/") || vector.starts_with("CVSS:3.0/")) return score_v3(vector, vector.substr(9));
  if (vector.starts_with("CVSS:4.")) return fail(Errc::unsupported, "CVSS v4 vectors are not scored");
  if (vector.starts_with("(") && vector.ends_with(")")) vector = vector.substr(1, vector.size() - 2);
  return score_v2(vector, vector);
}

}  // namespace drydock::advisory
