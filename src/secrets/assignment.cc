#include "secrets/assignment.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/text.h"
#include "secrets/validators.h"

namespace drydock::secrets {
namespace {

constexpr size_t kLongestValue = 1024;

template <size_t N>
bool is_any(std::string_view text, const std::string_view (&parts)[N]) {
  return std::ranges::find(parts, text) != std::end(parts);
}

// The words of a name in lower case: dbPassword, DB_PASSWORD and db-password give "db", "password"; HTTPToken gives
// "http", "token". A name of more words than these is no name.
struct Words {
  std::array<std::string, 12> word;
  size_t count = 0;
  std::string_view last(size_t back = 0) const { return count > back ? std::string_view(word[count - 1 - back]) : ""; }
};
Words words_of(std::string_view name) {
  Words words;
  std::string current;
  auto finish = [&] {
    if (!current.empty() && words.count < words.word.size()) words.word[words.count++] = current;
    current.clear();
  };
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (!is_letter(c)) {
      finish();
      continue;
    }
    const bool upper = c <= 'Z';
    const bool after_lower = i > 0 && name[i - 1] >= 'a' && name[i - 1] <= 'z';
    const bool before_lower = i + 1 < name.size() && name[i + 1] >= 'a' && name[i + 1] <= 'z';
    const bool after_upper = i > 0 && name[i - 1] >= 'A' && name[i - 1] <= 'Z';
    if (upper && (after_lower || (after_upper && before_lower))) finish();
    current += lower(c);
  }
  finish();
  return words;
}

bool is_repeated_name(std::string_view name, std::string_view value) {
  auto letters = [](std::string_view text) {
    std::string kept;
    for (char c : text)
      if (is_letter(c)) kept += lower(c);
    return kept;
  };
  const std::string a = letters(name), b = letters(value);
  return !a.empty() &&
         (a == b || (b.size() >= 6 && a.find(b) != std::string::npos && b.size() * 5 >= value.size() * 4));
}

// The same name whatever joins its words. A keyword in capitals is a constant and matches as such: `secret_key` is what
// Terraform and boto call the AWS key, SECRET_KEY is Django's and Flask's.
bool is_name(std::string_view name, std::string_view keyword) {
  if (name.size() != keyword.size()) return false;
  const bool constant = keyword[0] >= 'A' && keyword[0] <= 'Z';
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i] == '-' || name[i] == '.' ? '_' : name[i];
    if ((constant ? c : lower(c)) != keyword[i]) return false;
  }
  return true;
}

// Something a person chose, not a word of the program: letters with digits or marks.
bool looks_chosen(std::string_view value, FileKind kind) {
  if (value.size() < 8 || value.size() > 128) return false;
  size_t letters = 0, digits = 0, marks = 0, separators = 0;
  for (char c : value) {
    if (c < 0x21 || c > 0x7e) return false;
    if (is_letter(c))
      ++letters;
    else if (is_digit(c))
      ++digits;
    else if (c == '_' || c == '-' || c == '.' || c == '/' || c == ':' || c == ',' || c == '=' || c == '%' || c == '\\')
      ++separators;
    else
      ++marks;
  }
  if (letters < 2) return false;
  if (digits + marks == 0) return is_cased_at_random(value);
  if (separators > 2 || value.find(',') != std::string_view::npos) return false;
  const double words = wordiness(value);
  if (kind == FileKind::config) return digits > 0 || (marks > 0 && words < 7);
  // In code a name with a number at its end is a name.
  if (digits == 0) return false;
  const size_t tail = value.find_last_not_of("0123456789");
  const bool digits_only_at_end = value.substr(0, tail + 1).find_first_of("0123456789") == std::string_view::npos;
  if (marks == 0 && digits_only_at_end && words >= 5.2) return false;
  return marks > 0 || words < 5.9;
}

bool is_text(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](char c) { return c >= 0x20 && c < 0x7f; });
}

}  // namespace

Assignment read_value(std::string_view text, const AssignmentHead& head, FileKind kind) {
  Assignment assignment{.name = head.name, .value = {}, .quoted = head.quote != '\0'};
  const std::string_view rest = text.substr(std::min(head.value_begin, text.size()), kLongestValue);
  size_t end = 0;
  if (assignment.quoted) {
    while (end < rest.size() && rest[end] != head.quote && rest[end] != '\n') {
      if (rest[end] == '\\' && end + 1 < rest.size() && rest[end + 1] == head.quote)
        break;  // \" closes an escaped string
      ++end;
    }
  } else {
    const std::string_view stop = kind == FileKind::config ? " \t\r\n\"'`" : " \t\r\n\"'`,;)}]>&<|";
    end = std::min(rest.find_first_of(stop), rest.size());
  }
  assignment.value = rest.substr(0, end);
  return assignment;
}

