#include "checks/secret_names.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"

namespace drydock::checks {
namespace {

using Words = std::vector<std::string>;

template <size_t N>
bool is_one_of(std::string_view word, const std::string_view (&list)[N]) {
  return std::ranges::find(list, word) != std::end(list);
}

// "dbPassword2", "DB-PASSWORD.2" -> db password 2. Capitals in a row are one word: "APIKey" -> api key.
Words words_of(std::string_view name) {
  Words words;
  std::string word;
  auto end_word = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  for (size_t i = 0; i < name.size(); ++i) {
    char c = name[i];
    if (!is_letter(c) && !is_digit(c)) {
      end_word();
      continue;
    }
    bool starts_word =
        is_upper(c) && i > 0 &&
        (!is_upper(name[i - 1]) || (i + 1 < name.size() && is_letter(name[i + 1]) && !is_upper(name[i + 1])));
    if (starts_word && is_letter(name[i - 1])) end_word();
    word.push_back(lower(c));
  }
  end_word();
  return words;
}

// Words that make the name speak of something about a secret instead of a secret.
constexpr std::string_view kPublicWords[] = {"public", "publishable", "pub",   "max",    "min",
                                             "num",    "count",       "limit", "example"};
constexpr std::string_view kSwitchWords[] = {"enable", "enabled", "disable", "disabled", "use", "require", "allow",
                                             "skip",   "is",      "has",     "with",     "no",  "show",    "hide"};
constexpr std::string_view kAttributeWords[] = {
    "file",      "files",      "path",     "paths",    "url",       "uri",        "urls",     "name",     "names",
    "id",        "ids",        "length",   "len",      "ttl",       "expires",    "expiry",   "expire",   "expiration",
    "algorithm", "algorithms", "alg",      "algo",     "type",      "size",       "enabled",  "disabled", "timeout",
    "days",      "hours",      "minutes",  "seconds",  "interval",  "policy",     "prefix",   "suffix",   "header",
    "headers",   "method",     "methods",  "host",     "port",      "endpoint",   "version",  "format",   "rounds",
    "issuer",    "audience",   "location", "dir",      "directory", "mode",       "field",    "domain",   "scheme",
    "provider",  "backend",    "class",    "required", "lifetime",  "age",        "rotation", "hashers",  "validators",
    "model",     "arn",        "cookie",   "samesite", "secure",    "httponly",   "salt",     "hint",     "label",
    "store",     "manager",    "engine",   "usage",    "bits",      "iterations", "template", "ref",      "refresh",
};
// Words before KEY that say what kind of key it is, when it is none of cryptography's or not a private one.
constexpr std::string_view kPlainKeys[] = {
    "gpg",   "pgp",         "primary", "foreign",     "sort",   "partition",  "cache",   "site",
    "apt",   "idempotency", "routing", "object",      "bucket", "group",      "map",     "lookup",
    "hot",   "index",       "feature", "translation", "row",    "column",     "hash",    "range",
    "shard", "dedupe",      "sitekey", "host",        "known",  "authorized", "trusted",
};
constexpr std::string_view kSecretWords[] = {
    "password", "passwords", "passwd",        "pwd",         "pword",      "passphrase", "secret",
    "secrets",  "token",     "tokens",        "apikey",      "apikeys",    "credential", "credentials",
    "creds",    "passcode",  "authtoken",     "secretkey",   "privatekey", "accesskey",  "dbpassword",
    "dbpass",   "userpass",  "mysqlpassword", "accesstoken", "apitoken"};
constexpr std::string_view kValueWords[] = {"b64",  "base64",  "pem",        "hex",         "value",   "plain",
                                            "raw",  "current", "old",        "new",         "prod",    "dev",
                                            "test", "staging", "production", "development", "default", "json"};

// Identifiers that come with a secret and are worth as much care; their endings would excuse them.
constexpr std::string_view kKnownNames[] = {"AWS_ACCESS_KEY_ID", "PGPASSWORD", "MYSQL_PWD", "REDISCLI_AUTH", "SSHPASS"};

bool number(std::string_view word) { return std::ranges::all_of(word, is_digit); }

// Words at the end that only number or qualify what stands before them.
size_t significant_size(const Words& words) {
  size_t size = words.size();
  while (size > 1 && (number(words[size - 1]) || is_one_of(words[size - 1], kValueWords))) --size;
  return size;
}

bool excused(const Words& words, size_t size) {
  if (size == 0) return true;
  // NEXT_PUBLIC_ is Next.js' prefix for what goes to the browser, not a promise that it may.
  size_t begin = size > 2 && words[0] == "next" && words[1] == "public" ? 2 : 0;
  for (size_t i = begin; i < size; ++i)
    if (is_one_of(words[i], kPublicWords)) return true;
  return is_one_of(words[begin], kSwitchWords) || is_one_of(words[size - 1], kAttributeWords);
}

bool starts_with_path(std::string_view value) {
  if (value.starts_with("./") || value.starts_with("../") || value.starts_with("~/")) return true;
  if (!value.starts_with('/') || value.find(' ') != std::string_view::npos) return false;
  // Base64 may start with a slash, too: a path has a second one, a dot, and no '+' or '='.
  return value.find_first_of("+=") == std::string_view::npos &&
         (value.find('/', 1) != std::string_view::npos || value.find('.') != std::string_view::npos);
}

constexpr std::string_view kSwitchValues[] = {"true", "false", "yes",  "no",  "on",      "off",     "0",
                                              "1",    "none",  "null", "nil", "enabled", "disabled"};
constexpr std::string_view kReferencePrefixes[] = {
    "vault:", "op://",          "arn:aws",     "secretsmanager:", "ssm:",     "ref+", "sops:", "file:",
    "ENC[",   "$ANSIBLE_VAULT", "gcp-secret:", "azurekeyvault:",  "doppler:", "bws:", "ENC("};

}  // namespace

bool is_secret_name(std::string_view name) {
  for (std::string_view known : kKnownNames)
    if (equal_ignoring_case(name, known)) return true;
  Words words = words_of(name);
  size_t size = significant_size(words);
  if (excused(words, size)) return false;
  for (size_t i = 0; i < size; ++i)
    if (is_one_of(words[i], kSecretWords)) return true;
  const std::string& last = words[size - 1];
  if (last == "pass" || last == "auth") return size > 1;
  if (last == "key" || last == "keys") return size > 1 && !is_one_of(words[size - 2], kPlainKeys);
  return false;
}

bool is_password_name(std::string_view name) {
  if (!is_secret_name(name)) return false;
  constexpr std::string_view kPasswordWords[] = {"password",      "passwords",  "passwd",     "pwd",    "pword",
                                                 "pass",          "passphrase", "dbpassword", "dbpass", "userpass",
                                                 "mysqlpassword", "pgpassword", "sshpass"};
  for (const std::string& word : words_of(name))
    if (is_one_of(word, kPasswordWords)) return true;
  return false;
}

bool is_signing_key_name(std::string_view name) {
  if (!is_secret_name(name)) return false;
  constexpr std::string_view kOwners[] = {
      "app",      "flask",      "django",  "jwt",  "session",   "cookie", "nextauth", "auth",     "csrf",    "wtf",
      "security", "encryption", "signing", "hmac", "rails",     "base",   "secret",   "key",      "token",   "refresh",
      "access",   "my",         "server",  "api",  "backend",   "web",    "next",     "nuxt",     "express", "fernet",
      "master",   "a",          "jwe",     "jws",  "signature", "aes",    "private",  "symmetric"};
  Words words = words_of(name);
  size_t size = significant_size(words);
  bool names_key = false;
  for (size_t i = 0; i < size; ++i) {
    if (!is_one_of(words[i], kOwners)) return false;  // STRIPE_SECRET_KEY: a vendor's
    names_key |= words[i] == "secret" || words[i] == "signing" || words[i] == "encryption" || words[i] == "hmac" ||
                 words[i] == "fernet" || words[i] == "aes" || words[i] == "jwt";
  }
  // API_KEY, ACCESS_TOKEN and the like are handed out by somebody; PRIVATE_KEY is a file's content.
  const std::string& last = words[size - 1];
  return (names_key || (size == 2 && words[0] == "app" && last == "key")) &&
         (last == "key" || last == "secret" || last == "base");
}

bool is_literal_secret(std::string_view value) {
  value = trim(value);
  if (value.empty()) return false;
  for (size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '$') continue;
    if (i + 1 < value.size() && value[i + 1] == '$') {  // compose's escaped dollar
      ++i;
      continue;
    }
    if (i + 1 < value.size() &&
        (value[i + 1] == '{' || value[i + 1] == '(' || value[i + 1] == '_' || is_letter(value[i + 1])))
      return false;
  }
  if (value.find("{{") != std::string_view::npos || value.find("<%") != std::string_view::npos) return false;
  if (value.front() == '<' && value.back() == '>') return false;
  if (value.size() > 2 && value.front() == '%' && value.back() == '%') return false;
  if (value.size() > 2 && value.front() == '@' && value.back() == '@') return false;
  std::string lowered = to_lower(value);
  if (is_one_of(lowered, kSwitchValues)) return false;
  for (std::string_view prefix : kReferencePrefixes)
    if (value.starts_with(prefix)) return false;
  return !starts_with_path(value);
}

