#include "checks/release_ends.h"

#include "base/text.h"

namespace drydock::checks {
namespace {

constexpr std::string_view kPython = "https://devguide.python.org/versions/";
constexpr std::string_view kNode = "https://github.com/nodejs/Release/blob/main/schedule.json";
constexpr std::string_view kDebian =
    "https://wiki.debian.org/LTS";  // the end of long-term support, not of full support
constexpr std::string_view kUbuntu = "https://wiki.ubuntu.com/Releases";  // the end of standard support
constexpr std::string_view kAlpine = "https://alpinelinux.org/releases/";
constexpr std::string_view kPostgres = "https://www.postgresql.org/support/versioning/";
constexpr std::string_view kPhp = "https://www.php.net/eol.php";
constexpr std::string_view kRuby = "https://www.ruby-lang.org/en/downloads/branches/";
constexpr std::string_view kGo = "https://go.dev/doc/devel/release";  // ends with the second next release
constexpr std::string_view kNginx = "https://nginx.org/en/CHANGES";   // a stable branch ends with the next one
constexpr std::string_view kMariadb = "https://mariadb.org/about/#maintenance-policy";
constexpr std::string_view kMongo = "https://www.mongodb.com/legal/support-policy/lifecycles";
constexpr std::string_view kCentos = "https://www.centos.org/cl-vs-cs/";

constexpr ReleaseEnd kReleases[] = {
    {"python", "2", "2020-01-01", kPython},
    {"python", "2.7", "2020-01-01", kPython},
    {"python", "3.4", "2019-03-18", kPython},
    {"python", "3.5", "2020-09-30", kPython},
    {"python", "3.6", "2021-12-23", kPython},
    {"python", "3.7", "2023-06-27", kPython},
    {"python", "3.8", "2024-10-07", kPython},
    {"python", "3.9", "2025-10-31", kPython},
    {"python", "3.10", "2026-10-31", kPython},
    {"python", "3.11", "2027-10-31", kPython},
    {"python", "3.12", "2028-10-31", kPython},
    {"python", "3.13", "2029-10-31", kPython},
    {"python", "3.14", "2030-10-31", kPython},
    {"node", "4", "2018-04-30", kNode},
    {"node", "6", "2019-04-30", kNode},
    {"node", "8", "2019-12-31", kNode},
    {"node", "10", "2021-04-30", kNode},
    {"node", "11", "2019-06-01", kNode},
    {"node", "12", "2022-04-30", kNode},
    {"node", "13", "2020-06-01", kNode},
    {"node", "14", "2023-04-30", kNode},
    {"node", "15", "2021-06-01", kNode},
    {"node", "16", "2023-09-11", kNode},
    {"node", "17", "2022-06-01", kNode},
    {"node", "18", "2025-04-30", kNode},
    {"node", "19", "2023-06-01", kNode},
    {"node", "20", "2026-04-30", kNode},
    {"node", "21", "2024-06-01", kNode},
    {"node", "22", "2027-04-30", kNode},
    {"node", "23", "2025-06-01", kNode},
    {"node", "24", "2028-04-30", kNode},
    {"debian", "7", "2018-05-31", kDebian},
    {"debian", "8", "2020-06-30", kDebian},
    {"debian", "9", "2022-06-30", kDebian},
    {"debian", "10", "2024-06-30", kDebian},
    {"debian", "11", "2026-08-31", kDebian},
    {"debian", "12", "2028-06-30", kDebian},
    {"debian", "13", "2030-06-30", kDebian},
    {"ubuntu", "14.04", "2019-04-30", kUbuntu},
    {"ubuntu", "16.04", "2021-04-30", kUbuntu},
    {"ubuntu", "18.04", "2023-05-31", kUbuntu},
    {"ubuntu", "20.04", "2025-05-31", kUbuntu},
    {"ubuntu", "21.04", "2022-01-20", kUbuntu},
    {"ubuntu", "21.10", "2022-07-14", kUbuntu},
    {"ubuntu", "22.10", "2023-07-20", kUbuntu},
    {"ubuntu", "23.04", "2024-01-25", kUbuntu},
    {"ubuntu", "23.10", "2024-07-11", kUbuntu},
    {"ubuntu", "24.10", "2025-07-10", kUbuntu},
    {"alpine", "3.8", "2020-05-01", kAlpine},
    {"alpine", "3.9", "2020-11-01", kAlpine},
    {"alpine", "3.10", "2021-05-01", kAlpine},
    {"alpine", "3.11", "2021-11-01", kAlpine},
    {"alpine", "3.12", "2022-05-01", kAlpine},
    {"alpine", "3.13", "2022-11-01", kAlpine},
    {"alpine", "3.14", "2023-05-01", kAlpine},
    {"alpine", "3.15", "2023-11-01", kAlpine},
    {"alpine", "3.16", "2024-05-23", kAlpine},
    {"alpine", "3.17", "2024-11-22", kAlpine},
    {"alpine", "3.18", "2025-05-09", kAlpine},
    {"alpine", "3.19", "2025-11-01", kAlpine},
    {"alpine", "3.20", "2026-04-01", kAlpine},
    {"alpine", "3.21", "2026-11-01", kAlpine},
    {"alpine", "3.22", "2027-05-01", kAlpine},
    {"postgres", "9", "2021-11-11", kPostgres},  // 9.6 was the last of the 9 series
    {"postgres", "10", "2022-11-10", kPostgres},
    {"postgres", "11", "2023-11-09", kPostgres},
    {"postgres", "12", "2024-11-21", kPostgres},
    {"postgres", "13", "2025-11-13", kPostgres},
    {"postgres", "14", "2026-11-12", kPostgres},
    {"postgres", "15", "2027-11-11", kPostgres},
    {"postgres", "16", "2028-11-09", kPostgres},
    {"postgres", "17", "2029-11-08", kPostgres},
    {"postgres", "18", "2030-11-14", kPostgres},
    {"php", "5", "2018-12-31", kPhp},  // 5.6 was the last of the 5 series
    {"php", "7", "2022-11-28", kPhp},  // so was 7.4
    {"php", "8.0", "2023-11-26", kPhp},
    {"php", "8.1", "2025-12-31", kPhp},
    {"php", "8.2", "2026-12-31", kPhp},
    {"php", "8.3", "2027-12-31", kPhp},
    {"php", "8.4", "2028-12-31", kPhp},
    {"ruby", "2", "2023-03-31", kRuby},  // 2.7 was the last of the 2 series
    {"ruby", "3.0", "2024-04-23", kRuby},
    {"ruby", "3.1", "2025-03-26", kRuby},
    {"golang", "1.18", "2023-02-01", kGo},
    {"golang", "1.19", "2023-08-08", kGo},
    {"golang", "1.20", "2024-02-06", kGo},
    {"golang", "1.21", "2024-08-13", kGo},
    {"golang", "1.22", "2025-02-11", kGo},
    {"golang", "1.23", "2025-08-12", kGo},
    {"nginx", "1.18", "2021-04-20", kNginx},
    {"nginx", "1.20", "2022-05-24", kNginx},
    {"nginx", "1.22", "2023-04-11", kNginx},
    {"nginx", "1.24", "2024-04-23", kNginx},
    {"nginx", "1.26", "2025-04-23", kNginx},
    {"mariadb", "10.3", "2023-05-25", kMariadb},
    {"mariadb", "10.4", "2024-06-18", kMariadb},
    {"mariadb", "10.5", "2025-06-24", kMariadb},
    {"mariadb", "10.6", "2026-07-06", kMariadb},
    {"mongo", "4.2", "2023-04-30", kMongo},
    {"mongo", "4.4", "2024-02-29", kMongo},
    {"mongo", "5", "2024-10-31", kMongo},
    {"mongo", "6", "2025-07-31", kMongo},
    {"centos", "6", "2020-11-30", kCentos},
    {"centos", "7", "2024-06-30", kCentos},
    {"centos", "8", "2021-12-31", kCentos},
};

struct Codename {
  std::string_view name, product, release;
};
constexpr Codename kCodenames[] = {
    {"wheezy", "debian", "7"},     {"jessie", "debian", "8"},       {"stretch", "debian", "9"},
    {"buster", "debian", "10"},    {"bullseye", "debian", "11"},    {"bookworm", "debian", "12"},
    {"trixie", "debian", "13"},    {"trusty", "ubuntu", "14.04"},   {"xenial", "ubuntu", "16.04"},
    {"bionic", "ubuntu", "18.04"}, {"focal", "ubuntu", "20.04"},    {"lunar", "ubuntu", "23.04"},
    {"mantic", "ubuntu", "23.10"}, {"oracular", "ubuntu", "24.10"},
};

const ReleaseEnd* release_of_tag_part(std::string_view part) {
  for (const Codename& codename : kCodenames)
    if (codename.name == part) return find_release_end(codename.product, codename.release);
  constexpr std::string_view kAlpinePrefix = "alpine";
  if (part.starts_with(kAlpinePrefix) && part.size() > kAlpinePrefix.size())
    return find_release_end("alpine", part.substr(kAlpinePrefix.size()));
  return nullptr;
}

}  // namespace

bool ReleaseEnd::ended(Time now) const {
  Result<Time> last_day = parse_time(date);
  return last_day && now.known() && now.seconds >= last_day->seconds + kDay;
}

std::span<const ReleaseEnd> release_ends() { return kReleases; }

const ReleaseEnd* find_release_end(std::string_view product, std::string_view version) {
  const ReleaseEnd* best = nullptr;
  for (const ReleaseEnd& row : kReleases) {
    if (row.product != product || !version.starts_with(row.release)) continue;
    if (version.size() > row.release.size() && version[row.release.size()] != '.') continue;
    // "python:2" is 2.7 whatever is meant; "python:2.6" would be of an older release that the table does not hold.
    if (best == nullptr || row.release.size() > best->release.size()) best = &row;
  }
  return best;
}

std::array<const ReleaseEnd*, 3> releases_of(const ImageReference& image) {
  std::array<const ReleaseEnd*, 3> found{};
  if (!image.official()) return found;
  size_t count = 0;
  bool first = true;
  for (std::string_view part : split(image.tag, '-')) {
    const ReleaseEnd* row = first ? find_release_end(image.repository, part) : nullptr;
    if (row == nullptr) row = release_of_tag_part(part);
    first = false;
    if (row == nullptr || count == found.size()) continue;
    bool known = false;
    for (const ReleaseEnd* other : found) known |= other == row;
    if (!known) found[count++] = row;
  }
  return found;
}

}  // namespace drydock::checks
