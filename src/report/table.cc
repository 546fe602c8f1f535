// The report a person reads: per service what is wrong, worst first; vulnerabilities gathered per package, since one
// upgrade ends them all; then what could not be examined, and where the advisories came from.
#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "report/report.h"
#include "report/text_layout.h"

namespace drydock::report {
namespace {

// A line of the table: one finding; all vulnerabilities of one package, since one upgrade ends them; what several
// checks say about one line; or what one check says alike about several lines of a file.
struct Row {
  Severity severity = Severity::unknown;
  std::string id;     // "DF001", "CVE-2023-1 +3", "DC003 DC005"
  std::string path;   // "backend/Dockerfile"
  std::string lines;  // "1, 6, 14"
  std::string message;
  std::string note;  // why it is ignored
  std::string at() const { return lines.empty() ? path : path + ":" + lines; }
};

struct Group {
  std::string title, detail;
  std::vector<const Finding*> findings;
};

using SeverityCounts = std::array<size_t, 6>;

class Table {
 public:
  Table(const ScanRecord& record, const RenderOptions& options) : record_(record), options_(options) {
    width_ = std::clamp<size_t>(options.width, 60, 400);
  }

  std::string render() {
    header();
    for (const Group& group : groups()) print(group);
    unknowns();
    summary();
    return std::move(out_);
  }

 private:
  std::string styled(Style style, std::string_view text) const { return report::styled(style, text, options_.colour); }

  const Decision* decision_of(const Finding& finding) const {
    size_t index = static_cast<size_t>(&finding - record_.findings.data());
    return index < record_.decisions.size() ? &record_.decisions[index] : nullptr;
  }

  bool hidden(const Finding& finding) const {
    const Decision* decision = decision_of(finding);
    return !options_.all && decision != nullptr &&
           (decision->outcome == Outcome::ignored || decision->outcome == Outcome::not_affected ||
            decision->outcome == Outcome::known);
  }

  void line(std::string_view text) {
    while (text.ends_with(' ')) text.remove_suffix(1);
    out_ += text;
    out_ += '\n';
  }

  // Text that may be long, wrapped; `start` in its own style where it fits the first line.
  void paragraph(std::string_view start, Style style, std::string_view rest = {}, size_t indent = 0) {
    std::vector<std::string> lines = wrap(std::string(start) + " " + std::string(rest), width_ - indent);
    std::vector<std::string> alone = wrap(start, width_ - indent);
    for (size_t i = 0; i < lines.size(); ++i) {
      size_t marked = i == 0 && alone.size() == 1 ? std::min(alone[0].size(), lines[0].size()) : 0;
      line(std::string(i == 0 ? 0 : indent, ' ') + styled(style, std::string_view(lines[i]).substr(0, marked)) +
           lines[i].substr(marked));
    }
  }
  void paragraph(std::string_view text) { paragraph(text, Style::plain); }

  void header() {
    std::string title = "drydock " + one_line(record_.tool_version) + " " + one_line(record_.target_path);
    std::string what;
    for (const Stack& stack : record_.stacks) {
      what += (what.empty() ? "stack " : ", stack ") + one_line(stack.project) + " (" +
              std::to_string(stack.services.size()) + (stack.services.size() == 1 ? " service)" : " services)");
    }
    for (const ImageSummary& image : record_.images) {
      what += (what.empty() ? "" : ", ") + (image.os.empty() ? "no operating system found" : one_line(image.os)) +
              ", " + std::to_string(image.layers.size()) + (image.layers.size() == 1 ? " layer" : " layers");
    }
    if (!what.empty()) title += ":";
    paragraph(title, Style::bold, what, 2);
    line("");
  }