NameMeaning meaning_of(std::string_view name) {
  const Words words = words_of(name);
  if (words.count == 0) return NameMeaning::nothing;
  // Anywhere in the name: these speak of the secret, they do not hold it.
  constexpr std::string_view kAbout[] = {
      "public",   "publishable",  "csrf",        "xsrf",        "length",      "len",         "size",
      "type",     "url",          "uri",         "path",        "file",        "filename",    "dir",
      "expires",  "expiry",       "expiration",  "ttl",         "timeout",     "count",       "limit",
      "max",      "min",          "policy",      "regex",       "regexp",      "pattern",     "format",
      "field",    "label",        "header",      "hint",        "placeholder", "message",     "msg",
      "error",    "err",          "help",        "description", "title",       "text",        "hash",
      "hashed",   "digest",       "checksum",    "algorithm",   "alg",         "cache",       "primary",
      "foreign",  "sort",         "index",       "arn",         "ref",         "reference",   "provider",
      "class",    "enabled",      "required",    "strength",    "encoder",     "validator",   "generator",
      "manager",  "factory",      "helper",      "parser",      "tokenizer",   "tokens",      "page",
      "next",     "continuation", "cursor",      "sync",        "resume",      "version",     "endpoint",
      "issuer",   "audience",     "fingerprint", "thumbprint",  "cert",        "certificate", "sha",
      "sha1",     "sha256",       "md5",         "integrity",   "etag",        "commit",      "revision",
      "rev",      "site",         "sitekey",     "locale",      "lang",        "i18n",        "input",
      "button",   "form",         "icon",        "css",         "template",    "mode",        "kind",
      "status",   "state",        "prompt",      "question",    "callback",    "idempotency", "partition",
      "keyboard", "bucket",       "anon",        "example",     "dummy",       "fake",        "mock",
      "selector", "scope",        "scopes",      "ids",         "encrypted",   "sealed",      "cipher",
      "padding",  "position",     "pos",         "column",      "table",       "charset",     "whitespace",
      "syntax",   "lexer",        "grammar",     "punctuation", "literal",     "operator",    "color",
      "colour",   "background",   "border",      "font",        "width",       "height",      "alphabet",
      "chars",    "charset",      "characters",  "symbol",      "design",      "theme"};
  for (size_t i = 0; i < words.count; ++i)
    if (is_any(words.word[i], kAbout)) return NameMeaning::nothing;
  // At the end they say what kind of thing the value is.
  constexpr std::string_view kLast[] = {
      "name",         "names",     "id",         "store",    "service", "handler",  "source",    "location", "prefix",
      "suffix",       "mount",     "key_id",     "env",      "var",     "variable", "user",      "username", "email",
      "host",         "port",      "date",       "time",     "at",      "by",       "for",       "of",       "in",
      "is",           "to",        "info",       "data",     "object",  "list",     "map",       "set",      "config",
      "options",      "settings",  "value_from", "rotation", "reset",   "change",   "changed",   "confirm",  "verify",
      "verification", "strategy",  "method",     "event",    "action",  "view",     "page",      "route",    "test",
      "spec",         "number",    "num",        "level",    "display", "group",    "namespace", "backend",  "driver",
      "plugin",       "extension", "module",     "package",  "func",    "function", "fn",        "cb",       "impl",
      "interface",    "grant",     "encryption", "hashes",   "hashing", "exchange", "auth"};
  if (is_any(words.last(), kLast)) return NameMeaning::nothing;
  constexpr std::string_view kPassword[] = {
      "password",  "passwd",     "passphrase",    "pwd",           "passw",         "passcode",
      "dbpass",    "dbpassword", "rootpassword",  "userpassword",  "adminpassword", "keypass",
      "storepass", "sshpass",    "userpass",      "rootpass",      "adminpass",     "mypassword",
      "dbpasswd",  "pgpassword", "mysqlpassword", "redispassword", "smtppassword",  "password1"};
  constexpr std::string_view kSecret[] = {
      "secret",    "token",      "credential",    "credentials",   "apikey",         "secretkey",    "accesskey",
      "authkey",   "privatekey", "authtoken",     "accesstoken",   "clientsecret",   "apitoken",     "apisecret",
      "appsecret", "jwtsecret",  "bearertoken",   "sessionsecret", "refreshtoken",   "cookiesecret", "secrettoken",
      "masterkey", "signingkey", "encryptionkey", "appkey",        "consumersecret", "sharedsecret"};
  constexpr std::string_view kKeyOf[] = {"api",     "access", "private", "auth",    "encrypt", "encryption", "sign",
                                         "signing", "master", "client",  "account", "app",     "jwt",        "session",
                                         "cipher",  "hmac",   "secret",  "shared",  "service", "cookie"};
  for (size_t i = 0; i < words.count; ++i)
    if (is_any(words.word[i], kPassword)) return NameMeaning::password;
  if (words.last() == "pass") return NameMeaning::password;
  for (size_t i = 0; i < words.count; ++i) {
    if (is_any(words.word[i], kSecret)) return NameMeaning::key;
    if (words.word[i] == "key" && i > 0 && is_any(words.word[i - 1], kKeyOf)) return NameMeaning::key;
  }
  return NameMeaning::nothing;
}

