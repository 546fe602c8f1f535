#include "secrets/secrets.h"

#include <hs_runtime.h>
#include <re2/re2.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "secrets/assignment.h"
#include "secrets/filters.h"
#include "secrets/pattern_file.h"
#include "secrets/validators.h"

extern "C" const char secret_patterns[], secret_patterns_end[];

namespace drydock::secrets {
namespace {

// Bytes that one rule may look at behind the scan: a fixed part for small files and a share that keeps the sum of all
// rules linear. Source text stays below a hundredth of it; only a file made for it (a PEM header every 30 bytes) gets
// there.
constexpr uint64_t kLooksPerRule = 4 << 20;
constexpr uint64_t kLooksPerByte = 4;
constexpr size_t kHitsPerRule = 2000;          // per file; a dump with more is reported as over budget
constexpr size_t kLongestKeyBlock = 32 << 10;  // an RSA-16384 key in PEM is 13 KB
constexpr size_t kContext = 4096;
constexpr size_t kMarkReach = 1024;  // how far on its line a mark may be from the secret

struct Database {
  hs_database_t* database = nullptr;
  hs_scratch_t* scratch = nullptr;  // never scanned with: the original that threads clone
  std::vector<uint32_t> widths;
  std::string error;
};

// The address of the process's one database. Never freed: threads may scan until the process ends.
const Database& database() {
  static const Database* const loaded = [] {
    Database* made = new Database;
    const size_t size = static_cast<size_t>(secret_patterns_end - secret_patterns);
    PatternFile header;
    const size_t widths_size = all_rules().size() * sizeof(uint32_t);
    if (size < sizeof header + widths_size) {
      made->error = "The embedded secret patterns are cut short; this is a faulty build of drydock.";
      return made;
    }
    std::memcpy(&header, secret_patterns, sizeof header);
    if (header.rules_hash != hash_of_patterns() || header.rule_count != all_rules().size() ||
        sizeof header + widths_size + header.database_size != size) {
      made->error = "The embedded secret patterns belong to other rules; this is a faulty build of drydock.";
      return made;
    }
    made->widths.resize(all_rules().size());
    std::memcpy(made->widths.data(), secret_patterns + sizeof header, widths_size);
    hs_error_t rc =
        hs_deserialize_database(secret_patterns + sizeof header + widths_size, header.database_size, &made->database);
    if (rc == HS_SUCCESS) rc = hs_alloc_scratch(made->database, &made->scratch);
    if (rc != HS_SUCCESS)
      made->error = "The secret patterns cannot be loaded (Vectorscan error " + std::to_string(rc) +
                    "): drydock was linked with another version of Vectorscan than the one that compiled them, or this "
                    "CPU lacks SSSE3. Install a build for this system.";
    return made;
  }();
  return *loaded;
}

// What confirms a rule's candidates, compiled at the first one in the process and shared by all scanners: RE2 matches
// from several threads at once, and a scanner of its own for each batch of files or layer stays cheap.
const re2::RE2& confirm_of(const Rule& rule, size_t id) {
  struct Confirm {
    std::once_flag once;
    std::unique_ptr<re2::RE2> regex;
  };
  static std::vector<Confirm>* const confirms = new std::vector<Confirm>(all_rules().size());
  Confirm& confirm = (*confirms)[id];
  std::call_once(confirm.once, [&] {
    re2::RE2::Options options(re2::RE2::Latin1);  // bytes, not characters
    options.set_log_errors(false);
    const std::string_view pattern = rule.confirm.empty() ? rule.pattern : rule.confirm;
    confirm.regex = std::make_unique<re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  });
  return *confirm.regex;
}

bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

// A token stands alone: no letter or digit touches it, unless that letter is the end of an escape (\n, %3D).
bool begins_alone(std::string_view bytes, size_t at) {
  if (at == 0 || !is_word(bytes[at - 1])) return true;
  if (at >= 2 && bytes[at - 2] == '\\' && std::string_view("nrtbfv").find(bytes[at - 1]) != std::string_view::npos)
    return true;
  return at >= 3 && bytes[at - 3] == '%' && is_hex(bytes.substr(at - 2, 2));
}
// Nor does more base64 follow: a digest is longer than the key whose shape its first characters have.
bool ends_alone(std::string_view bytes, Span secret) {
  if (secret.end >= bytes.size()) return true;
  const char next = bytes[secret.end];
  return !is_word(next) && next != '+' && (next != '=' || bytes[secret.end - 1] == '=');
}

Severity one_lower(Severity severity) {
  return severity > Severity::info ? static_cast<Severity>(static_cast<uint8_t>(severity) - 1) : severity;
}

std::string_view context_of(std::string_view bytes, Span span) {
  const size_t begin = span.begin > kContext ? span.begin - kContext : 0;
  return bytes.substr(begin, std::min<size_t>(bytes.size() - begin, span.end - begin + kContext));
}

// `drydock: ignore=ID[,ID] reason`: ours names what it ignores.
bool names_rule(std::string_view list, std::string_view rule) {
  while (!list.empty()) {
    const Cut item = cut(list, ",");
    const std::string_view id = trim(item.before);
    if (id == rule || id == "secret" || id == "secrets" || id.starts_with("SD0")) return true;
    list = item.after;
  }
  return false;
}

// The mark on the line around [begin, end), or on the line before for the "nextline" forms.
std::optional<Span> find_mark(std::string_view bytes, Span line, const Rule& rule, bool next_line_form) {
  const std::string_view text = line.of(bytes);
  auto at = [&](size_t offset, size_t size) {
    const uint32_t begin = line.begin + static_cast<uint32_t>(offset);
    return Span{begin, begin + static_cast<uint32_t>(size)};
  };
  if (next_line_form) {
    for (std::string_view mark : {"pragma: allowlist nextline secret", "pragma: whitelist nextline secret"})
      if (const size_t found = text.find(mark); found != std::string_view::npos) return at(found, mark.size());
    return std::nullopt;
  }
  for (std::string_view mark :
       {"gitleaks:allow", "trufflehog:ignore", "pragma: allowlist secret", "pragma: whitelist secret"})
    if (const size_t found = text.find(mark); found != std::string_view::npos) return at(found, mark.size());
  constexpr std::string_view kOurs = "drydock: ignore=";
  if (const size_t found = text.find(kOurs); found != std::string_view::npos) {
    const std::string_view list = text.substr(found + kOurs.size());
    const size_t list_end = std::min(list.find_first_of(" \t\r\n"), list.size());
    if (names_rule(list.substr(0, list_end), rule.id)) return at(found, kOurs.size() + list_end);
  }
  return std::nullopt;
}

Span line_at(std::string_view bytes, size_t at) {
  size_t begin = at, end = at;
  while (begin > 0 && at - begin < kMarkReach && bytes[begin - 1] != '\n') --begin;
  while (end < bytes.size() && end - at < kMarkReach && bytes[end] != '\n') ++end;
  return {static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
}

Span ignore_mark(std::string_view bytes, const Hit& hit) {
  const Span first = line_at(bytes, hit.match.begin);
  if (auto mark = find_mark(bytes, first, *hit.rule, false)) return *mark;
  const size_t last_at = std::min<size_t>(hit.match.end, bytes.size());
  if (last_at > first.end)
    if (auto mark = find_mark(bytes, line_at(bytes, last_at > 0 ? last_at - 1 : 0), *hit.rule, false)) return *mark;
  if (first.begin > 0 && bytes[first.begin - 1] == '\n')
    if (auto mark = find_mark(bytes, line_at(bytes, first.begin - 1), *hit.rule, true)) return *mark;
  return {};
}

}  // namespace

struct Scanner::State {
  struct PerRule {
    uint64_t looked = 0;
    uint64_t done_until = 0;  // candidates that end here or before belong to a match already judged
    uint32_t hits = 0;
    uint32_t over_budget = 0;
  };