  // Services in the order of their stacks, then files that several share; of an image its layers, lowest first; then
  // what concerns none of these alone.
  std::vector<Group> groups() const {
    std::vector<Group> all;
    std::map<std::string, size_t> by_services;
    for (const Stack& stack : record_.stacks) {
      for (const Service& service : stack.services) {
        std::string name =
            (stack.directory.empty() ? "" : std::string(stack.directory) + "/") + std::string(service.name);
        by_services.emplace(name, all.size());
        all.push_back({.title = one_line(name), .detail = describe(service), .findings = {}});
      }
    }
    std::map<std::string_view, size_t> by_layer;
    for (const ImageSummary& image : record_.images) {
      for (const ImageLayer& layer : image.layers) {
        if (layer.diff_id.empty() || !by_layer.emplace(layer.diff_id, all.size()).second) continue;
        all.push_back({.title = "layer " + std::to_string(by_layer.size()),
                       .detail = one_line(instruction_of(layer.created_by)),
                       .findings = {}});
      }
    }
    Group rest{.title = all.empty()        ? ""
                        : by_layer.empty() ? "no service alone"
                                           : "the image as a whole",
               .detail = "",
               .findings = {}};
    for (const Finding& finding : record_.findings) {
      if (hidden(finding)) continue;
      std::string names;
      for (std::string_view name : finding.services) names += (names.empty() ? "" : " + ") + std::string(name);
      if (names.empty()) {
        auto layer = finding.location() ? by_layer.find(finding.location()->layer) : by_layer.end();
        (layer == by_layer.end() ? rest : all[layer->second]).findings.push_back(&finding);
        continue;
      }
      auto [known, fresh] = by_services.try_emplace(names, all.size());
      if (fresh) all.push_back({.title = one_line(names), .detail = "shared files", .findings = {}});
      all[known->second].findings.push_back(&finding);
    }
    all.push_back(std::move(rest));
    std::erase_if(all, [](const Group& group) { return group.findings.empty(); });
    return all;
  }

  static std::string describe(const Service& service) {
    std::string text;
    auto add = [&](std::string_view part) {
      if (!text.empty()) text += ", ";
      text += one_line(part);
    };
    if (service.build.set()) {
      add("built from " + std::string(service.build.dockerfile.value));
    } else if (service.image.set()) {
      add(service.image.value);
    }
    if (service.exposure != Exposure::internal) {
      std::string ports = service.exposure == Exposure::published ? "published" : "on loopback";
      for (const Port& port : service.container.ports) ports += " " + std::string(port.written);
      add(ports);
    }
    if (!service.active) add("profile is off");
    return text;
  }

  // Paths below the target are shown from there: the header names it.
  Row row_at(const Finding& finding) const {
    Row row{.severity = finding.severity, .note = note_of(finding)};
    const Location* at = finding.location();
    std::string_view path = at == nullptr ? finding.subject.id : at->path;
    std::string_view target = record_.target_path;
    while (target.ends_with('/')) target.remove_suffix(1);
    if (!target.empty() && path.starts_with(target) && path.substr(target.size()).starts_with('/'))
      path.remove_prefix(target.size() + 1);
    row.path = one_line(path);
    if (at != nullptr && at->line != 0) row.lines = std::to_string(at->line);
    return row;
  }

  std::string note_of(const Finding& finding) const {
    const Decision* decision = decision_of(finding);
    bool known = decision != nullptr && decision->outcome == Outcome::known;
    if (decision == nullptr || (decision->outcome != Outcome::ignored && !known)) return {};
    return (known ? "known by " : "ignored by ") + one_line(decision->source) + ": " + one_line(decision->reason);
  }

  // Findings that one row stands for, in the order of the first of each.
  using Bundle = std::vector<const Finding*>;
  std::vector<Bundle> bundles_of(const Group& group) const {
    std::vector<Bundle> bundles;
    std::map<std::tuple<int, Severity, std::string_view, std::string_view, std::string_view, uint32_t>, size_t> known;
    for (const Finding* finding : group.findings) {
      const Location* at = finding->location();
      auto key = std::tuple(static_cast<int>(bundles.size()) + 1, Severity::unknown, std::string_view(),
                            std::string_view(), std::string_view(), 0u);  // alone
      if (const auto* v = std::get_if<VulnerabilityDetail>(&finding->detail); v != nullptr && !options_.all) {
        const Package& package = record_.packages[v->package];
        key = {0, Severity::unknown, package.name, package.version, package.at.path, package.at.line};
      } else if (finding->kind() == FindingKind::misconfiguration && at != nullptr && at->line != 0 && !options_.all) {
        key = {0, finding->severity, finding->subject.id, {}, at->path, at->line};
      }
      auto [place, fresh] = known.try_emplace(key, bundles.size());
      if (fresh) bundles.emplace_back();
      bundles[place->second].push_back(finding);
    }
    return bundles;
  }

