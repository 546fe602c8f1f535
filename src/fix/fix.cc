#include "fix/fix.h"

#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/file.h"
#include "base/stable_order.h"

namespace drydock::fix {
namespace {

constexpr size_t kMostExaminations = 500;  // of one plan; each reads every file again

std::span<const Edit> edits_of(const Finding& finding) {
  const auto* detail = std::get_if<MisconfigurationDetail>(&finding.detail);
  return detail == nullptr ? std::span<const Edit>{} : detail->edits;
}

// Why an edit cannot be made at all; empty if it can. A fault of a check must not become a broken file.
std::string_view impossible(std::span<const Edit> edits, const Sources& sources) {
  for (const Edit& edit : edits) {
    const Source* source = sources.find(edit.path);
    if (source == nullptr) return "its edit is for a file that was not examined";
    if (edit.span.begin > edit.span.end || edit.span.end > source->bytes.size())
      return "its edit lies outside the file";
  }
  return {};
}

// Stable, so that insertions at one place keep their order.
void sort_by_place(std::vector<Edit>& edits) {
  sort_stably(edits, [](const Edit& a, const Edit& b) { return a.span < b.span; });
}

// The edits of one file, none overlapping. Insertions at one place do not overlap: they are put there in the order in
// which they were accepted, and the result is examined like any other.
class FileEdits {
 public:
  enum class Added : uint8_t { yes, known, overlaps };

  Added add(const Edit& edit) {
    auto key = std::tuple(edit.span.begin, edit.span.end, edit.text);
    if (known_.contains(key)) return Added::known;
    if (overlaps(edit.span)) return Added::overlaps;
    known_.insert(key);
    if (edit.span.empty()) {
      insertions_.insert(edit.span.begin);
    } else {
      replaced_.emplace(edit.span.begin, edit.span.end);
    }
    edits_.push_back(edit);
    return Added::yes;
  }

  void remove_last() {
    const Edit& edit = edits_.back();
    known_.erase({edit.span.begin, edit.span.end, edit.text});
    if (edit.span.empty()) {
      insertions_.erase(insertions_.find(edit.span.begin));
    } else {
      replaced_.erase(edit.span.begin);
    }
    edits_.pop_back();
  }

  const std::vector<Edit>& all() const { return edits_; }

 private:
  bool overlaps(Span span) const {
    auto next = replaced_.lower_bound(span.begin);
    if (next != replaced_.begin() && std::prev(next)->second > span.begin) return true;
    if (span.empty()) return false;
    if (next != replaced_.end() && next->first < span.end) return true;
    auto inside = insertions_.upper_bound(span.begin);
    return inside != insertions_.end() && *inside < span.end;
  }

  std::vector<Edit> edits_;  // as accepted
  std::set<std::tuple<uint32_t, uint32_t, std::string_view>> known_;
  std::map<uint32_t, uint32_t> replaced_;  // begin -> end, not empty
  std::multiset<uint32_t> insertions_;
};

// Accepted edits by file; adds a finding's edits together or not at all.
class EditSet {
 public:
  bool add(std::span<const Edit> edits) {
    std::vector<FileEdits*> added;
    for (const Edit& edit : edits) {
      FileEdits& file = files_[std::string(edit.path)];
      FileEdits::Added outcome = file.add(edit);
      if (outcome == FileEdits::Added::yes) added.push_back(&file);
      if (outcome != FileEdits::Added::overlaps) continue;
      for (FileEdits* changed : added) changed->remove_last();
      return false;
    }
    return true;
  }

  Overlay overlay(const Sources& sources) const {
    Overlay overlay;
    for (const auto& [path, edits] : files_)
      if (const Source* source = sources.find(path)) overlay[path] = applied(source->bytes, edits.all());
    return overlay;
  }

  std::vector<FileChange> changes(const Sources& sources) const {
    std::vector<FileChange> changes;
    for (const auto& [path, edits] : files_) {
      const Source* source = sources.find(path);
      if (source == nullptr) continue;
      FileChange change{.path = path,
                        .before = std::string(source->bytes),
                        .after = applied(source->bytes, edits.all()),
                        .edits = edits.all()};
      sort_by_place(change.edits);
      if (change.before != change.after) changes.push_back(std::move(change));
    }
    return changes;
  }

  static std::string applied(std::string_view bytes, std::vector<Edit> edits) {
    sort_by_place(edits);
    std::string out;
    size_t at = 0;
    for (const Edit& edit : edits) {
      out += bytes.substr(at, edit.span.begin - at);
      out += edit.text;
      at = edit.span.end;
    }
    out += bytes.substr(std::min(at, bytes.size()));
    return out;
  }