  hs_scratch_t* scratch = nullptr;
  std::vector<PerRule> rules = std::vector<PerRule>(all_rules().size());
  bool rules_used = false;  // most files have no candidate, and clearing the table costs as much as searching 1 KB

  // One scan.
  std::string_view bytes;
  FileKind kind = FileKind::unknown;
  ScanOptions options;
  uint64_t looks_allowed = 0;
  std::vector<Hit> hits;

  ~State() { hs_free_scratch(scratch); }

  static int on_match(unsigned id, unsigned long long, unsigned long long to, unsigned, void* self) {
    static_cast<State*>(self)->candidate(id, static_cast<size_t>(to));
    return 0;
  }

  void candidate(size_t id, size_t end) {
    PerRule& state = rules[id];
    rules_used = true;
    if (end <= state.done_until) return;
    const Rule& rule = *all_rules()[id];
    // In code only literals count: a bare value is a variable. Seen from the end offset, eight characters of value.
    if (rule.kind == Kind::assignment && kind == FileKind::code && end >= 9) {
      const char before = bytes[end - 9];
      if (before != '"' && before != '\'' && before != '`') return;
    }
    if (rule.kind == Kind::assignment && kind == FileKind::lock) return;
    if (state.looked > looks_allowed || state.hits >= kHitsPerRule) {
      ++state.over_budget;
      return;
    }
    if (rule.kind == Kind::key_block)
      key_block(rule, state, end);
    else
      confirmed(rule, id, state, end);
  }

