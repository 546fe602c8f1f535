// Dockerfiles as BuildKit reads them (docs.docker.com/reference/dockerfile; syntax 1.x).
//
// Accepts: parser directives (syntax, escape, check), comments also inside continuations, heredocs (`<<EOF`, `<<-EOF`,
// quoted), exec and shell form, all flags, ARG scopes, stages, ONBUILD, Windows escapes, BOM, CRLF, a missing last
// newline, fragments without FROM (linted leniently: their instructions belong to stage 0). Rejects nothing: what does
// not parse is a Problem at its span, and reading goes on at the next instruction. Budgets: Budget; over one is
// Errc::over_budget. Linear time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/result.h"
#include "formats/shell.h"
#include "formats/tree.h"

namespace drydock::dockerfile {

enum class Keyword : uint8_t {
  unknown,
  add,
  arg,
  cmd,
  copy,
  entrypoint,
  env,
  expose,
  from,
  healthcheck,
  label,
  maintainer,
  onbuild,
  run,
  shell,
  stopsignal,
  user,
  volume,
  workdir,
};
std::string_view name_of(Keyword keyword);  // "FROM"

// Texts have quotes and escapes removed and variables as written; a `$` that names no variable ('$x', \$x) keeps an
// escape before it, so that expand() of a text is the value. Single-valued instructions (USER, WORKDIR, STOPSIGNAL,
// MAINTAINER) take the rest of the line as one word, as BuildKit does.
struct Word {
  std::string_view text;
  Span span;  // quotes included
  bool quoted = false;
};

struct Flag {  // --name=value, --name
  std::string_view name, value;
  Span span;
  Span value_span;
};

struct Pair {                    // ENV, LABEL, ARG: name=value, or the legacy `ENV name value`
  std::string_view name, value;  // quotes removed, variables as written
  Span span;                     // name and value
  Span name_span;
  Span value_span;         // quotes included; empty where there is no value
  bool has_value = false;  // false for `ARG name`
  bool legacy = false;     // `ENV name value`
};

struct Heredoc {
  std::string_view delimiter, body;  // the body as written, tabs included also for `<<-`
  Span span;                         // of the body, without the closing line
  bool expand = true;                // the delimiter was not quoted
};

enum class Form : uint8_t { none, shell, exec };

struct Instruction {
  Keyword keyword = Keyword::unknown;
  bool onbuild = false;    // wrapped in ONBUILD; `keyword` is the inner one
  Form form = Form::none;  // RUN, CMD, ENTRYPOINT, HEALTHCHECK CMD, SHELL
  int stage = -1;          // index into File::stages; -1 before the first FROM
  uint32_t ordinal = 0;    // how many of the same keyword (and same `onbuild`) stand before it in its stage
  Span span;               // from the keyword to the last byte, continuations and heredocs included
  Span keyword_span;       // as written, any case; the inner keyword under ONBUILD
  std::span<const Flag> flags;
  // All arguments in order. COPY, ADD: sources (`<<EOF` among them) then destination. Exec form: the JSON array's
  // strings. EXPOSE, VOLUME, USER, WORKDIR, STOPSIGNAL, SHELL: their values. RUN, CMD, ENTRYPOINT, HEALTHCHECK in shell
  // form: none (see commands).
  std::span<const Word> words;
  std::span<const Pair> pairs;               // ENV, LABEL, ARG
  std::span<const shell::Command> commands;  // shell form, heredoc bodies of RUN, and `["sh", "-c", "..."]`
  std::span<const Heredoc> heredocs;
  std::string_view text;  // shell form: the command line as the shell gets it (continuations joined, comments dropped)
  // Looks like a JSON array but is none: silently shell form (a trailing comment, ' quotes). `[ -f x ] && y` and
  // `[[ ... ]]` are the shell's test and not json_like.
  bool json_like = false;
  bool healthcheck_none = false;

  const Flag* flag(std::string_view name) const;
  std::span<const Word> sources() const;  // COPY, ADD: all words but the last
  std::string_view destination() const;   // COPY, ADD: the last word
};

struct Stage {
  int index = 0;
  std::string_view name;  // AS name, as written; empty if none
  Span name_span;
  std::string_view reference;  // as written: "python:${V}-slim"
  std::string_view image;      // global ARG defaults applied; empty when a variable without default remains
  Span reference_span;
  std::string_view platform;
  int parent = -1;  // index of the stage it starts from, -1 for an external image or scratch
  bool scratch = false;
  Span span;                                  // of its FROM
  std::span<const Instruction> instructions;  // without FROM
};

struct Comment {
  Span span;
  std::string_view text;  // behind '#', trimmed
};

struct File {
  std::string_view bytes;
  char escape = '\\';
  std::string_view syntax;                    // "docker/dockerfile:1", empty if there is no such directive
  std::string_view check;                     // "skip=all;error=true", likewise
  std::span<const Instruction> instructions;  // all, FROM included, in file order
  std::span<const Stage> stages;              // at least one unless the file has no instruction
  std::span<const Comment> comments;          // without parser directives
  std::span<const tree::Problem> problems;

  const Stage* final_stage() const { return stages.empty() ? nullptr : &stages.back(); }
  const Stage* find_stage(std::string_view name_or_index) const;  // case-insensitive, null if none
  const Stage* parent_of(const Stage& stage) const { return stage.parent < 0 ? nullptr : &stages[stage.parent]; }
};

struct Budget {
  uint32_t bytes = 4 << 20;
  uint32_t instructions = 20'000;
  uint32_t commands = 65'536;  // shell commands of all instructions together
};

// `bytes` must outlive the result.
Result<const File*> parse(std::string_view bytes, Arena& arena, const Budget& budget = {});

// $NAME, ${NAME}, ${NAME:-default}, ${NAME:+other}, ${NAME:?message}, each also without the colon, and \$; `value_of`
// returns null for an undefined name. The result is empty and `complete` false when a name without a value remains, for
// the pattern forms (${NAME#x}, ${NAME/a/b}), and past 64 KiB.
struct Expansion {
  std::string_view text;
  bool complete = true;
};
using Lookup = const std::string_view* (*)(std::string_view name, const void* state);
Expansion expand(std::string_view text, char escape, Lookup value_of, const void* state, Arena& arena);

// What fingerprints use instead of a line: "stage[build].RUN[2]", "stage[0].FROM", "global.ARG[0]",
// "stage[0].ONBUILD.RUN[0]"; a stage is called by its name, lower-cased, where it has one of its own. The number is the
// instruction's `ordinal`. Between instructions "stage[0]", before the first "". O(log instructions + stages).
std::string place_at(const File& file, uint32_t offset);

}  // namespace drydock::dockerfile
