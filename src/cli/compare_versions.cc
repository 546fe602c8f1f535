#include <unistd.h>

#include <cerrno>
#include <optional>

#include "advisory/version.h"
#include "cli/commands.h"

namespace drydock::cli {
namespace {

Result<std::string> read_stdin() {
  std::string text;
  char buffer[1 << 16];
  for (;;) {
    ssize_t got = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(Errc::io, "cannot read standard input");
    if (got == 0) return text;
    text.append(buffer, static_cast<size_t>(got));
    if (text.size() > (size_t{256} << 20)) return fail(Errc::over_budget, "standard input has more than 256 MiB");
  }
}

}  // namespace

int run_compare_versions(const std::string& ecosystem) {
  std::optional<advisory::VersionScheme> scheme = advisory::scheme_of(ecosystem);
  if (!scheme) {
    print_error("no version order for '" + ecosystem + "'; there are " + advisory::known_schemes());
    return kUsage;
  }
  Result<std::string> text = read_stdin();
  if (!text) {
    print_error(text.error().message);
    return kFailed;
  }
  Result<std::vector<advisory::WrongLine>> wrong = advisory::compare_lines(*scheme, *text);
  if (!wrong) {
    print_error(wrong.error().message);
    return kUsage;
  }
  std::string out;
  for (const advisory::WrongLine& line : *wrong) out += line.text + "\t" + line.complaint + "\n";
  write_stdout(out);
  return wrong->empty() ? kClean : kFindings;
}

}  // namespace drydock::cli
