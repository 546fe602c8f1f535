// Result<T>: a value or the reason there is none. A bug is an assert; a failed operation is a Result;
// partial knowledge is an Unknown (model/finding.h). No exception crosses a folder boundary.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace drydock {

enum class Errc : uint8_t {
  malformed,    // the bytes do not follow the format
  truncated,    // the bytes end before the format says they may
  over_budget,  // a depth, size, count, ratio or time budget was reached
  unsupported,  // well-formed, but a variant that we do not read
  not_found,    // the named thing does not exist
  denied,       // it exists and we may not read it
  io,           // the operating system or the network failed
};

std::string_view name_of(Errc code);

// `message` is a whole sentence for the user: what, where (file, line or offset), why, next step.
struct Error {
  Errc code = Errc::malformed;
  std::string message;
};

// A plain alias would lose the warning: std::expected itself is not [[nodiscard]] in libstdc++ 12.
template <class T>
struct [[nodiscard]] Result : std::expected<T, Error> {
  using std::expected<T, Error>::expected;
};

inline std::unexpected<Error> fail(Errc code, std::string message) {
  return std::unexpected<Error>(Error{code, std::move(message)});
}

// The same error with where it happened in front: "app/Dockerfile: line 3: ...".
std::unexpected<Error> fail_in(std::string_view where, const Error& error);

}  // namespace drydock

#define DRYDOCK_CONCAT2(a, b) a##b
#define DRYDOCK_CONCAT(a, b) DRYDOCK_CONCAT2(a, b)
#define DRYDOCK_TRY(temp, decl, ...)                                            \
  auto temp = (__VA_ARGS__);                                                    \
  if (!temp) return std::unexpected<::drydock::Error>(std::move(temp).error()); \
  decl = *std::move(temp)

// TRY(int port, parse_port(text)) binds the value or returns the error. A type with a comma takes `auto`.
// Needs braces around it: as the only statement of an `if` it is refused (dangling else).
#define TRY(decl, ...) DRYDOCK_TRY(DRYDOCK_CONCAT(try_result_, __COUNTER__), decl, __VA_ARGS__)

// TRY_VOID(check(text)) for Result<void>.
#define TRY_VOID(...)                                                               \
  do {                                                                              \
    if (auto try_void_result = (__VA_ARGS__); !try_void_result)                     \
      return std::unexpected<::drydock::Error>(std::move(try_void_result).error()); \
  } while (false)
