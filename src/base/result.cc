#include "base/result.h"

namespace drydock {

std::string_view name_of(Errc code) {
  switch (code) {
    case Errc::malformed: return "malformed";
    case Errc::truncated: return "truncated";
    case Errc::over_budget: return "over budget";
    case Errc::unsupported: return "unsupported";
    case Errc::not_found: return "not found";
    case Errc::denied: return "denied";
    case Errc::io: return "i/o error";
  }
  return "error";
}

std::unexpected<Error> fail_in(std::string_view where, const Error& error) {
  return fail(error.code, std::string(where) + ": " + error.message);
}

}  // namespace drydock