  std::vector<Row> rows_of(const Group& group) const {
    std::vector<Row> rows;
    std::map<std::tuple<Severity, std::string, std::string, std::string, std::string>, size_t> alike;  // -> row
    for (const Bundle& bundle : bundles_of(group)) {
      Row row = row_at(*bundle[0]);
      if (bundle[0]->kind() == FindingKind::vulnerability && !options_.all) {
        gather_package(bundle, row);
      } else {
        gather_line(bundle, row);
      }
      if (options_.all || row.lines.empty()) {
        rows.push_back(std::move(row));
        continue;
      }
      auto [known, fresh] =
          alike.try_emplace(std::tuple(row.severity, row.id, row.path, row.message, row.note), rows.size());
      if (fresh) {
        rows.push_back(std::move(row));
      } else if (Row& earlier = rows[known->second]; columns_of(earlier.lines) < 14) {
        earlier.lines += "," + row.lines;
      } else if (!earlier.lines.ends_with("…")) {
        earlier.lines += ",…";
      }
    }
    return rows;
  }

  void gather_line(const Bundle& bundle, Row& row) const {
    bool one_check = std::ranges::all_of(bundle, [&](const Finding* f) { return f->check == bundle[0]->check; });
    constexpr size_t kMostBytes = 2000;  // a file may be one line
    size_t left_out = 0;
    for (const Finding* finding : bundle) {
      std::string id = id_of(*finding);
      if (row.id.find(id) == std::string::npos) row.id += (row.id.empty() ? "" : " ") + id;
      if (row.message.size() > kMostBytes) {
        ++left_out;
        continue;
      }
      std::string text = one_line(bundle.size() == 1 || one_check ? finding->message : title_of(*finding));
      if (row.message.find(text) == std::string::npos) row.message += (row.message.empty() ? "" : "; ") + text;
    }
    if (left_out != 0) row.message += "; and " + std::to_string(left_out) + " more";
  }

  std::string_view title_of(const Finding& finding) const {
    auto found = std::ranges::find(record_.checks, finding.check, &CheckSummary::id);
    return found == record_.checks.end() ? finding.message : found->title;
  }

  static std::string id_of(const Finding& finding) {
    if (const auto* vulnerability = std::get_if<VulnerabilityDetail>(&finding.detail))
      return one_line(vulnerability->id);
    return one_line(finding.check);
  }

  // Findings come worst first, so the first one names the row.
  void gather_package(const Bundle& findings, Row& row) const {
    const auto& first = std::get<VulnerabilityDetail>(findings[0]->detail);
    const Package& package = record_.packages[first.package];
    row.id = one_line(first.id);
    if (findings.size() > 1) row.id += " +" + std::to_string(findings.size() - 1);
    size_t unfixed = 0;
    for (const Finding* finding : findings)
      if (std::get<VulnerabilityDetail>(finding->detail).fixed_version.empty()) ++unfixed;
    row.message = one_line(package.name) + " " + one_line(package.version);
    std::string_view upgrade = first.upgrade.empty() ? first.fixed_version : first.upgrade;
    if (!upgrade.empty()) row.message += " → " + one_line(upgrade);
    if (unfixed != 0)
      row.message += upgrade.empty() ? ", no fix known" : ", " + std::to_string(unfixed) + " of them without a fix";
    if (!package.source_name.empty() && package.source_name != package.name)
      row.message += " (source " + one_line(package.source_name) + ")";
  }

  static SeverityCounts counts_of(const std::vector<const Finding*>& findings) {
    SeverityCounts counts{};
    for (const Finding* finding : findings) ++counts[static_cast<size_t>(finding->severity)];
    return counts;
  }

