// A splitter for POSIX and bash command lines as they stand in RUN instructions, compose commands and healthchecks. It
// finds command words, not the full grammar: enough to ask "is curl run here, with which flags, and what is it piped
// to".
//
// Understands: quotes and escapes, line continuations, comments, && || ; & | |& and newlines, subshells and groups,
// if/for/while/case bodies, assignments before a command, redirections, here-documents, $(...) and `...` (their
// commands are listed too), `sh -c "..."`, `bash -c`, `su -c`, and here-documents that a shell reads (likewise).
// Rejects nothing: what is no shell is split as well as it goes. Linear time; nesting deeper than 32 is not opened, and
// commands past kMaxCommands are not listed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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
  int fd = -1;  // the number before the operator, -1 where there is none
};

struct Command {
  std::span<const Word> assignments;  // NAME=value before the command word
  std::span<const Word> words;        // words[0] is the program, "sudo", "env", "exec" and so on not removed
  std::span<const Redirection> redirections;
  Joint joint = Joint::end;   // what follows the command; behind the last of a group or loop, what follows that
  uint8_t depth = 0;          // 0: the line itself; more inside subshells, substitutions and `sh -c`
  bool substitution = false;  // inside $(...), `...` or <(...)
  Span span;

  // The base name of words[0] behind sudo, env, exec, command, time, nice, busybox and the like; the wrapper itself
  // when nothing stands behind it (`command -v curl` runs no curl); "" for a command of assignments or redirections
  // only.
  std::string_view program() const;
  std::span<const Word> arguments() const;  // the words behind program()
  // --flag, --flag=x, -f, also bundled -af, among arguments() before `--`. `long_flag` with or without its dashes.
  bool has_flag(std::string_view long_flag, char short_flag = 0) const;
};

inline constexpr size_t kMaxCommands = 65'536;  // of one split(); a whole distribution's build has fewer

// `text` is the command line with its continuations; spans are positions in it plus `offset`; both `text` and `arena`
// must outlive the result. The commands of one list are neighbours, so what `| ` joins is commands[i] and
// commands[i + 1]; those of its substitutions and inline scripts follow behind the whole list.
std::span<const Command> split(std::string_view text, Arena& arena, uint32_t offset = 0);

// For a text that was put together from pieces of a file (continuations joined, comments dropped, escapes decoded):
// text[at] up to the next piece's `at` stands in the file from `source` on. Sorted by `at`, the first is 0; one at
// least.
struct Piece {
  uint32_t at = 0;
  uint32_t source = 0;
};
std::span<const Command> split(std::string_view text, Arena& arena, std::span<const Piece> map);
// The file's bytes from those of text[begin] to those of text[end - 1]. O(log pieces).
Span source_span(std::span<const Piece> map, uint32_t begin, uint32_t end);

// Index of SCRIPT in `sh -c SCRIPT`, `sudo bash -ec SCRIPT`, `tini -- sh -c SCRIPT`, `su user -c SCRIPT`.
std::optional<size_t> inline_script(std::span<const Word> words);

}  // namespace drydock::shell
