// .env files in the form that Docker Compose reads
// (docs.docker.com/compose/how-tos/environment-variables/variable-interpolation, "Syntax for the .env file"):
// NAME=value, NAME: value, `export NAME=`, single quotes literal, double quotes with escapes, quoted values over
// several lines, inline comments behind a space, blank lines, CRLF, BOM; names of letters, digits and `_.-[]`.
// What does not parse is a Problem and costs its line; a value whose quote does not close is read as a bare one.
// Checked against compose-go 2.16, whose own oddities (empty names, text behind a closing quote as a new entry) are
// Problems.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "base/result.h"
#include "formats/tree.h"

namespace drydock::dotenv {

enum class Quote : uint8_t { none, single, double_ };

struct Entry {
  std::string_view name, value;      // value: quotes and escapes removed, ${VAR} as written, `\$` as `$$`
  Span span, name_span, value_span;  // value_span with quotes; empty behind the sign where the value is
  Quote quote = Quote::none;
  bool exported = false;
  bool has_value = false;  // `NAME` alone takes the caller's environment
};

struct File {
  std::string_view bytes;
  std::span<const Entry> entries;
  std::span<const tree::Problem> problems;
  const Entry* find(std::string_view name) const;  // the last one of that name counts
};

struct Budget {
  uint32_t bytes = 4 << 20;
  uint32_t entries = 50'000;
};

// `bytes` must outlive the result.
Result<const File*> parse(std::string_view bytes, Arena& arena, const Budget& budget = {});

}  // namespace drydock::dotenv