  std::string counts_text(const SeverityCounts& counts) const {
    std::string text;
    for (Severity severity :
         {Severity::critical, Severity::high, Severity::medium, Severity::low, Severity::info, Severity::unknown}) {
      size_t count = counts[static_cast<size_t>(severity)];
      if (count == 0) continue;
      if (!text.empty()) text += "  ";
      text += styled(style_of(severity), std::to_string(count) + " " + std::string(name_of(severity)));
    }
    return text;
  }

  void print(const Group& group) {
    std::string name = clip(group.title, width_ - 12);
    std::string title = styled(Style::bold, name);
    if (!group.detail.empty()) title += "  " + styled(Style::dim, clip(group.detail, width_ - columns_of(name) - 2));
    if (!group.title.empty()) line(title);
    line("  " + counts_text(counts_of(group.findings)));
    std::vector<Row> rows = rows_of(group);
    size_t id_columns = 6, at_columns = 8;
    for (const Row& row : rows) {
      id_columns = std::max(id_columns, columns_of(row.id));
      at_columns = std::max(at_columns, columns_of(row.at()));
    }
    id_columns = std::min<size_t>(id_columns, 24);
    at_columns = std::min<size_t>(at_columns, std::max<size_t>(18, width_ * 34 / 100));
    constexpr size_t kSeverityColumns = 8;
    size_t message_at = 2 + kSeverityColumns + 2 + id_columns + 2 + at_columns + 2;
    bool stacked = width_ < message_at + 26;  // too narrow for a column: the message goes below
    size_t message_columns = stacked ? width_ - 6 : width_ - message_at;
    for (const Row& row : rows) {
      std::string text = row.message + (row.note.empty() ? "" : " (" + row.note + ")");
      std::vector<std::string> message = wrap(text, message_columns);
      std::vector<std::string> ids = wrap(row.id, id_columns);
      std::string before = "  " + styled(style_of(row.severity), pad(name_of(row.severity), kSeverityColumns)) + "  ";
      std::string at = "  " + pad(clip_path(row.at(), at_columns), at_columns);
      size_t lines = std::max({ids.size(), stacked ? 0 : message.size(), size_t{1}});
      for (size_t i = 0; i < lines; ++i) {
        std::string text_line = before + pad(i < ids.size() ? ids[i] : "", id_columns) + at;
        if (!stacked && i < message.size()) text_line += "  " + message[i];
        line(text_line);
        before = std::string(2 + kSeverityColumns + 2, ' ');
        at = std::string(2 + at_columns, ' ');
      }
      if (stacked)
        for (const std::string& part : message) line("      " + part);
    }
    line("");
  }

  void unknowns() {
    if (record_.unknowns.empty()) return;
    paragraph("Not examined: " + std::to_string(record_.unknowns.size()) + ".", Style::bold,
              "Nothing found there does not mean that nothing is there.");
    size_t shown = options_.all ? record_.unknowns.size() : std::min<size_t>(record_.unknowns.size(), 12);
    for (size_t i = 0; i < shown; ++i) {
      const Unknown& unknown = record_.unknowns[i];
      std::string at = one_line(unknown.at.path.empty() ? unknown.subject.id : unknown.at.path);
      if (unknown.at.line != 0) at += ":" + std::to_string(unknown.at.line);
      std::string text =
          (unknown.check.empty() ? "" : one_line(unknown.check) + " ") + at + ": " + one_line(unknown.reason);
      size_t indent = 2;
      for (const std::string& part : wrap(text, width_ - 4)) {
        line(std::string(indent, ' ') + part);
        indent = 4;
      }
    }
    if (shown < record_.unknowns.size())
      line("    and " + std::to_string(record_.unknowns.size() - shown) + " more (--all)");
    line("");
  }

