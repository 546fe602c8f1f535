#include "scan/vulnerabilities.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "advisory/match.h"
#include "advisory/version.h"
#include "base/text.h"

namespace drydock::scan {
namespace {

// VU001 packages of a distribution, VU002 installed packages, VU003 what a manifest or lockfile asks for.
std::string_view check_of(const Package& package) {
  if (row_of(package.ecosystem).has_releases) return "VU001";
  return package.source == PackageSource::manifest ? "VU003" : "VU002";
}

const ImageLayer* layer_of(const ScanRecord& record, std::string_view diff_id, size_t& number) {
  if (diff_id.empty()) return nullptr;
  for (const ImageSummary& image : record.images) {
    for (number = 1; number <= image.layers.size(); ++number)
      if (image.layers[number - 1].diff_id == diff_id) return &image.layers[number - 1];
  }
  return nullptr;
}

// " (layer 2 by RUN apt-get install nginx)"; empty outside images.
std::string made_by(const ImageLayer* layer, size_t number) {
  constexpr size_t kMostOfInstruction = 100;
  if (layer == nullptr) return {};
  std::string by = instruction_of(layer->created_by);
  std::string text = " (layer " + std::to_string(number);
  if (!by.empty())
    text += " by " + printable(by.substr(0, kMostOfInstruction)) + (by.size() > kMostOfInstruction ? "..." : "");
  return text + ")";
}

// Advisories of a distribution speak of the source package, whose versions may follow another scheme than the binary's.
std::string fixed_in(const Package& package, std::string_view fixed) {
  if (fixed.empty()) return "; no fixed version is known";
  std::string text = "; fixed in ";
  if (!package.source_version.empty() && package.source_version != package.version)
    text += "source " + std::string(package.advisory_name()) + " ";
  return text + std::string(fixed);
}

// The highest of the fixed versions: reaching it ends every finding that has a fix. Empty if none has, or if two of
// them cannot be ordered.
std::string_view upgrade_of(Ecosystem ecosystem, std::span<const advisory::Match> matches) {
  std::optional<advisory::VersionScheme> scheme = advisory::scheme_of(row_of(ecosystem).purl_type);
  std::string_view highest;
  for (const advisory::Match& match : matches) {
    if (match.fixed_version.empty() || match.fixed_version == highest) continue;
    if (!highest.empty()) {
      if (!scheme) return {};
      Result<std::strong_ordering> order = advisory::compare_versions(*scheme, highest, match.fixed_version);
      if (!order) return {};
      if (*order >= 0) continue;
    }
    highest = match.fixed_version;
  }
  return highest;
}

}  // namespace

// A whole distribution, years behind, has some 10,000 in its dpkg database. Beyond it a file was made for it, and
// millions of findings would cost gigabytes.
constexpr size_t kMostPerFile = 50'000;

void match_packages(const advisory::Index& index, const ScanRecord& record, const Subject& subject, Part& out) {
  StringPool& pool = out.pool;
  std::map<std::string, size_t> without_data;                           // "Debian:12" -> packages
  std::map<std::string_view, std::pair<size_t, const Package*>> loose;  // manifest -> entries without an exact version
  std::vector<std::string_view> examined;
  struct PerFile {
    size_t listed = 0, left_out = 0;  // findings, packages
    const Package* first_left_out = nullptr;
  };
  std::map<std::string_view, PerFile> per_file;

  for (uint32_t i = 0; i < record.packages.size(); ++i) {
    const Package& package = record.packages[i];
    if (std::ranges::find(examined, check_of(package)) == examined.end()) examined.push_back(check_of(package));
    if (package.version.empty()) {
      auto& [count, first] = loose[package.at.path];
      if (count++ == 0) first = &package;
      continue;
    }
    if (!index.has_data(package.ecosystem, package.release)) {
      ++without_data[advisory::osv_ecosystem(package.ecosystem, package.release)];
      continue;
    }
    auto& [listed, left_out, first_left_out] = per_file[package.at.path];
    if (listed >= kMostPerFile) {
      if (left_out++ == 0) first_left_out = &package;
      continue;
    }
    Arena arena;  // what match() makes of one package; copied into the part
    Result<advisory::Matches> matches = advisory::match(index, package, arena);
    if (!matches) {
      out.unknowns.push_back({.check = check_of(package),
                              .subject = subject,
                              .at = package.at,
                              .reason = pool.join(package.name, " could not be matched: ", matches.error().message)});
      continue;
    }
    for (const advisory::Undecided& undecided : matches->undecided) {
      out.unknowns.push_back(
          {.check = check_of(package),
           .subject = subject,
           .at = package.at,
           .reason = pool.join(package.name, " ", undecided.advisory.empty() ? "" : undecided.advisory,
                               pool.join(": ", undecided.reason))});
    }
    std::string_view upgrade = pool.copy(upgrade_of(package.ecosystem, matches->matches));
    listed += matches->matches.size();
    size_t layer_number = 0;
    const ImageLayer* layer = layer_of(record, package.at.layer, layer_number);
    for (const advisory::Match& match : matches->matches) {
      std::vector<std::string_view> aliases;
      for (std::string_view alias : match.aliases) aliases.push_back(pool.copy(alias));
      std::string message =
          std::string(package.name) + " " + std::string(package.version) + " is affected by " + std::string(match.id);
      message += fixed_in(package, match.fixed_version) + made_by(layer, layer_number);
      if (!match.summary.empty()) message += ": " + printable(match.summary);
      Purl purl = purl_of(package);
      purl.version = {};
      out.findings.push_back({.check = check_of(package),
                              .subject = subject,
                              .item = pool.join(match.id, " ", package.name),
                              .place = pool.copy(to_string(purl) + " in " + std::string(package.at.path)),
                              .severity = match.severity,
                              .message = pool.copy(message),
                              .snippet = layer ? layer->created_by : std::string_view{},
                              .locations = pool.copy_span<Location>({{package.at}}),
                              .detail = VulnerabilityDetail{.id = pool.copy(match.id),
                                                            .aliases = pool.copy_span<std::string_view>(aliases),
                                                            .advisory = pool.copy(match.advisory),
                                                            .package = i,
                                                            .fixed_version = pool.copy(match.fixed_version),
                                                            .upgrade = upgrade,
                                                            .score = match.score,
                                                            .vector = pool.copy(match.vector),
                                                            .reference = pool.copy(match.reference)}});
    }
  }

  for (const auto& [ecosystem, count] : without_data) {
    out.unknowns.push_back(
        {.check = {},
         .subject = subject,
         .at = {},
         .reason = pool.join("the advisory data holds nothing for ", ecosystem, ": ",
                             std::to_string(count) + " packages were not matched; run `drydock db update`")});
  }
  for (const auto& [path, file] : per_file) {
    if (file.left_out == 0) continue;
    out.unknowns.push_back(
        {.check = check_of(*file.first_left_out),
         .subject = subject,
         .at = file.first_left_out->at,
         .reason = pool.join(std::to_string(file.left_out),
                             " more packages of this file were not matched: it has too many findings already; upgrade "
                             "what is listed and scan again")});
  }
  for (const auto& [path, entry] : loose) {
    const auto& [count, first] = entry;
    std::string more = count > 1 ? " and " + std::to_string(count - 1) + " more have" : " has";
    out.unknowns.push_back(
        {.check = "VU003",
         .subject = subject,
         .at = first->at,
         .reason = pool.join(first->name, more,
                             " no exact version here and could not be matched; pin it or scan a lockfile")});
  }
  if (!examined.empty())
    out.examined.push_back(
        {.checks = pool.copy_span<std::string_view>(examined), .subjects = pool.copy_span<Subject>({{subject}})});
}

}  // namespace drydock::scan
