#include "advisory/version.h"

#include "advisory/version_order.h"
#include "base/text.h"

namespace drydock::advisory {
namespace {

struct Name {
  std::string_view ecosystem;
  std::string_view purl_type;
  VersionScheme scheme;
};

// Packagist, RubyGems, Maven, NuGet and the rpm families have orders of their own, which are not written yet:
// they stay out of the table, so that nothing is compared by a wrong order.
constexpr Name kNames[] = {
    {"Debian", "deb", VersionScheme::debian},      {"Ubuntu", "deb", VersionScheme::debian},
    {"Alpine", "apk", VersionScheme::apk},         {"PyPI", "pypi", VersionScheme::pep440},
    {"npm", "npm", VersionScheme::semver},         {"Go", "golang", VersionScheme::go},
    {"crates.io", "cargo", VersionScheme::semver}, {"Bitnami", "bitnami", VersionScheme::semver},
};

std::string_view sign_of(std::strong_ordering order) { return order < 0 ? "<" : order > 0 ? ">" : "="; }

}  // namespace

Result<std::strong_ordering> compare_versions(VersionScheme scheme, std::string_view a, std::string_view b) {
  switch (scheme) {
    case VersionScheme::debian: return compare_debian(a, b);
    case VersionScheme::pep440: return compare_pep440(a, b);
    case VersionScheme::semver: return compare_semver(a, b);
    case VersionScheme::apk: return compare_apk(a, b);
    case VersionScheme::go: return compare_go(a, b);
  }
  return fail(Errc::unsupported, "this version scheme is not known");
}

Result<void> check_version(VersionScheme scheme, std::string_view version) {
  switch (scheme) {
    case VersionScheme::debian: return check_debian(version);
    case VersionScheme::pep440: return check_pep440(version);
    case VersionScheme::semver: return check_semver(version);
    case VersionScheme::apk: return check_apk(version);
    case VersionScheme::go: return check_go(version);
  }
  return fail(Errc::unsupported, "this version scheme is not known");
}

std::optional<VersionScheme> scheme_of(std::string_view ecosystem_or_purl_type) {
  std::string_view base = cut(ecosystem_or_purl_type, ":").before;
  for (const Name& name : kNames)
    if (equal_ignoring_case(base, name.ecosystem) || equal_ignoring_case(base, name.purl_type)) return name.scheme;
  return std::nullopt;
}

std::string known_schemes() {
  std::string all;
  for (const Name& name : kNames) all.append(all.empty() ? "" : ", ").append(name.ecosystem);
  return all;
}

std::unexpected<Error> not_a_version(std::string_view version, std::string_view scheme, std::string_view why) {
  // A hostile lockfile may hold a megabyte here; the message shows the beginning.
  std::string shown = printable(version.substr(0, 80)) + (version.size() > 80 ? "..." : "");
  return fail(Errc::malformed, "\"" + shown + "\" is not a " + std::string(scheme) + " version: " + std::string(why));
}

Result<std::vector<WrongLine>> compare_lines(VersionScheme scheme, std::string_view text) {
  std::vector<WrongLine> wrong;
  for (size_t number = 1; !text.empty(); ++number) {
    std::string_view line = trim(take_line(text));
    if (line.empty() || line.front() == '#') continue;
    std::string_view rest = line;
    auto word = [&rest] {
      std::string_view taken = take_while(rest, [](char c) { return !is_space(c); });
      rest = trim(rest);
      return taken;
    };
    std::string_view a = word();
    std::string_view sign = word();
    std::string_view b = word();
    if (b.empty() || !rest.empty() || (sign != "<" && sign != "=" && sign != ">")) {
      return fail(Errc::malformed, "line " + std::to_string(number) + ": \"" + printable(line.substr(0, 200)) +
                                       "\" is not of the form `A < B`, `A = B` or `A > B`");
    }
    Result<std::strong_ordering> order = compare_versions(scheme, a, b);
    if (!order) {
      wrong.push_back({number, std::string(line), order.error().message});
    } else if (sign_of(*order) != sign) {
      std::string found = std::string(a) + " " + std::string(sign_of(*order)) + " " + std::string(b);
      wrong.push_back({number, std::string(line), "is " + found + " here"});
    }
  }
  return wrong;
}

}  // namespace drydock::advisory
