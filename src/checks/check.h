// What a check is. One check, one file: src/checks/<folder>/<name>.cc, in the shape that docs/adding-a-check.md shows.
//
// A check says what it sees and where; the runner (runner.h) does the rest: inline ignores, ONBUILD, stage scoping,
// deduplication, place, line, snippet, Examined.
//
// Headers that a check includes must not reach <chrono>, <memory>, <string> heavy users or fmt: 835 of these are
// compiled.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <variant>

#include "base/span.h"
#include "model/edit.h"
#include "model/location.h"
#include "model/settings.h"
#include "model/severity.h"

namespace drydock {

struct Check;
struct ContainerInput;
struct DockerfileInput;
struct EnvInput;
struct ImageInput;
struct NginxInput;
struct ServiceInput;
struct StackInput;
struct WorkflowInput;

// Where a check says what it found. Copies all text, so temporaries are safe.
class Findings {
 public:
  // In the file under examination. The edits, together, are the fix that is offered.
  virtual void add(Span at, std::string_view message, std::initializer_list<Edit> edits = {}) = 0;
  // One of several things the check reports: `item` is part of the finding's identity ("SYS_ADMIN", "HSTS").
  virtual void add_item(std::string_view item, Span at, std::string_view message,
                        std::initializer_list<Edit> edits = {}) = 0;
  // In any file of the sources: for inputs that were merged from several.
  virtual void add(const Location& at, std::string_view message, std::initializer_list<Edit> edits = {}) = 0;
  virtual void add_item(std::string_view item, const Location& at, std::string_view message,
                        std::initializer_list<Edit> edits = {}) = 0;
  // The next add() counts with this severity instead of the check's: for rows whose severity depends on the case.
  virtual Findings& as(Severity severity) = 0;
  // Cannot be decided here: an unresolved variable, an unknown base image. Never guess.
  virtual void unknown(Span at, std::string_view reason) = 0;
  virtual void unknown(const Location& at, std::string_view reason) = 0;
  // The question does not arise for this subject (say why); it then neither passes nor fails.
  virtual void not_applicable(std::string_view reason) = 0;
  // The row that is running: tables of checks share one run() and read check().key and check().want.
  virtual const Check& check() const = 0;
  // "a" + "b" + ..., alive until the scan ends: for messages and edit texts that are put together.
  virtual std::string_view text(std::initializer_list<std::string_view> pieces) = 0;

 protected:
  ~Findings() = default;
};

template <class Input>
using RunOn = void (*)(const Input&, Findings&);

enum class Fix : uint8_t { none, safe, behaviour_changing };

// `bad` must give at least one finding of this check, `good` none. Where `bad` has a fix, applying it gives exactly
// `good`. An example is the input's text form: a file, or several behind lines `-- path --`.
struct Example {
  std::string_view bad = {};
  std::string_view good = {};
  std::string_view path = {};  // file name when it matters ("docker-compose.dev.yml")
  Settings settings = {};      // when the check asks for them
};

struct Check {
  std::string_view id;    // catalog id: "DF018"
  std::string_view name;  // file stem with '-' for '_': "add-for-copy"
  std::string_view title;
  Severity severity = Severity::unknown;
  Fix fix = Fix::none;
  std::string_view running_id = {};                   // the row's id when the subject is a running container
  std::string_view image_id = {};                     // the row's id when the subject is an image config
  std::span<const std::string_view> aliases = {};     // peers' ids: "DL3020", "DS-0005", "CKV_DOCKER_4", "CIS 4.9"
  std::span<const std::string_view> references = {};  // at least one
  std::string_view advice = {};  // what to do, one or two sentences, also where there is an automatic fix
  std::variant<RunOn<DockerfileInput>, RunOn<ContainerInput>, RunOn<ServiceInput>, RunOn<NginxInput>,
               RunOn<WorkflowInput>, RunOn<EnvInput>, RunOn<ImageInput>, RunOn<StackInput>>
      run;
  std::span<const Example> examples = {};
  std::string_view key = {}, want = {};  // for rows of one table
  bool masked = false;                   // the finding's span is a secret value: no report may show it
};

// Every check, in the order of its file names. From the generated all_checks.inc: the folder is the registry.
std::span<const Check* const> all_checks();
// By id, name or a peer's alias (without case); null if there is none.
const Check* find_check(std::string_view id_name_or_alias);

}  // namespace drydock
