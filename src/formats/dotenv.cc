#include "formats/dotenv.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "formats/tree_build.h"

namespace drydock::dotenv {
namespace {

bool is_blank(char c) { return is_space(c) && c != '\n'; }

// Compose takes any Unicode letter; every byte outside ASCII counts as one here.
bool is_name(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '-' || c == '[' || c == ']' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// The value of \0 and three octal digits at the start of `text`, -1 if it is none.
int octal_escape(std::string_view text) {
  if (text.size() < 5 || text[1] != '0') return -1;
  int value = 0;
  for (char c : text.substr(2, 3)) {
    if (c < '0' || c > '7') return -1;
    value = value * 8 + (c - '0');
  }
  return value <= 0xff ? value : -1;
}

// Compose's escapes between double quotes; any other backslash stays. `\$` becomes `$$`, the form in which its
// interpolation, which is not done here, takes a dollar literally.
std::string unescape(std::string_view text) {
  constexpr std::string_view kNames = "abfnrtv\\", kValues = "\a\b\f\n\r\t\v\\";
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (text[i] != '\\') {
      out += text[i];
    } else if (next == '"') {
      out += next;
      ++i;
    } else if (next == '$') {
      out += "$$";
      ++i;
    } else if (int octal = octal_escape(text.substr(i)); octal >= 0) {
      out += static_cast<char>(octal);
      i += 4;
    } else if (size_t name = kNames.find(next); next != '\0' && name != std::string_view::npos) {
      out += kValues[name];
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

class Reader {
 public:
  Reader(std::string_view bytes, Arena& arena, const Budget& budget)
      : bytes_(bytes), arena_(arena), budget_(budget), entries_(arena), problems_(arena) {}

  Result<const File*> read() {
    if (bytes_.starts_with("\xef\xbb\xbf")) at_ = 3;
    for (;;) {
      while (is_space(peek())) ++at_;
      if (at_ >= bytes_.size()) break;
      if (peek() == '#') {
        to_line_end();
        continue;
      }
      if (entries_.size() >= budget_.entries)
        return tree::fail_at(Errc::over_budget, bytes_, at_,
                             "more than " + std::to_string(budget_.entries) + " variables in one file");
      take_statement();
    }
    return arena_.make<File>(File{.bytes = bytes_, .entries = entries_.span(), .problems = problems_.span()});
  }

 private:
  void take_statement() {
    Entry entry{.span = {here(), here()}};
    take_export(entry);
    entry.name_span = {here(), here()};
    while (is_name(peek())) ++at_;
    entry.name_span.end = entry.span.end = here();
    entry.name = entry.name_span.of(bytes_);
    while (is_blank(peek())) ++at_;
    if (char c = peek(); c == '=' || c == ':') {
      if (entry.name.empty()) return refuse("a variable without a name");
      ++at_;
      take_value(entry);
    } else if (at_ < bytes_.size() && c != '\n') {
      return refuse(is_name(c) ? "a space in the variable's name" : "expected '=' behind the variable's name");
    }
    entries_.push(entry);
  }

  void take_export(Entry& entry) {
    constexpr std::string_view kExport = "export";
    size_t behind = at_ + kExport.size();
    if (!bytes_.substr(at_).starts_with(kExport) || behind >= bytes_.size() || !is_blank(bytes_[behind])) return;
    size_t name = behind;
    while (name < bytes_.size() && is_blank(bytes_[name])) ++name;
    if (name == bytes_.size() || !is_name(bytes_[name])) return;  // a variable of that name
    entry.exported = true;
    at_ = name;
  }

  void take_value(Entry& entry) {
    entry.has_value = true;
    uint32_t behind_sign = here();
    while (is_blank(peek())) ++at_;
    if (char c = peek(); (c == '"' || c == '\'') && take_quoted(entry, c)) {
      while (is_blank(peek())) ++at_;
      if (at_ < bytes_.size() && peek() != '\n' && peek() != '#') {
        problems_.push({.at = rest_of_line(), .message = "unexpected text behind the closing quote"});
        to_line_end();
      }
    } else {
      take_bare(entry);
    }
    if (entry.value_span.empty()) entry.value_span = {behind_sign, behind_sign};
    entry.span.end = entry.value_span.end;
  }

  // To a blank and '#', or the end of the line. As in Compose, a '#' right at the start is part of the value.
  void take_bare(Entry& entry) {
    Span line = rest_of_line();
    size_t comment = line.of(bytes_).find(" #");
    if (comment != std::string_view::npos) line.end = line.begin + static_cast<uint32_t>(comment);
    while (!line.empty() && is_space(bytes_[line.end - 1])) --line.end;
    entry.value_span = line;
    entry.value = line.of(bytes_);
    to_line_end();
  }

  // False, with a Problem and nothing taken, if the quote does not close. That reads to the end of the file, but at
  // most once for each kind of quote: there is no other one behind it.
  bool take_quoted(Entry& entry, char quote) {
    size_t end = at_ + 1;
    bool escapes = false;
    while (end < bytes_.size() && bytes_[end] != quote) {
      bool escape = bytes_[end] == '\\';
      escapes |= escape;
      end += escape ? 2 : 1;
    }
    if (end >= bytes_.size()) {
      problems_.push({.at = rest_of_line(), .message = "the quote does not close"});
      return false;
    }
    std::string_view text = bytes_.substr(at_ + 1, end - at_ - 1);
    if (escapes) text = arena_.copy(quote == '"' ? unescape(text) : unescape_single(text));
    entry.value = text;
    entry.quote = quote == '"' ? Quote::double_ : Quote::single;
    entry.value_span = {here(), static_cast<uint32_t>(end + 1)};
    at_ = end + 1;
    return true;
  }

  static std::string unescape_single(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text.substr(i).starts_with("\\'")) continue;
      out += text[i];
      // The second backslash of a pair does not escape the quote behind it.
      if (text.substr(i).starts_with("\\\\")) out += text[++i];
    }
    return out;
  }

  void refuse(std::string_view message) {
    problems_.push({.at = rest_of_line(), .message = message});
    to_line_end();
  }

  Span rest_of_line() const {
    size_t end = std::min(bytes_.find('\n', at_), bytes_.size());
    if (end > at_ && bytes_[end - 1] == '\r') --end;
    return {here(), static_cast<uint32_t>(end)};
  }
  void to_line_end() { at_ = std::min(bytes_.find('\n', at_), bytes_.size()); }
  uint32_t here() const { return static_cast<uint32_t>(at_); }
  char peek() const { return at_ < bytes_.size() ? bytes_[at_] : '\0'; }

  std::string_view bytes_;
  Arena& arena_;
  const Budget& budget_;
  ArenaList<Entry> entries_;
  ArenaList<tree::Problem> problems_;
  size_t at_ = 0;
};

}  // namespace

const Entry* File::find(std::string_view name) const {
  for (size_t i = entries.size(); i-- > 0;)
    if (entries[i].name == name) return &entries[i];
  return nullptr;
}

Result<const File*> parse(std::string_view bytes, Arena& arena, const Budget& budget) {
  if (bytes.size() > budget.bytes)
    return tree::fail_at(Errc::over_budget, bytes, 0, "larger than " + std::to_string(budget.bytes) + " bytes");
  return Reader(bytes, arena, budget).read();
}

}  // namespace drydock::dotenv
