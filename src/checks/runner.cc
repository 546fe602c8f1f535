#include "checks/runner.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>

#include "base/stable_order.h"
#include "base/text.h"
#include "checks/inline_ignores.h"
#include "formats/dockerfile.h"
#include "formats/dotenv.h"
#include "formats/nginx_places.h"
#include "formats/yaml.h"

namespace drydock::checks {
namespace {

constexpr size_t kMostIgnores = 16;  // of one finding: policy needs the first, reports show what there is

// What the findings of one file ask again and again, found once.
class FileState {
 public:
  FileState(const Source& source, Time now) : source_(source) {
    for (const IgnoreMark& mark : find_ignore_marks(source.bytes)) {
      if (mark.expires.known() && mark.expires <= now) continue;
      (mark.whole_file ? whole_file_ : marks_).push_back(mark);
    }
    sort_stably(marks_, [](const IgnoreMark& a, const IgnoreMark& b) { return a.ignore.line < b.ignore.line; });
    if (const auto* file = source.as<nginx::File>()) nginx_.emplace(*file);
  }

  // The ignores that speak for a finding of `check` at `at`, in file order.
  std::vector<InlineIgnore> ignores(const Check& check, const Location& at);
  std::string place(uint32_t offset);

 private:
  uint32_t first_comment_above(uint32_t line);

  const Source& source_;
  std::vector<IgnoreMark> marks_, whole_file_;
  const Check* named_for_ = nullptr;  // the check that `named_` is about
  std::vector<InlineIgnore> named_;   // of whole_file_
  uint32_t statement_ = 0, above_ = 0;
  std::optional<nginx::Places> nginx_;
};

class FileStates {
 public:
  explicit FileStates(Time now) : now_(now) {}
  FileState& of(const Source& source) { return files_.try_emplace(&source, source, now_).first->second; }

 private:
  Time now_;
  std::unordered_map<const Source*, FileState> files_;
};

// First line of the statement that holds `offset`: an instruction for Dockerfiles, the line itself elsewhere.
uint32_t statement_line(const Source& source, uint32_t offset) {
  if (const auto* file = source.as<dockerfile::File>()) {
    auto after = std::upper_bound(file->instructions.begin(), file->instructions.end(), offset,
                                  [](uint32_t at, const dockerfile::Instruction& in) { return at < in.span.begin; });
    if (after != file->instructions.begin()) return source.lines.at(std::prev(after)->span.begin).line;
  }
  return source.lines.at(offset).line;
}

bool is_comment_line(const Source& source, uint32_t line) {
  return trim(source.lines.line(line).of(source.bytes)).starts_with('#');
}

bool names_check(std::string_view id, const Check& check) {
  if (id.empty()) return true;
  auto same = [&](std::string_view other) {
    if (equal_ignoring_case(id, other)) return true;
    // Trivy writes AVD-DS-0002 and DS002 for DS-0002; CIS ids hold a blank and never occur in marks.
    return id.size() > 4 && equal_ignoring_case(id.substr(0, 4), "AVD-") && equal_ignoring_case(id.substr(4), other);
  };
  return same(check.id) || same(check.name) || std::ranges::any_of(check.aliases, same);
}

// First line of the comment block right above `line`.
uint32_t FileState::first_comment_above(uint32_t line) {
  if (statement_ == line) return above_;
  statement_ = line;
  for (above_ = line; above_ > 1 && is_comment_line(source_, above_ - 1);) --above_;
  return above_;
}

std::vector<InlineIgnore> FileState::ignores(const Check& check, const Location& at) {
  if (named_for_ != &check) {
    named_for_ = &check;
    named_.clear();
    for (const IgnoreMark& mark : whole_file_)
      if (named_.size() < kMostIgnores && names_check(mark.ignore.id, check)) named_.push_back(mark.ignore);
  }
  std::vector<InlineIgnore> found = named_;
  if (marks_.empty()) return found;
  uint32_t first = statement_line(source_, at.span.begin);
  uint32_t above = first_comment_above(first);
  uint32_t from = std::min(above, at.line > 0 ? at.line - 1 : 0);
  auto mark = std::ranges::lower_bound(marks_, from, {}, [](const IgnoreMark& m) { return m.ignore.line; });
  for (; mark != marks_.end() && mark->ignore.line <= at.line && found.size() < kMostIgnores; ++mark) {
    uint32_t line = mark->ignore.line;
    bool here = line >= first || (mark->alone && line >= above) || (mark->alone && line + 1 == at.line);
    if (here && names_check(mark->ignore.id, check)) found.push_back(mark->ignore);
  }
  sort_stably(found, [](const InlineIgnore& a, const InlineIgnore& b) { return a.line < b.line; });
  return found;
}

std::string FileState::place(uint32_t offset) {
  if (const auto* file = source_.as<dockerfile::File>()) return dockerfile::place_at(*file, offset);
  if (const auto* file = source_.as<yaml::File>()) return tree::place_at(file->root(), offset);
  if (nginx_) return nginx_->at(offset);
  if (const auto* file = source_.as<dotenv::File>()) {
    auto behind = std::ranges::upper_bound(file->entries, offset, {},
                                           [](const dotenv::Entry& entry) { return entry.span.begin; });
    if (behind != file->entries.begin() && offset <= std::prev(behind)->span.end)
      return std::string(std::prev(behind)->name);
  }
  if (const auto* node = source_.as<tree::Node>()) return tree::place_at(*node, offset);
  return {};
}

// Turns what one check says about one subject into rows of the Part.
class Writer final : public Findings {
 public:
  Writer(const Sources* sources, FileStates& files, size_t most_findings, Part& out)
      : sources_(sources), files_(files), most_findings_(most_findings), out_(out) {}