  void confirmed(const Rule& rule, size_t id, PerRule& state, size_t end) {
    const re2::RE2& regex = confirm_of(rule, id);
    const size_t reach = database().widths[id];
    const size_t begin = end - std::min(end, reach);
    const size_t stop = std::min(bytes.size(), end + rule.look_ahead);
    const re2::StringPiece text(bytes.data() + begin, stop - begin);
    re2::StringPiece groups[3];
    const int group_count = std::min(3, regex.NumberOfCapturingGroups() + 1);
    // The window may hold earlier matches of the same rule: the one that covers `end` is ours.
    size_t from = 0;
    for (int tries = 0; tries < 16; ++tries) {
      state.looked += stop - begin - from + 64;
      if (!regex.Match(text, from, text.size(), re2::RE2::UNANCHORED, groups, group_count)) return;
      const size_t match_begin = static_cast<size_t>(groups[0].data() - bytes.data());
      const size_t match_end = match_begin + groups[0].size();
      if (match_begin >= end) return;
      if (match_end < end) {
        from = match_begin - begin + 1;
        continue;
      }
      state.done_until = match_end;
      const Span match{static_cast<uint32_t>(match_begin), static_cast<uint32_t>(match_end)};
      if (rule.kind == Kind::assignment) {
        assignment(rule, match, groups[1], groups[2], state);
        return;
      }
      Span secret = match;
      if (group_count > 1 && groups[1].data() != nullptr) {
        secret.begin = static_cast<uint32_t>(groups[1].data() - bytes.data());
        secret.end = secret.begin + static_cast<uint32_t>(groups[1].size());
      }
      judge(rule, state, match, secret);
      return;
    }
  }