AssignmentVerdict judge_assignment(const Assignment& assignment, FileKind kind, const Rule& found_by) {
  static const Rule* const generic = find_rule("generic-secret");
  static const Rule* const password = find_rule("password-assignment");
  AssignmentVerdict verdict{.rule = &found_by};
  auto dismiss = [&verdict](std::string_view reason) {
    verdict.dismissed_by = reason;
    return verdict;
  };
  if (kind == FileKind::lock) return dismiss("lock file");
  std::string_view value = assignment.value;
  const NameMeaning meaning = meaning_of(assignment.name);
  if (meaning == NameMeaning::nothing) return dismiss("its name does not say that it is a secret");
  if (meaning == NameMeaning::password && &found_by == generic) verdict.rule = password;
  if (!assignment.quoted && kind == FileKind::code) return dismiss("variable or expression");
  if (value.size() < 8) return dismiss("too short");
  if (std::string_view reason = reference_reason(value); !reason.empty()) return dismiss(reason);
  if (std::string_view reason = derived_reason(value); !reason.empty()) return dismiss(reason);
  if (is_weak_default(value)) return dismiss("weak default, which the configuration checks report");
  if (is_repeated_name(assignment.name, value)) return dismiss("its own name");

  // jwt.secret and jwt-secret are JWT_SECRET; in config["SECRET_KEY"] and settings.SECRET_KEY the last part counts.
  const std::string_view tail = assignment.name.substr(assignment.name.find_last_of(".[\"' ") + 1);
  for (const Rule* rule : all_rules())
    for (std::string_view keyword : rule->keywords)
      if (&found_by == generic && (is_name(assignment.name, keyword) || is_name(tail, keyword))) verdict.rule = rule;
  // What Laravel and Django put in front of what they generate.
  for (std::string_view prefix : {"base64:", "django-insecure-"})
    if (value.starts_with(prefix)) value.remove_prefix(prefix.size());

  const bool random = looks_random(value);
  // In a random value a short word is chance, so only long ones count.
  const std::string_view placeholder = random ? placeholder_reason(value) : human_placeholder_reason(value);
  if (!placeholder.empty()) return dismiss(placeholder);
  if (value.find_first_of(" \t") != std::string_view::npos) return dismiss("prose");
  if (const std::optional<std::string> text = decode_base64(value); text && text->size() >= 8 && is_text(*text)) {
    if (text->find(' ') != std::string::npos || !human_placeholder_reason(*text).empty())
      return dismiss("encoded text");
  }
  if (is_uuid(value)) {
    // A UUID names things far more often than it opens them.
    const std::string name = to_lower(assignment.name);
    return name.find("secret") != std::string::npos || name.find("api") != std::string::npos ? verdict
                                                                                             : dismiss("UUID");
  }
  if (meaning == NameMeaning::password) {
    // A file of prose shows passwords as examples only, unless they come from a generator.
    if (random ||
        (kind != FileKind::prose && looks_chosen(value, kind) && (assignment.quoted || kind == FileKind::config)))
      return verdict;
    return dismiss("an everyday word");
  }
  if (value.size() < 16) return dismiss("too short");
  if (!random) return dismiss("does not look random");
  if (!assignment.quoted && kind == FileKind::unknown && value.size() < 20) return dismiss("variable or expression");
  return verdict;
}

}  // namespace drydock::secrets