  void start(const Check& check, std::string_view id, const Subject& subject, const Source* file,
             std::span<const std::string_view> services) {
    check_ = &check;
    id_ = id;
    subject_ = subject;
    file_ = file;
    services_ = services;
    severity_ = check.severity;
  }

  void add(Span at, std::string_view message, std::initializer_list<Edit> edits) override {
    report({}, locate(at), message, edits);
  }
  void add_item(std::string_view item, Span at, std::string_view message, std::initializer_list<Edit> edits) override {
    report(item, locate(at), message, edits);
  }
  void add(const Location& at, std::string_view message, std::initializer_list<Edit> edits) override {
    report({}, at, message, edits);
  }
  void add_item(std::string_view item, const Location& at, std::string_view message,
                std::initializer_list<Edit> edits) override {
    report(item, at, message, edits);
  }
  Findings& as(Severity severity) override {
    severity_ = severity;
    return *this;
  }
  void unknown(Span at, std::string_view reason) override { unknown(locate(at), reason); }
  void unknown(const Location& at, std::string_view reason) override {
    out_.unknowns.push_back({.check = id_, .subject = subject_, .at = keep(at), .reason = out_.pool.copy(reason)});
  }
  void not_applicable(std::string_view reason) override {
    out_.not_applicable.push_back({.check = id_, .subject = subject_, .reason = out_.pool.copy(reason)});
  }
  // After the last check: says what report() only counted.
  void finish() {
    for (const auto& [key, count] : counts_) {
      if (count.found <= most_findings_) continue;
      const Location& at = count.first_left_out;
      out_.unknowns.push_back(
          {.check = key.first,
           .subject = {.kind = SubjectKind::file, .id = at.path, .version = {}},
           .at = at,
           .reason = out_.pool.join(std::to_string(count.found - most_findings_), " more findings of ", key.first,
                                    " in this file are not listed; correct the listed ones and scan again")});
    }
  }

  const Check& check() const override { return *check_; }
  std::string_view text(std::initializer_list<std::string_view> pieces) override {
    std::string_view joined;
    for (std::string_view piece : pieces) joined = out_.pool.join(joined, piece);
    return joined;
  }

 private:
  Location locate(Span at) {
    assert(file_ != nullptr && "a check of a merged input must say the file: use Location");
    LineColumn place = file_->lines.at(at.begin);
    return {.path = file_->path, .layer = {}, .span = at, .line = place.line, .column = place.column};
  }

  Location keep(Location at) {
    at.path = out_.pool.copy(at.path);
    at.layer = out_.pool.copy(at.layer);
    return at;
  }

  const Source* source_of(const Location& at) const {
    if (file_ != nullptr && file_->path == at.path) return file_;
    return sources_ == nullptr || at.path.empty() ? nullptr : sources_->find(at.path);
  }

  std::span<const InlineIgnore> ignores_at(const Source& source, const Location& at) {
    std::vector<InlineIgnore> found = files_.of(source).ignores(*check_, at);
    for (InlineIgnore& ignore : found) {
      ignore.id = out_.pool.copy(ignore.id);
      ignore.reason = out_.pool.copy(ignore.reason);
    }
    return out_.pool.copy_span<InlineIgnore>(found);
  }

