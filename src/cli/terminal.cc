#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "base/file.h"
#include "base/text.h"

namespace drydock::cli {
namespace {

int64_t now_milliseconds() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

bool use_colour(ColourWish wish, int descriptor) {
  if (wish != ColourWish::automatic) return wish == ColourWish::always;
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  if (no_color != nullptr && no_color[0] != '\0') return false;
  if (term != nullptr && std::string_view(term) == "dumb") return false;
  return ::isatty(descriptor) == 1;
}

size_t terminal_width(int descriptor) {
  constexpr size_t kFallback = 100;
  if (const char* columns = std::getenv("COLUMNS")) {
    size_t width = 0;
    std::string_view text(columns);
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), width);
    if (failed == std::errc{} && width >= 20 && width < 10'000) return width;
  }
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20) return size.ws_col;
  return kFallback;
}

ProgressLine::ProgressLine() : on_(::isatty(STDERR_FILENO) == 1), begun_(now_milliseconds()) {}

ProgressLine::~ProgressLine() {
  if (shown_) write("\r\x1b[K");
}

void ProgressLine::show(const scan::Progress& progress) {
  if (!on_) return;
  std::string text(progress.what);
  text += " " + std::to_string(progress.done);
  if (progress.total != 0) text += "/" + std::to_string(progress.total);
  show(std::string_view(text));
}

void ProgressLine::show(std::string_view what) {
  if (!on_) return;
  std::lock_guard lock(mutex_);
  int64_t now = now_milliseconds();
  // Quick scans show nothing: a line that flashes is noise.
  if (now - begun_ < 300 || now - last_ < 100) return;
  last_ = now;
  shown_ = true;
  int64_t tenths = (now - begun_) / 100;
  write("\r\x1b[K" + std::string(what) + "  " + std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s");
}

void ProgressLine::write(const std::string& text) {
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) on_ = false;
}

namespace {
bool stdout_failed = false;  // written by the one thread that reports
}

bool write_stdout(std::string_view text) {
  while (!text.empty()) {
    ssize_t put = ::write(STDOUT_FILENO, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) {
      if (errno != EPIPE) {
        stdout_failed = true;
        print_error(fail_errno("cannot write", "standard output", errno).error().message);
      }
      return false;
    }
    text.remove_prefix(static_cast<size_t>(put));
  }
  return true;
}

bool stdout_is_whole() { return !stdout_failed; }

void print_error(std::string_view message) { print_stderr("drydock: " + std::string(message)); }

void print_stderr(std::string_view message) {
  std::string safe = printable(message);
  std::fprintf(stderr, "%s\n", safe.c_str());
}

}  // namespace drydock::cli