bool is_placeholder(std::string_view value) {
  std::string text = to_lower(trim(value));
  std::erase_if(text, [](char c) { return c == '-' || c == '_' || c == ' ' || c == '.'; });
  if (text.empty()) return true;
  constexpr std::string_view kParts[] = {"changeme",   "changethis",  "changeit",    "replaceme", "replacethis",
                                         "insertyour", "placeholder", "tobechanged", "setme",     "fillme"};
  for (std::string_view part : kParts)
    if (text.find(part) != std::string::npos) return true;
  if (text.starts_with("your") || text.starts_with("mysecret") || text.starts_with("yoursecret") ||
      text.starts_with("supersecret"))
    return true;
  if (text.ends_with("here") && text.size() > 4 &&
      (text.find("password") != std::string::npos || text.find("secret") != std::string::npos ||
       text.find("key") != std::string::npos || text.find("token") != std::string::npos))
    return true;
  if (text == "todo" || text == "fixme" || text == "tbd") return true;
  return std::ranges::all_of(text, [&](char c) { return c == text[0]; }) && (text[0] == 'x' || text[0] == '*');
}

bool is_default_password(std::string_view value) {
  constexpr std::string_view kDefaults[] = {"postgres",
                                            "password",
                                            "passw0rd",
                                            "password1",
                                            "password123",
                                            "root",
                                            "admin",
                                            "admin123",
                                            "administrator",
                                            "changeme",
                                            "secret",
                                            "guest",
                                            "minioadmin",
                                            "minio",
                                            "minio123",
                                            "mysql",
                                            "mariadb",
                                            "mongo",
                                            "mongodb",
                                            "redis",
                                            "rabbitmq",
                                            "user",
                                            "pass",
                                            "test",
                                            "test123",
                                            "example",
                                            "default",
                                            "toor",
                                            "123456",
                                            "12345678",
                                            "1234",
                                            "12345",
                                            "123456789",
                                            "qwerty",
                                            "letmein",
                                            "welcome",
                                            "dev",
                                            "development",
                                            "demo",
                                            "docker",
                                            "rootpassword",
                                            "rootpass",
                                            "dbpassword",
                                            "mypassword",
                                            "mysecretpassword",
                                            "supersecret",
                                            "secretpassword",
                                            "sa",
                                            "app",
                                            "elastic",
                                            "grafana",
                                            "nextcloud",
                                            "wordpress",
                                            "keycloak",
                                            "db",
                                            "database",
                                            "devpassword",
                                            "testpassword",
                                            "pgpassword",
                                            "postgrespassword",
                                            "secret123",
                                            "foobar",
                                            "devsecret",
                                            "dev-secret",
                                            "dev-secret-key",
                                            "secretkey",
                                            "secret-key",
                                            "secret_key",
                                            "jwt-secret",
                                            "jwtsecret",
                                            "jwt_secret",
                                            "mysecretkey",
                                            "supersecretkey",
                                            "super-secret",
                                            "super-secret-key"};
  std::string text = to_lower(trim(value));
  return is_one_of(text, kDefaults);
}

