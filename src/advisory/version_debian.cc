// deb-version(7), Debian Policy 5.6.12: [epoch:]upstream_version[-debian_revision].
// Accepts what dpkg compares (an upstream version that starts with a letter draws only a warning there). Rejects an
// epoch that is no number, an empty part, and characters outside [A-Za-z0-9.+~:-].
#include "advisory/version_order.h"

namespace drydock::advisory {
namespace {

struct DebianVersion {
  std::string_view epoch, upstream, revision;
};

Result<DebianVersion> parse(std::string_view text) {
  constexpr std::string_view kScheme = "Debian";
  for (char c : text) {
    bool allowed = is_letter(c) || is_digit(c) || c == '.' || c == '+' || c == '~' || c == ':' || c == '-';
    if (!allowed) return not_a_version(text, kScheme, "a character outside A-Z a-z 0-9 . + ~ : -");
  }
  DebianVersion version;
  version.upstream = text;
  if (Cut epoch = cut(text, ":"); epoch.found) {
    std::string_view rest = epoch.before;
    if (take_digits(rest).empty() || !rest.empty()) return not_a_version(text, kScheme, "the epoch is not a number");
    version.epoch = epoch.before;
    version.upstream = epoch.after;
  }
  if (Cut revision = cut_last(version.upstream, "-"); revision.found) {
    version.upstream = revision.before;
    version.revision = revision.after;
    if (version.revision.empty()) return not_a_version(text, kScheme, "the revision is empty");
  }
  if (version.upstream.empty()) return not_a_version(text, kScheme, "the upstream version is empty");
  return version;
}

// The end of the text and every digit sort as 0, a tilde before the end, letters before everything else.
int weight(std::string_view text) {
  if (text.empty() || is_digit(text.front())) return 0;
  char c = text.front();
  if (c == '~') return -1;
  return is_letter(c) ? c : c + 256;
}

// Non-digit runs character by character, then digit runs as numbers, in turn.
std::strong_ordering compare_part(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    while ((!a.empty() && !is_digit(a.front())) || (!b.empty() && !is_digit(b.front()))) {
      if (int x = weight(a), y = weight(b); x != y) return x <=> y;
      a.remove_prefix(1);  // equal weights other than 0 mean that both have a character
      b.remove_prefix(1);
    }
    std::string_view x = take_digits(a);
    std::string_view y = take_digits(b);
    if (std::strong_ordering order = compare_numbers(x, y); order != 0) return order;
  }
  return std::strong_ordering::equal;
}

}  // namespace

Result<std::strong_ordering> compare_debian(std::string_view a, std::string_view b) {
  TRY(DebianVersion x, parse(a));
  TRY(DebianVersion y, parse(b));
  if (std::strong_ordering order = compare_numbers(x.epoch, y.epoch); order != 0) return order;
  if (std::strong_ordering order = compare_part(x.upstream, y.upstream); order != 0) return order;
  return compare_part(x.revision, y.revision);  // an absent revision equals "0", as the policy says
}

Result<void> check_debian(std::string_view version) {
  TRY_VOID(parse(version));
  return {};
}

}  // namespace drydock::advisory
