// A splitter for POSIX and bash command lines as they stand in RUN instructions, compose commands and healthchecks. It
// finds command words, not the full grammar: enough to ask "is curl run here, with which flags, and what is it piped
// to".
//
// Understands: quotes and escapes, line continuations, comments, && || ; & | |& and newlines, subshells and groups,
// if/for/while/case bodies, assignments before a command, redirections, here-documents, $(...) and `...` (their
// commands are listed too), `sh -c "..."` and `bash -c` (likewise). Linear time; nesting deeper than 32 is not opened.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "base/span.h"

namespace drydock::shell {

struct Word {
  std::string_view text;  // quotes and escapes removed; $VAR, ${VAR} and $(...) kept as written
  Span span;              // in the bytes given to split(), moved by its `offset`
  bool quoted = false;    // some part was quoted
  bool expands = false;   // holds $ or ` outside single quotes: the value is not known here
};

enum class Joint : uint8_t { end, and_if, or_if, sequence, pipe, background };

struct Redirection {
  std::string_view op;  // ">", ">>", "<", "<<", "<<<", ">&", "&>", ...
  Word target;
};

struct Command {
  std::span<const Word> assignments;  // NAME=value before the command word
  std::span<const Word> words;        // words[0] is the program, "sudo", "env", "exec" and so on not removed
  std::span<const Redirection> redirections;
  Joint joint = Joint::end;   // what follows the command
  uint8_t depth = 0;          // 0: the line itself; more inside subshells, substitutions and `sh -c`
  bool substitution = false;  // inside $(...), `...` or <(...)
  Span span;

  std::string_view program()
      const;  // base name of words[0] behind sudo, env, exec, command, time, nice, busybox; or ""
  std::span<const Word> arguments() const;                               // the words behind program()
  bool has_flag(std::string_view long_flag, char short_flag = 0) const;  // --flag, --flag=x, -f, also bundled -af
};

// `text` is the command line with its continuations; spans are positions in it plus `offset`.
std::span<const Command> split(std::string_view text, Arena& arena, uint32_t offset = 0);

}  // namespace drydock::shell