  void report(std::string_view item, const Location& where, std::string_view message,
              std::initializer_list<Edit> edits) {
    Severity severity = std::exchange(severity_, check_->severity);
    auto key =
        std::tuple(std::string(id_), std::string(subject_.id), std::string(where.path), where.span, std::string(item));
    if (!seen_.insert(std::move(key)).second) return;
    if (PerFile& count = counts_[{id_, std::string(where.path)}]; ++count.found > most_findings_) {
      if (count.found == most_findings_ + 1) count.first_left_out = keep(where);
      return;
    }
    Location at = keep(where);
    std::vector<Edit> kept_edits;
    for (Edit edit : edits) {
      edit.text = out_.pool.copy(edit.text);
      edit.path = edit.path.empty() ? at.path : out_.pool.copy(edit.path);
      kept_edits.push_back(edit);
    }
    const Source* source = source_of(at);
    Finding finding{.check = id_,
                    .subject = subject_,
                    .item = out_.pool.copy(item),
                    .place = source ? out_.pool.copy(files_.of(*source).place(at.span.begin)) : std::string_view{},
                    .severity = severity,
                    .message = out_.pool.copy(message),
                    .locations = out_.pool.copy_span<Location>({{at}}),
                    .services = services_,
                    .detail = MisconfigurationDetail{.edits = out_.pool.copy_span<Edit>(kept_edits),
                                                     .changes_behaviour = check_->fix == Fix::behaviour_changing}};
    if (source != nullptr) finding.ignores = ignores_at(*source, at);
    out_.findings.push_back(finding);
  }

  const Sources* sources_;
  FileStates& files_;
  size_t most_findings_;
  Part& out_;
  const Check* check_ = nullptr;
  std::string_view id_;
  Subject subject_;
  const Source* file_ = nullptr;
  std::span<const std::string_view> services_;
  Severity severity_ = Severity::unknown;
  std::set<std::tuple<std::string, std::string, std::string, Span, std::string>> seen_;
  struct PerFile {
    size_t found = 0;
    Location first_left_out;
  };
  std::map<std::pair<std::string_view, std::string>, PerFile> counts_;  // by id and path
};

// The selected checks that read one kind of input.
template <class Input>
std::vector<const Check*> checks_on(const Selection& selection) {
  std::vector<const Check*> selected;
  for (const Check* check : all_checks())
    if (std::holds_alternative<RunOn<Input>>(check->run) && selection.selects(*check)) selected.push_back(check);
  return selected;
}

template <class Input>
void run_one(const Check& check, const Input& input, Writer& writer) {
  std::get<RunOn<Input>>(check.run)(input, writer);
}

void add_examined(std::span<const std::string_view> ids, const std::vector<Subject>& subjects, Part& out) {
  if (ids.empty() || subjects.empty()) return;
  out.examined.push_back(
      {.checks = out.pool.copy_span<std::string_view>(ids), .subjects = out.pool.copy_span<Subject>(subjects)});
}

std::vector<std::string_view> ids_of(const std::vector<const Check*>& checks) {
  std::vector<std::string_view> ids;
  for (const Check* check : checks) ids.push_back(check->id);
  return ids;
}

// The stack whose folder is the nearest above `path`.
const Stack& stack_of(std::string_view path, std::span<const Stack> stacks) {
  static constexpr Stack kNone;
  const Stack* nearest = &kNone;
  for (const Stack& stack : stacks) {
    bool above =
        stack.directory.empty() || (path.starts_with(stack.directory) && path.size() > stack.directory.size() &&
                                    path[stack.directory.size()] == '/');
    if (above && (nearest == &kNone || stack.directory.size() > nearest->directory.size())) nearest = &stack;
  }
  return *nearest;
}

struct Run {
  const Sources& sources;
  std::span<const Stack> stacks;
  const Settings& settings;
  Time now;
  const Selection& selection;
  Part& out;
  FileStates files;
  Writer writer{&sources, files, selection.most_findings, out};

  Context context(const Stack& stack) const { return {.stack = &stack, .settings = settings, .now = now}; }

  // One row per file of type Tree; `make` builds the input.
  template <class Input, class Tree, class Make>
  void over_files(SourceKind kind, Make make) {
    std::vector<const Check*> checks = checks_on<Input>(selection);
    std::vector<Subject> subjects;
    for (const Source& source : sources.all()) {
      const Tree* tree = source.kind == kind ? source.as<Tree>() : nullptr;
      if (tree == nullptr) continue;
      Subject subject{.kind = SubjectKind::file, .id = out.pool.copy(source.path), .version = {}};
      subjects.push_back(subject);
      const Stack& stack = stack_of(source.path, stacks);
      Context here = context(stack);
      make(source, *tree, stack, here, [&](const Input& input, std::span<const std::string_view> services) {
        for (const Check* check : checks) {
          writer.start(*check, check->id, subject, &source, services);
          run_one(*check, input, writer);
        }
      });
    }
    add_examined(ids_of(checks), subjects, out);
  }

