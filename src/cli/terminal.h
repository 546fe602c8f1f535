// The terminal that we talk to: width, colour, and the progress line on stderr.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "scan/options.h"

namespace drydock::cli {

enum class ColourWish : uint8_t { automatic, always, never };

// NO_COLOR (no-color.org) and TERM=dumb switch colour off where it is automatic.
bool use_colour(ColourWish wish, int descriptor);
size_t terminal_width(int descriptor);  // $COLUMNS, else the terminal's, else 100

// "files 1200/3400  0.8 s", rewritten at most ten times a second, and only on a terminal. Erased when done.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine();
  void show(const scan::Progress& progress);
  void show(std::string_view what);

 private:
  void write(const std::string& text);
  std::mutex mutex_;
  bool on_;
  bool shown_ = false;
  int64_t begun_ = 0, last_ = 0;  // milliseconds of the steady clock
};

// Writes all of it to stdout. False when that is over: the reader has gone (a closed pipe, no error), or the write
// failed.
bool write_stdout(std::string_view text);
bool stdout_is_whole();  // false after a write that failed (a full disk): the command has failed too
// To stderr, a newline behind it and nothing in it that a terminal would obey; print_error with "drydock: " in front.
void print_stderr(std::string_view message);
void print_error(std::string_view message);

}  // namespace drydock::cli
