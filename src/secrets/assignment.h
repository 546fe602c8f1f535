// Reads `name = value` around a word such as "password" or "api_key" in code, YAML, JSON, INI and .env text, and
// decides whether the value is a secret. This is the noisiest kind of rule there is, so it errs on silence for what is
// an identifier, an expression, a type, a label or a reference, and says why.
#pragma once

#include <cstddef>
#include <string_view>

#include "secrets/filters.h"
#include "secrets/rule.h"

namespace drydock::secrets {

struct Assignment {
  std::string_view name;   // API_KEY, spring.datasource.password
  std::string_view value;  // without quotes
  bool quoted = false;
};

// Where the value begins in `text` and the name that it belongs to.
struct AssignmentHead {
  std::string_view name;
  size_t value_begin = 0;
  char quote = '\0';
};
// The value from `head` on: up to the closing quote or, bare, to the first blank (and in code and JSON to , ; or ) ).
Assignment read_value(std::string_view text, const AssignmentHead& head, FileKind kind);

// What the words of a name say: `db_password` and `dbPassword` hold one, `monkey` and `password_length` do not.
enum class NameMeaning : uint8_t { nothing, password, key };
NameMeaning meaning_of(std::string_view name);

// The rule for an assignment that `found_by` found (for the generic one: a framework's own where the name is listed
// there), and why it is dismissed, if so.
struct AssignmentVerdict {
  const Rule* rule = nullptr;
  std::string_view dismissed_by = {};
};
AssignmentVerdict judge_assignment(const Assignment& assignment, FileKind kind, const Rule& found_by);

}  // namespace drydock::secrets
