#include <charconv>

#include "base/text.h"
#include "checks/check.h"
#include "checks/inputs.h"
#include "formats/dockerfile.h"

namespace drydock::checks::healthcheck_timing {
namespace {

using dockerfile::Instruction;
using dockerfile::Keyword;

// "1m30s" as Go's time.ParseDuration; negative if it is none.
double seconds_of(std::string_view text) {
  double total = 0;
  if (text == "0") return 0;
  if (text.empty()) return -1;
  while (!text.empty()) {
    size_t digits = 0;
    while (digits < text.size() && (is_digit(text[digits]) || text[digits] == '.')) ++digits;
    double number = 0;
    auto [end, failed] = std::from_chars(text.data(), text.data() + digits, number);
    if (digits == 0 || failed != std::errc{} || end != text.data() + digits) return -1;
    text.remove_prefix(digits);
    struct Unit {
      std::string_view name;
      double seconds;
    };
    constexpr Unit kUnits[] = {{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}};
    const Unit* found = nullptr;
    for (const Unit& unit : kUnits)
      if (found == nullptr && text.starts_with(unit.name)) found = &unit;
    if (found == nullptr) return -1;
    text.remove_prefix(found->name.size());
    total += number * found->seconds;
  }
  return total;
}

void run(const DockerfileInput& input, Findings& out) {
  constexpr double kShortest = 5, kLongest = 300, kLongestTimeout = 60, kEngineDefault = 30;
  for (const Instruction& in : input.file.instructions) {
    if (in.keyword != Keyword::healthcheck || in.healthcheck_none) continue;
    double interval = kEngineDefault;
    for (const dockerfile::Flag& flag : in.flags) {
      if (flag.value.find('$') != std::string_view::npos) continue;
      if (flag.name == "retries") {
        int retries = 0;
        auto [end, failed] = std::from_chars(flag.value.data(), flag.value.data() + flag.value.size(), retries);
        if (failed != std::errc{} || end != flag.value.data() + flag.value.size())
          out.add_item("retries", flag.span, "the number of retries is no number");
        else if (retries < 1)
          out.add_item("retries", flag.span, "no retry is allowed: the engine takes its default of 3",
                       {Edit{flag.value_span, "3", {}}});
        else if (retries > 10)
          out.add_item("retries", flag.span, "a dead program counts as healthy for more than ten checks",
                       {Edit{flag.value_span, "10", {}}});
        continue;
      }
      bool is_interval = flag.name == "interval", is_timeout = flag.name == "timeout";
      if (!is_interval && !is_timeout && flag.name != "start-period" && flag.name != "start-interval") continue;
      double seconds = seconds_of(flag.value);
      if (seconds < 0)
        out.add_item(flag.name, flag.span, out.text({"\"", flag.value, "\" is no duration such as 30s or 1m30s"}));
      else if (is_interval && seconds != 0 && seconds < kShortest)
        out.add_item(flag.name, flag.span, "the check runs more often than every 5 seconds",
                     {Edit{flag.value_span, "5s", {}}});
      else if (is_interval && seconds > kLongest)
        out.add_item(flag.name, flag.span, "the check runs less often than every 5 minutes",
                     {Edit{flag.value_span, "5m", {}}});
      else if (is_timeout && seconds > kLongestTimeout)
        out.add_item(flag.name, flag.span, "the check may hang for more than a minute",
                     {Edit{flag.value_span, "30s", {}}});
      if (is_interval && seconds > 0) interval = seconds;
    }
    const dockerfile::Flag* timeout = in.flag("timeout");
    double limit = timeout == nullptr ? -1 : seconds_of(timeout->value);
    if (limit > interval && limit <= kLongestTimeout)
      out.add_item("timeout", timeout->span, "the timeout is longer than the interval between two checks");
  }
}

constexpr std::string_view kReferences[] = {"https://docs.docker.com/reference/dockerfile/#healthcheck"};
constexpr Example kExamples[] = {
    {.bad = "FROM debian:12-slim\nHEALTHCHECK --interval=10m --timeout=2m --retries=50 CMD [\"a\"]\n",
     .good = "FROM debian:12-slim\nHEALTHCHECK --interval=5m --timeout=30s --retries=10 CMD [\"a\"]\n"},
    {.bad = "FROM debian:12-slim\nHEALTHCHECK --interval=10s --timeout=20s CMD [\"a\"]\n"},
    {.bad = "FROM debian:12-slim\nHEALTHCHECK --interval=30 CMD [\"a\"]\n"},
    {.good = "FROM debian:12-slim\nHEALTHCHECK --interval=1m30s --timeout=10s --start-period=500ms --retries=3 CMD "
             "[\"a\"]\n"},
    {.good = "FROM debian:12-slim\nHEALTHCHECK CMD [\"a\"]\n"},
    {.good = "FROM debian:12-slim\nARG I=30s\nHEALTHCHECK --interval=$I CMD [\"a\"]\n"},
};
constexpr Check kChecks[] = {
    {.id = "DF092",
     .name = "healthcheck-timing",
     .title = "HEALTHCHECK timing out of bounds",
     .severity = Severity::low,
     .fix = Fix::safe,
     .references = kReferences,
     .advice = "An interval of 10 to 60 seconds, a timeout below it and three retries suit most services.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::healthcheck_timing