  void assignment(const Rule& found_by, Span match, re2::StringPiece name, re2::StringPiece quote, PerRule& state) {
    // The pattern begins at a word such as "token"; the name may have begun before.
    size_t name_begin = match.begin;
    while (name_begin > 0 && match.begin - name_begin < 64 &&
           (is_word(bytes[name_begin - 1]) || bytes[name_begin - 1] == '.' || bytes[name_begin - 1] == '-'))
      --name_begin;
    const size_t name_end = static_cast<size_t>(name.data() - bytes.data()) + name.size();
    AssignmentHead head{.name = bytes.substr(name_begin, name_end - name_begin),
                        .value_begin = match.end - 8,
                        .quote = quote.data() != nullptr && !quote.empty() ? quote[0] : '\0'};
    // ${DB_PASSWORD:-value}: the value is what is used when nothing else is said, so it is as good as written down.
    const bool fallback = name_begin >= 2 && bytes.substr(name_begin - 2, 2) == "${" && bytes[head.value_begin] == '-';
    if (fallback) ++head.value_begin;
    Assignment read = read_value(bytes, head, kind);
    if (fallback) read.value = read.value.substr(0, read.value.find('}'));
    state.looked += read.value.size() * 4;
    const Span secret{static_cast<uint32_t>(head.value_begin),
                      static_cast<uint32_t>(head.value_begin + read.value.size())};
    state.done_until = std::max<uint64_t>(state.done_until, secret.end);
    const AssignmentVerdict verdict = judge_assignment(read, kind, found_by);
    Hit hit{.rule = verdict.rule,
            .match = {static_cast<uint32_t>(name_begin), std::max(match.end, secret.end)},
            .secret = secret,
            .severity = verdict.rule->severity,
            .confidence = 50,
            .dismissed_by = verdict.dismissed_by};
    add(hit, state);
  }

  void judge(const Rule& rule, PerRule& state, Span match, Span secret) {
    const std::string_view value = secret.of(bytes);
    Hit hit{.rule = &rule,
            .match = match,
            .secret = secret,
            .severity = rule.severity,
            .confidence = static_cast<uint8_t>(rule.kind == Kind::token ? 90 : 75)};
    if (rule.kind == Kind::token && !begins_alone(bytes, match.begin))
      hit.dismissed_by = "part of a longer word";
    else if (!ends_alone(bytes, secret))
      hit.dismissed_by = "part of a longer word";
    else if (value.size() >= 12 && entropy(value) < static_cast<double>(rule.min_entropy))
      hit.dismissed_by = "repeated or ascending characters";
    else if (std::string_view reason = placeholder_reason(value); !reason.empty())
      hit.dismissed_by = reason;
    else if (rule.judge != nullptr)
      apply(rule.judge(value, context_of(bytes, secret)), hit);
    add(hit, state);
  }

  static void apply(const Verdict& verdict, Hit& hit) {
    switch (verdict.outcome) {
      case Verdict::plausible: break;
      case Verdict::proven: hit.confidence = 100; break;
      case Verdict::doubtful:
        hit.confidence = 40;
        hit.severity = one_lower(hit.severity);
        break;
      case Verdict::refused: hit.dismissed_by = verdict.reason; return;
    }
    hit.reason = verdict.reason;
    if (verdict.severity != Severity::unknown) hit.severity = verdict.severity;
  }

  void key_block(const Rule& rule, PerRule& state, size_t end) {
    const size_t reach = std::min<size_t>(end, 80);
    const size_t begin = bytes.substr(0, end).rfind("-----BEGIN ");
    if (begin == std::string_view::npos || end - begin > reach) return;
    const PrivateKey key = parse_private_key(bytes.substr(begin, kLongestKeyBlock));
    state.looked += key.length + 128;
    state.done_until = std::max<size_t>(end, begin + key.body);
    Hit hit{.rule = &rule,
            .match = {static_cast<uint32_t>(begin), static_cast<uint32_t>(begin + std::max(key.length, end - begin))},
            .secret = {static_cast<uint32_t>(begin + key.body), static_cast<uint32_t>(begin + key.end)},
            .severity = rule.severity,
            .confidence = 90};
    if (hit.secret.empty()) hit.secret = {hit.match.begin, static_cast<uint32_t>(end)};
    apply(key.verdict, hit);
    if (rule.id == "gcp-service-account-key") {
      state.looked += 2 * kContext;
      const std::string_view around = context_of(bytes, {hit.match.begin, static_cast<uint32_t>(end)});
      if (around.find("service_account") == std::string_view::npos &&
          around.find("client_email") == std::string_view::npos)
        hit.dismissed_by = "not a service account";
    }
    add(hit, state);
  }