  void summary() {
    std::vector<const Finding*> shown;
    size_t ignored = 0, known = 0, counting = 0;
    for (const Finding& finding : record_.findings) {
      const Decision* decision = decision_of(finding);
      if (decision != nullptr && decision->outcome == Outcome::counts) ++counting;
      if (hidden(finding)) {
        ++(decision->outcome == Outcome::known ? known : ignored);
      } else {
        shown.push_back(&finding);
      }
    }
    std::string total = shown.empty() ? styled(Style::good, "No findings") : counts_text(counts_of(shown));
    if (ignored != 0) total += styled(Style::dim, "  " + std::to_string(ignored) + " ignored (--all)");
    if (known != 0) total += styled(Style::dim, "  " + std::to_string(known) + " known (--all)");
    line(total);

    next_steps(shown);
    std::string looked = std::to_string(record_.counts.files) + (record_.counts.files == 1 ? " file, " : " files, ") +
                         std::to_string(record_.packages.size()) +
                         (record_.packages.size() == 1 ? " package" : " packages");
    if (record_.counts.layers != 0)
      looked += ", " + std::to_string(record_.counts.layers) + (record_.counts.layers == 1 ? " layer" : " layers");
    if (record_.elapsed_milliseconds != 0) looked += " in " + std::to_string(record_.elapsed_milliseconds) + " ms";
    paragraph(looked);
    advisories();
    for (const std::string& note : options_.notes) paragraph("note:", Style::medium, one_line(note), 6);
    if (counting != 0)
      paragraph(std::to_string(counting) + (counting == 1 ? " finding" : " findings") +
                " at or over the threshold. `drydock fix` shows the edits that it can make, `drydock explain ID` the "
                "reasons.");
  }

  // The few steps that end most of what is shown: upgrades by what they end, and the edits that fix can make.
  void next_steps(const std::vector<const Finding*>& shown) {
    constexpr size_t kMost = 5;
    struct Step {
      std::string text;
      size_t ends = 0;
      Severity worst = Severity::unknown;
    };
    std::map<std::string, Step> upgrades;
    size_t edits = 0, changing = 0;
    for (const Finding* finding : shown) {
      if (const auto* v = std::get_if<VulnerabilityDetail>(&finding->detail);
          v != nullptr && !v->fixed_version.empty() && !v->upgrade.empty()) {
        const Package& package = record_.packages[v->package];
        std::string text = "upgrade " + one_line(package.name) + " " + one_line(package.version) + " to " +
                           one_line(v->upgrade) + " in " + row_at(*finding).path;
        Step& step = upgrades[text];
        step.text = text;
        ++step.ends;
        step.worst = std::max(step.worst, finding->severity);
      }
      if (const auto* m = std::get_if<MisconfigurationDetail>(&finding->detail); m != nullptr && !m->edits.empty())
        ++(m->changes_behaviour ? changing : edits);
    }
    std::vector<Step> steps;
    for (const auto& [text, step] : upgrades) steps.push_back(step);
    std::ranges::sort(steps, [](const Step& a, const Step& b) {
      return std::tie(b.worst, b.ends, a.text) < std::tie(a.worst, a.ends, b.text);
    });
    if (steps.empty() && edits + changing == 0) return;
    line(styled(Style::bold, "What ends most"));
    for (size_t i = 0; i < steps.size() && i < kMost; ++i)
      line("  " + clip(steps[i].text + " (ends " + std::to_string(steps[i].ends) + ", worst " +
                           std::string(name_of(steps[i].worst)) + ")",
                       width_ - 2));
    auto offer = [&](std::string_view command, size_t count) {
      if (count != 0)
        line("  " + std::string(command) + ": " + std::to_string(count) + (count == 1 ? " finding" : " findings"));
    };
    offer("drydock fix", edits);
    offer("drydock fix --behaviour-changing", changing);
    line("");
  }

  void advisories() {
    const AdvisoryDatabase& data = record_.advisories;
    if (data.kind.empty()) {
      paragraph("No advisory data was used: vulnerabilities were not looked for.", Style::medium);
    } else if (data.kind == "starter") {
      paragraph("Advisories: starter set of " + format_date(data.newest) + ", " + std::to_string(data.advisories) +
                " records of the most used packages. Get all of them with `drydock db update`.");
    } else {
      paragraph("Advisories: " + std::to_string(data.advisories) + " records, newest of " + format_date(data.newest) +
                ", indexed " + format_date(data.built) + ".");
    }
  }

  const ScanRecord& record_;
  const RenderOptions& options_;
  size_t width_;
  std::string out_;
};

}  // namespace

std::string render_table(const ScanRecord& record, const RenderOptions& options) {
  return Table(record, options).render();
}

}  // namespace drydock::report