 private:
  std::map<std::string, FileEdits> files_;
};

// How often each kind of finding occurs in each file: an edit may shift places, so findings are counted, not compared.
using Census = std::map<std::tuple<std::string, std::string, std::string>, int>;

std::tuple<std::string, std::string, std::string> kind_of(const Finding& finding) {
  const Location* at = finding.location();
  return {std::string(finding.check), std::string(at ? at->path : finding.subject.id), std::string(finding.item)};
}

Census census_of(std::span<const Finding> findings) {
  Census census;
  for (const Finding& finding : findings)
    if (finding.kind() == FindingKind::misconfiguration) ++census[kind_of(finding)];
  return census;
}

// Empty if `after` lacks the fixed findings and has nothing that `before` had not.
std::string objection(const Census& before, const Census& after, const std::vector<const Finding*>& fixed) {
  Census expected = before;
  for (const Finding* finding : fixed) --expected[kind_of(*finding)];
  for (const auto& [kind, count] : after) {
    auto known = expected.find(kind);
    int allowed = known == expected.end() ? 0 : known->second;
    if (count <= allowed) continue;
    bool was_there = before.contains(kind);
    return was_there ? std::get<0>(kind) + " would still be found in " + std::get<1>(kind)
                     : "it would cause " + std::get<0>(kind) + " in " + std::get<1>(kind);
  }
  return {};
}

}  // namespace

Plan plan_fixes(std::span<const Finding* const> offers, std::span<const Finding> present, const Sources& sources,
                const Rescan& rescan) {
  Plan plan;
  Census before = census_of(present);
  auto examine = [&](const EditSet& edits, const std::vector<const Finding*>& fixed) -> std::string {
    const std::vector<Finding>* after = rescan(edits.overlay(sources));
    if (after == nullptr) return "the file could not be read any more";
    return objection(before, census_of(*after), fixed);
  };

  // All at once: the common case, and one examination.
  EditSet together;
  std::vector<const Finding*> candidates;
  for (const Finding* finding : offers) {
    if (edits_of(*finding).empty()) continue;
    if (std::string_view why = impossible(edits_of(*finding), sources); !why.empty()) {
      plan.refused.push_back({finding, std::string(why)});
      continue;
    }
    if (together.add(edits_of(*finding))) {
      candidates.push_back(finding);
    } else {
      plan.refused.push_back(
          {finding, "its edit overlaps with that of another fix; run drydock fix again after this one"});
    }
  }
  if (candidates.empty()) return plan;
  if (examine(together, candidates).empty()) {
    plan.files = together.changes(sources);
    plan.fixed = std::move(candidates);
    return plan;
  }

  // Something is wrong with some of them: halves are tried on top of what is accepted until each culprit stands alone.
  // A few culprits among many cost some examinations each, and a file full of them is left for the next run.
  EditSet accepted;
  size_t examinations = 0;
  std::vector<std::span<const Finding* const>> pending{candidates};
  while (!pending.empty()) {
    std::span<const Finding* const> some = pending.back();
    pending.pop_back();
    if (examinations == kMostExaminations) {
      for (const Finding* finding : some)
        plan.refused.push_back({finding, "too many fixes hinder one another; run drydock fix again after these"});
      continue;
    }
    EditSet tried = accepted;
    std::vector<const Finding*> fixed = plan.fixed;
    for (const Finding* finding : some) {
      tried.add(edits_of(*finding));  // cannot overlap: all together did not
      fixed.push_back(finding);
    }
    ++examinations;
    std::string why = examine(tried, fixed);
    if (why.empty()) {
      accepted = std::move(tried);
      plan.fixed = std::move(fixed);
    } else if (some.size() == 1) {
      plan.refused.push_back({some[0], why});
    } else {
      pending.push_back(some.subspan(some.size() / 2));
      pending.push_back(some.first(some.size() / 2));
    }
  }
  plan.files = accepted.changes(sources);
  return plan;
}

Result<void> apply(const Plan& plan, const std::string& root) {
  struct Target {
    std::string path;
    mode_t mode = 0;
  };
  std::vector<Target> targets;
  // All are looked at before the first is written: a plan is applied whole, or nothing is.
  for (const FileChange& change : plan.files) {
    std::string path = root + "/" + change.path;
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
      return fail(Errc::not_found, path + " is no longer a regular file; nothing was written, run drydock fix again");
    TRY(std::string now, read_file(path, uint64_t{64} << 20));
    if (now != change.before)
      return fail(Errc::io, path + " has changed since it was examined; nothing was written, run drydock fix again");
    targets.push_back({std::move(path), status.st_mode & 07777});
  }
  for (size_t i = 0; i < targets.size(); ++i)
    TRY_VOID(write_file_atomically(targets[i].path, plan.files[i].after, targets[i].mode));
  return {};
}

}  // namespace drydock::fix
