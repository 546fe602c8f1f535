// PEP 440, appendix B: v? [N!] N(.N)* [pre] [post] [dev] [+local], letter case ignored, blanks around allowed, with all
// the spellings that normalisation folds (alpha = a, c = pre = preview = rc, rev = r = post, "1.0-1" is post 1).
#include <span>

#include "advisory/version_order.h"

namespace drydock::advisory {
namespace {

// The order of the phases before a release; without a prerelease part the version sorts behind them.
enum class Phase : uint8_t { dev_only, alpha, beta, candidate, release };

struct Pep440 {
  std::string_view epoch, release;  // release: "1.20.3", checked
  Phase phase = Phase::release;
  std::string_view pre, post, dev;  // the numbers; "" counts as 0
  bool has_pre = false, has_post = false, has_dev = false;
  std::string_view local;  // after the plus, checked
};

bool is_separator(char c) { return c == '-' || c == '_' || c == '.'; }

bool starts_with_word(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && equal_ignoring_case(text.substr(0, word.size()), word);
}

struct Word {
  std::string_view text;
  Phase phase;
};
// Longer spellings first: "a" also begins "alpha".
constexpr Word kPreWords[] = {{"alpha", Phase::alpha},   {"beta", Phase::beta},    {"preview", Phase::candidate},
                              {"pre", Phase::candidate}, {"rc", Phase::candidate}, {"a", Phase::alpha},
                              {"b", Phase::beta},        {"c", Phase::candidate}};
constexpr Word kPostWords[] = {{"post", {}}, {"rev", {}}, {"r", {}}};
constexpr Word kDevWords[] = {{"dev", {}}};

// [sep] word [sep] [number]; the separator behind the word belongs to it even without a number ("1.0a.dev1").
const Word* take_suffix(std::string_view& rest, std::span<const Word> words, std::string_view& number) {
  std::string_view body = rest;
  if (!body.empty() && is_separator(body.front())) body.remove_prefix(1);
  for (const Word& word : words) {
    if (!starts_with_word(body, word.text)) continue;
    body.remove_prefix(word.text.size());
    if (!body.empty() && is_separator(body.front())) body.remove_prefix(1);
    number = take_digits(body);
    rest = body;
    return &word;
  }
  return nullptr;
}

bool local_is_valid(std::string_view local) {
  bool after_separator = true;
  for (char c : local) {
    bool separator = is_separator(c);
    if (separator ? after_separator : !(is_letter(c) || is_digit(c))) return false;
    after_separator = separator;
  }
  return !after_separator;
}

Result<Pep440> parse(std::string_view text) {
  constexpr std::string_view kScheme = "PEP 440";
  Pep440 version;
  std::string_view rest = trim(text);
  if (!rest.empty() && lower(rest.front()) == 'v') rest.remove_prefix(1);
  std::string_view start = rest;
  std::string_view digits = take_digits(rest);
  if (!rest.empty() && rest.front() == '!' && !digits.empty()) {
    version.epoch = digits;
    rest.remove_prefix(1);
    start = rest;
    digits = take_digits(rest);
  }
  if (digits.empty()) return not_a_version(text, kScheme, "it has no release number");
  while (rest.size() > 1 && rest[0] == '.' && is_digit(rest[1])) {
    rest.remove_prefix(1);
    take_digits(rest);
  }
  version.release = start.substr(0, start.size() - rest.size());

  if (const Word* word = take_suffix(rest, kPreWords, version.pre)) {
    version.has_pre = true;
    version.phase = word->phase;
  }
  if (rest.size() > 1 && rest[0] == '-' && is_digit(rest[1])) {
    rest.remove_prefix(1);
    version.has_post = true;
    version.post = take_digits(rest);
  } else {
    version.has_post = take_suffix(rest, kPostWords, version.post) != nullptr;
  }
  version.has_dev = take_suffix(rest, kDevWords, version.dev) != nullptr;
  if (!version.has_pre && !version.has_post && version.has_dev) version.phase = Phase::dev_only;
  if (!rest.empty() && rest.front() == '+') {
    version.local = rest.substr(1);
    if (!local_is_valid(version.local)) return not_a_version(text, kScheme, "the local part after + is malformed");
    return version;
  }
  if (!rest.empty()) return not_a_version(text, kScheme, "\"" + printable(rest.substr(0, 40)) + "\" has no meaning");
  return version;
}

std::string_view take_part(std::string_view& rest) {
  std::string_view part = take_while(rest, [](char c) { return !is_separator(c); });
  if (!rest.empty()) rest.remove_prefix(1);
  return part;
}

// Missing numbers are zeros: 1.0 = 1.0.0.
std::strong_ordering compare_releases(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    std::string_view x = take_part(a);
    std::string_view y = take_part(b);
    if (std::strong_ordering order = compare_numbers(x, y); order != 0) return order;
  }
  return std::strong_ordering::equal;
}

std::strong_ordering compare_ignoring_case(std::string_view a, std::string_view b) {
  for (size_t i = 0; i < a.size() && i < b.size(); ++i)
    if (char x = lower(a[i]), y = lower(b[i]); x != y) return x <=> y;
  return a.size() <=> b.size();
}

// No local part first; numbers behind words; of equal beginnings the longer is higher.
std::strong_ordering compare_locals(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    std::string_view x = take_part(a);
    std::string_view y = take_part(b);
    auto is_number = [](std::string_view part) { return !take_digits(part).empty() && part.empty(); };
    bool x_is_number = is_number(x);
    bool y_is_number = is_number(y);
    if (x_is_number != y_is_number) return x_is_number <=> y_is_number;
    std::strong_ordering order = x_is_number ? compare_numbers(x, y) : compare_ignoring_case(x, y);
    if (order != 0) return order;
  }
  return !a.empty() <=> !b.empty();
}

}  // namespace

Result<std::strong_ordering> compare_pep440(std::string_view a, std::string_view b) {
  TRY(Pep440 x, parse(a));
  TRY(Pep440 y, parse(b));
  if (std::strong_ordering order = compare_numbers(x.epoch, y.epoch); order != 0) return order;
  if (std::strong_ordering order = compare_releases(x.release, y.release); order != 0) return order;
  if (x.phase != y.phase) return x.phase <=> y.phase;
  if (std::strong_ordering order = compare_numbers(x.pre, y.pre); order != 0) return order;
  if (x.has_post != y.has_post) return x.has_post <=> y.has_post;
  if (std::strong_ordering order = compare_numbers(x.post, y.post); order != 0) return order;
  if (x.has_dev != y.has_dev) return y.has_dev <=> x.has_dev;  // a development release comes before what it becomes
  if (std::strong_ordering order = compare_numbers(x.dev, y.dev); order != 0) return order;
  return compare_locals(x.local, y.local);
}

Result<void> check_pep440(std::string_view version) {
  TRY_VOID(parse(version));
  return {};
}

}  // namespace drydock::advisory