UrlLogin parse_url(std::string_view text) {
  UrlLogin url;
  Cut scheme = cut(text, "://");
  if (!scheme.found || scheme.before.empty()) return url;
  for (char c : scheme.before)
    if (!is_letter(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') return url;
  url.scheme = scheme.before;
  std::string_view rest = scheme.after;
  // A variable may hold a slash or an '@' in its default: "${PW:-a/b}". Those inside braces are not the URL's.
  size_t end = rest.size(), at = std::string_view::npos;
  int braces = 0;
  for (size_t i = 0; i < rest.size(); ++i) {
    char c = rest[i];
    if (c == '{') ++braces;
    if (c == '}' && braces > 0) --braces;
    if (braces > 0) continue;
    if (c == '@') at = i;
    if (c == '/' || c == '?' || c == '#' || is_space(c) || c == '"' || c == '\'' || c == ',') {
      end = i;
      break;
    }
  }
  url.path = rest.substr(end);
  std::string_view authority = rest.substr(0, end);
  if (at != std::string_view::npos) {
    std::string_view login = authority.substr(0, at);
    authority.remove_prefix(at + 1);
    size_t colon = std::string_view::npos;
    braces = 0;
    for (size_t i = 0; i < login.size() && colon == std::string_view::npos; ++i) {
      if (login[i] == '{') ++braces;
      if (login[i] == '}' && braces > 0) --braces;
      if (login[i] == ':' && braces == 0) colon = i;
    }
    url.user = login.substr(0, colon);
    if (colon != std::string_view::npos) {
      url.has_password = true;
      url.password = login.substr(colon + 1);
    }
  }
  if (authority.starts_with('[')) {
    Cut address = cut(authority.substr(1), "]");
    url.host = address.before;
    if (address.after.starts_with(':')) url.port = address.after.substr(1);
  } else if (authority.find("${") == std::string_view::npos) {
    Cut host = cut(authority, ":");
    url.host = host.before;
    url.port = host.after;
  } else {
    url.host = authority;
  }
  url.found = true;
  return url;
}

std::string_view literal_url_password(std::string_view value) {
  UrlLogin url = parse_url(trim(value));
  if (!url.found || !url.has_password || !is_literal_secret(url.password)) return {};
  return url.password;
}

}  // namespace drydock::checks