  void dockerfiles() {
    over_files<DockerfileInput, dockerfile::File>(SourceKind::dockerfile, [&](const Source& source,
                                                                              const dockerfile::File& file,
                                                                              const Stack&, Context& here, auto run) {
      std::vector<const Service*> services;
      std::vector<std::string_view> names;
      for (const Stack& stack : stacks) {
        for (const Service& service : stack.services) {
          if (!service.build.set() || service.build.dockerfile.value != source.path) continue;
          services.push_back(&service);
          names.push_back(subject_of(stack, service, out.pool).id);
          here.stack = &stack;
        }
      }
      run(DockerfileInput{file, source.path, services, here, &sources}, out.pool.copy_span<std::string_view>(names));
    });
  }

  // Services that a file belongs to are known only for Dockerfiles; the rest concerns the stack as a whole.
  template <class Input, class Tree>
  void plain_files(SourceKind kind) {
    over_files<Input, Tree>(kind, [&](const Source& source, const Tree& tree, const Stack&, Context& here, auto run) {
      run(Input{tree, source.path, sources, here}, {});
    });
  }

  template <class Input, class Make>
  void over_services(Make make) {
    std::vector<const Check*> checks = checks_on<Input>(selection);
    std::vector<Subject> subjects;
    for (const Stack& stack : stacks) {
      Context here = context(stack);
      for (const Service& service : stack.services) {
        Subject subject = subject_of(stack, service, out.pool);
        subjects.push_back(subject);
        std::span<const std::string_view> names = out.pool.copy_span<std::string_view>({{subject.id}});
        Input input = make(service, here);
        for (const Check* check : checks) {
          writer.start(*check, check->id, subject, nullptr, names);
          run_one(*check, input, writer);
        }
      }
    }
    add_examined(ids_of(checks), subjects, out);
  }

  void over_stacks() {
    std::vector<const Check*> checks = checks_on<StackInput>(selection);
    std::vector<Subject> subjects;
    static constexpr Stack kNone;
    std::span<const Stack> all = stacks.empty() ? std::span(&kNone, 1) : stacks;
    if (sources.all().empty()) return;
    for (const Stack& stack : all) {
      Subject subject{
          .kind = SubjectKind::stack, .id = stack.project.empty() ? "." : out.pool.copy(stack.project), .version = {}};
      subjects.push_back(subject);
      Context here = context(stack);
      for (const Check* check : checks) {
        writer.start(*check, check->id, subject, nullptr, {});
        run_one(*check, StackInput{stack, sources, here}, writer);
      }
    }
    add_examined(ids_of(checks), subjects, out);
  }
};

}  // namespace

bool Selection::selects(const Check& check) const {
  return only.empty() ||
         std::ranges::any_of(only, [&](std::string_view wanted) { return find_check(wanted) == &check; });
}

Subject subject_of(const Stack& stack, const Service& service, StringPool& pool) {
  std::string_view id =
      stack.directory.empty() ? pool.copy(service.name) : pool.join(stack.directory, "/", service.name);
  return {.kind = SubjectKind::service, .id = id, .version = {}};
}

void run_on_sources(const Sources& sources, std::span<const Stack> stacks, const Settings& settings, Time now,
                    const Selection& selection, Part& out) {
  Run run{.sources = sources,
          .stacks = stacks,
          .settings = settings,
          .now = now,
          .selection = selection,
          .out = out,
          .files = FileStates(now)};
  run.dockerfiles();
  run.plain_files<NginxInput, nginx::File>(SourceKind::nginx);
  run.plain_files<WorkflowInput, yaml::File>(SourceKind::workflow);
  run.plain_files<EnvInput, dotenv::File>(SourceKind::dotenv);
  run.over_services<ServiceInput>(
      [&](const Service& service, const Context& here) { return ServiceInput{service, sources, here}; });
  run.over_services<ContainerInput>([&](const Service& service, const Context& here) {
    return ContainerInput{service.container, &service, here, &sources};
  });
  run.over_stacks();
  run.writer.finish();
}

void run_on_image(const Image& image, const Subject& subject, const Context& context, const Selection& selection,
                  Part& out) {
  FileStates files(context.now);
  Writer writer(nullptr, files, selection.most_findings, out);
  std::vector<std::string_view> examined;
  for (const Check* check : checks_on<ImageInput>(selection)) {
    examined.push_back(check->id);
    writer.start(*check, check->id, subject, nullptr, {});
    run_one(*check, ImageInput{image, context}, writer);
  }
  for (const Check* check : checks_on<ContainerInput>(selection)) {
    if (check->image_id.empty()) continue;
    examined.push_back(check->image_id);
    writer.start(*check, check->image_id, subject, nullptr, {});
    run_one(*check, ContainerInput{image.config.container, nullptr, context}, writer);
  }
  writer.finish();
  add_examined(examined, {subject}, out);
}

}  // namespace drydock::checks