  void add(Hit hit, PerRule& state) {
    if (hit.dismissed_by.empty() && is_documented_value(hit.secret.of(bytes)))
      hit.dismissed_by = "documented test value";
    if (!hit.dismissed_by.empty() && !options.keep_dismissed) return;
    if (!options.report.empty() && (hit.secret.begin < options.report.begin || hit.secret.begin >= options.report.end))
      return;
    ++state.hits;
    hits.push_back(hit);
  }

  // At most one hit per byte: what stands beats what was dismissed, then the higher rank, then the longer secret.
  void settle(std::string_view path, std::vector<Hit>& out) {
    if (hits.empty()) return;
    std::ranges::sort(hits, [](const Hit& a, const Hit& b) {
      if (a.secret != b.secret) return a.secret < b.secret;
      return a.rule->rank > b.rule->rank;
    });
    auto better = [](const Hit& a, const Hit& b) {
      if (a.dismissed_by.empty() != b.dismissed_by.empty()) return a.dismissed_by.empty();
      if (a.rule->rank != b.rule->rank) return a.rule->rank > b.rule->rank;
      return a.secret.size() > b.secret.size();
    };
    const size_t first = out.size();
    for (const Hit& hit : hits) {
      // A kept hit may have to yield to a better one that begins inside it, and that one may overlap an earlier one.
      bool keep = true;
      while (out.size() > first && out.back().secret.end > hit.secret.begin) {
        if (!better(hit, out.back())) {
          keep = false;
          break;
        }
        out.pop_back();
      }
      if (keep) out.push_back(hit);
    }
    const bool secondary = is_secondary_path(path);
    for (size_t i = first; i < out.size(); ++i) {
      Hit& hit = out[i];
      if (secondary) {
        hit.severity = one_lower(hit.severity);
        if (hit.reason.empty()) hit.reason = "in tests, examples, documentation or vendored code";
      }
      hit.ignored_by = ignore_mark(bytes, hit);
    }
  }
};

Scanner::Scanner(std::unique_ptr<State> state) : state_(std::move(state)) {}
Scanner::Scanner(Scanner&&) noexcept = default;
Scanner& Scanner::operator=(Scanner&&) noexcept = default;
Scanner::~Scanner() = default;

Result<Scanner> Scanner::create() {
  const Database& patterns = database();
  if (!patterns.error.empty()) return fail(Errc::unsupported, patterns.error);
  std::unique_ptr<State> state = std::make_unique<State>();
  if (hs_clone_scratch(patterns.scratch, &state->scratch) != HS_SUCCESS)
    return fail(Errc::over_budget, "No memory for the secret scanner (75 KB).");
  return Scanner(std::move(state));
}

Outcome Scanner::scan(std::string_view bytes, std::string_view path, std::vector<Hit>& out,
                      const ScanOptions& options) {
  State& state = *state_;
  Outcome outcome;
  if (bytes.size() > UINT32_MAX) {
    bytes = bytes.substr(0, UINT32_MAX);
    outcome.clipped = true;
  }
  state.bytes = bytes;
  state.kind = kind_of(path);
  state.options = options;
  state.looks_allowed = kLooksPerRule + kLooksPerByte * bytes.size();
  if (std::exchange(state.rules_used, false)) state.rules.assign(all_rules().size(), {});
  state.hits.clear();
  hs_scan(database().database, bytes.data(), static_cast<unsigned>(bytes.size()), 0, state.scratch, State::on_match,
          &state);
  state.settle(path, out);
  for (size_t i = 0; state.rules_used && i < state.rules.size(); ++i) {
    if (state.rules[i].over_budget == 0) continue;
    if (outcome.over_budget_rule == nullptr) outcome.over_budget_rule = all_rules()[i];
    outcome.over_budget += state.rules[i].over_budget;
  }
  return outcome;
}

}  // namespace drydock::secrets
