#include "secrets/filters.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "base/digest.h"
#include "base/text.h"

namespace drydock::secrets {
namespace {

constexpr size_t kLongestLook = 512;  // filters judge a value by its first bytes

// log2 of how much more often a letter follows another in English words and identifiers than by chance, plus 6, as a
// digit; row: first letter, column: second. Counted over 11,000 distinct words of the documentation, headers and
// scripts of a Debian system, each weighed by the logarithm of its count.
constexpr std::string_view kPairs[26] = {
    "36763461614867061878553351",  // a
    "85647441853843751675741351",  // b
    "84548427617653852658641240",  // c
    "75569544832644742674644340",  // d
    "64785552412668354887253640",  // e
    "74557841802745850766714150",  // f
    "63539456701757650775633042",  // g
    "82359421802554830756523050",  // h
    "65766660202669751577251405",  // i
    "83558000805350854384855000",  // j
    "64559544823556552486545030",  // k
    "83468442813733740366652371",  // l
    "86559432812563781365631130",  // m
    "73777683615435640378551130",  // n
    "55763551524779560866656311",  // o
    "83558445705743762867633251",  // p
    "65034530400643036660903004",  // q
    "83559451804565750677543060",  // r
    "63648436805544662478734350",  // s
    "73548427802543750776523361",  // t
    "67656550601778370778021301",  // u
    "84529540803563640455330300",  // v
    "83558447803547753765324021",  // w
    "63758624713465480378340642",  // x
    "55626450700777693487425044",  // y
    "74009404700560700450300345",  // z
};

// The first eight bytes of the SHA-256 of values in vendors' documentation: AWS's two example key pairs, Azurite's and
// the Cosmos DB emulator's account keys, Stripe's three documented test keys, reCAPTCHA's test secret, jwt.io's sample
// token.
constexpr uint64_t kDocumented[] = {0x0011cc25eb432071, 0x00cf4c781dc37003, 0x13d31e961a1ad8ec, 0x1a5d44a2dca19669,
                                    0x2cafc0970149a84f, 0x4c20e6f5cc11b937, 0x53f5da0aaa93d64c, 0x6c96130f130ab0d6,
                                    0x78314b11be2e5815, 0x7e8de44ea9ecf6d5, 0x7f75367e78812551, 0x9d03b692e941d5ac,
                                    0xaa6547439583c3a2, 0xad71fb4165536675, 0xbb9b1163338b2a51, 0xc6ea27c534f993d3,
                                    0xca7459e2b26776de, 0xcb87c87e4a138d9a, 0xe21b597ba6b9cafa, 0xe9974c507d2a8021,
                                    0xea9bdfd02c0c412c, 0xf2d6ca16515033e5, 0xf5e95c9954635b65};
static_assert(std::ranges::is_sorted(kDocumented));

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

template <size_t N>
bool has_any(std::string_view text, const std::string_view (&parts)[N]) {
  return std::ranges::any_of(parts, [text](std::string_view part) { return has(text, part); });
}
template <size_t N>
bool starts_with_any(std::string_view text, const std::string_view (&parts)[N]) {
  return std::ranges::any_of(parts, [text](std::string_view part) { return text.starts_with(part); });
}
template <size_t N>
bool is_any(std::string_view text, const std::string_view (&parts)[N]) {
  return std::ranges::find(parts, text) != std::end(parts);
}

// "abcdefgh", "12345678", "hgfedcba", "xxxxxx", "abcabcabc": at least `run` characters, or half of the text.
bool is_regular(std::string_view text, size_t run) {
  size_t up = 1, down = 1, same = 1, regular = 0;
  for (size_t i = 1; i < text.size(); ++i) {
    const int step = lower(text[i]) - lower(text[i - 1]);
    const bool wraps = text[i - 1] == '9' && text[i] == '0';
    up = step == 1 || wraps ? up + 1 : 1;
    down = step == -1 ? down + 1 : 1;
    same = step == 0 ? same + 1 : 1;
    regular += step == 1 || step == -1 || step == 0 || wraps;
    if (up >= run || down >= run || same >= run) return true;
  }
  if (text.size() >= 8 && regular * 2 > text.size()) return true;
  for (size_t period = 2; period <= 8 && period * 3 <= text.size(); ++period)
    if (text.substr(period) == text.substr(0, text.size() - period)) return true;
  return false;
}

size_t distinct(std::string_view text) {
  std::array<bool, 256> seen{};
  size_t count = 0;
  for (char c : text) {
    bool& known = seen[static_cast<uint8_t>(c)];
    count += !known;
    known = true;
  }
  return count;
}

// app.config.secretKey, com.shop.security.PasswordEncoder
bool is_dotted_name(std::string_view text) {
  if (!has(text, ".") || text.empty() || !is_letter(text[0])) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!is_letter(c) && !is_digit(c) && c != '_' && c != '.' && c != '-') return false;
    if (c == '.' && (i + 1 == text.size() || !(is_letter(text[i + 1]) || text[i + 1] == '_'))) return false;
  }
  return wordiness(text) >= 5.3;
}

}  // namespace

bool is_hex(std::string_view value) {
  return !value.empty() &&
         std::ranges::all_of(value, [](char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); });
}

bool is_uuid(std::string_view value) {
  if (value.size() != 36) return false;
  for (size_t i = 0; i < value.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? value[i] != '-' : !is_hex(value.substr(i, 1))) return false;
  }
  return true;
}

double entropy(std::string_view value) {
  if (value.empty()) return 0;
  std::array<uint32_t, 256> counts{};
  for (char c : value) ++counts[static_cast<uint8_t>(c)];
  double bits = 0;
  for (uint32_t count : counts) {
    if (count == 0) continue;
    const double share = count / static_cast<double>(value.size());
    bits -= share * std::log2(share);
  }
  return bits;
}

double wordiness(std::string_view value) {
  value = value.substr(0, kLongestLook);
  int sum = 0, pairs = 0;
  for (size_t i = 1; i < value.size(); ++i) {
    const char a = value[i - 1], b = value[i];
    // In camelCase a new word begins at the capital.
    if (!is_letter(a) || !is_letter(b) || (a >= 'a' && b <= 'Z')) continue;
    sum += kPairs[lower(a) - 'a'][static_cast<size_t>(lower(b) - 'a')] - '0';
    ++pairs;
  }
  return pairs == 0 ? 0 : static_cast<double>(sum) / pairs;
}

std::string_view placeholder_reason(std::string_view value) {
  value = value.substr(0, kLongestLook);
  constexpr std::string_view kWords[] = {
      "example",   "placeholder", "changeme",   "change_me",  "change-me", "redacted", "xxxxx",    "your_", "your-",
      "yourtoken", "yourapi",     "yoursecret", "insert_",    "replaceme", "replace_", "replace-", "<your", "dummy",
      "notareal",  "not-a-real",  "fakefake",   "loremipsum", "deadbeef",  "_here",    "-here"};
  if (has_any(to_lower(value), kWords)) return "placeholder";
  if (has(value, "*****") || has(value, ".....") || has(value, "-----")) return "placeholder";
  if (is_regular(value, 8)) return "repeated or ascending characters";
  if (value.size() >= 16 && distinct(value) < 7) return "repeated or ascending characters";
  return {};
}

std::string_view human_placeholder_reason(std::string_view value) {
  if (std::string_view reason = reference_reason(value); !reason.empty()) return reason;
  value = value.substr(0, kLongestLook);
  const std::string low = to_lower(value);
  constexpr std::string_view kWords[] = {
      "password", "passwd",   "passphrase",   "yourp",       "yours",      "mypass",    "mysecret",   "foobar",
      "xxxx",     "****",     "....",         "qwerty",      "replace",    "insert",    "example",    "changeth",
      "sample",   "fakepass", "notused",      "not_used",    "unused",     "undefined", "some-",      "some_",
      "my-",      "my_",      "super-secret", "supersecret", "secret-key", "secretkey", "secret_key", "apikey",
      "api_key",  "api-key",  "todo",         "tbd",         "not_set",    "unset",     "default",    "disabled",
      "enabled",  "required", "optional",     "unknown",     "ellipsis",   "abcd",      "1234567"};
  if (has_any(low, kWords)) return "placeholder";
  constexpr std::string_view kWhole[] = {
      "pass", "pwd",   "token",  "secret",   "user",      "username", "key",      "login", "null",    "none",
      "true", "false", "string", "pass1234", "passw0rd",  "p4ssw0rd", "p4ss",     "pass1", "test",    "null,",
      "xxx",  "foo",   "bar",    "baz",      "user:pass", "pw",       "passwort", "pswd",  "userpass"};
  if (is_any(low, kWhole)) return "placeholder";
  if (low.starts_with("test") || low.ends_with("test") || has(low, "_test") || has(low, "-test") || has(low, "test_") ||
      has(low, "test-") || has(low, "testing"))
    return "placeholder";
  if (value.starts_with('<') || value.ends_with('>') || value.starts_with('[') ||
      (value.starts_with('(') && value.ends_with(')')))
    return "placeholder";
  if (is_regular(value, 5)) return "repeated or ascending characters";
  return placeholder_reason(value);
}

std::string_view reference_reason(std::string_view value) {
  value = value.substr(0, kLongestLook);
  constexpr std::string_view kInside[] = {
      "${",         "$(",     "{{",          "}}",    "{%",   "<%", "%>", "#{", "%(", "%{",  "process.env",
      "os.environ", "getenv", "import.meta", "$env:", "ENV[", "::", "->", "()", "=>", "();", "$$("};
  if (has_any(value, kInside)) return "variable or expression";
  if (value.starts_with('$') && value.size() > 1 && (is_letter(value[1]) || value[1] == '_') &&
      std::ranges::all_of(value.substr(1), [](char c) { return is_letter(c) || is_digit(c) || c == '_'; }))
    return "variable or expression";
  if (value.size() > 2 &&
      ((value.front() == '%' && value.back() == '%') || (value.front() == '{' && value.back() == '}') ||
       (value.front() == '@' && value.back() == '@') || (value.starts_with("__") && value.ends_with("__"))))
    return "variable or expression";
  if (value.size() > 1 && value[0] == '%' && is_letter(value[1]) && value.size() < 4) return "variable or expression";
  constexpr std::string_view kStores[] = {
      "arn:aws",   "vault:", "op://", "ref+",    "secretref:", "keyvault", "@Microsoft.KeyVault",
      "projects/", "awssm",  "ssm:",  "gcp-sm:", "env:",       "file:",    "secretsmanager"};
  if (starts_with_any(value, kStores) || has(value, "/run/secrets") || has(value, "secretsmanager"))
    return "reference to a secret store";
  constexpr std::string_view kTags[] = {"!Ref", "!Sub",       "!GetAtt",      "!vault", "!secret",
                                        "!env", "!reference", "!ImportValue", "!Join",  "!encrypted"};
  if (starts_with_any(value, kTags)) return "reference to a secret store";
  constexpr std::string_view kPaths[] = {
      "/etc/", "/var/", "/usr/", "/opt/",  "/home/",  "/run/",    "/tmp/",    "/root/", "/app/", "/data/", "./",
      "../",   "~/",    "C:\\",  "/path/", "http://", "https://", "secrets/", "certs/", "urn:",  "/mnt/",  "/srv/"};
  if (starts_with_any(value, kPaths)) return "path or URL";
  if (is_dotted_name(value)) return "variable or expression";
  return {};
}

std::string_view derived_reason(std::string_view value) {
  constexpr std::string_view kPasswordHashes[] = {
      "$2a$",    "$2b$",    "$2y$",    "$1$",    "$5$",     "$6$",     "$y$",    "$apr1$",  "$argon2",  "$pbkdf2",
      "$scrypt", "pbkdf2_", "pbkdf2:", "argon2", "scrypt:", "{SSHA",   "{SHA",   "{CRYPT}", "{bcrypt}", "SCRAM-SHA-",
      "sha1$",   "bcrypt_", "$7$",     "$$2",    "{PBKDF2", "{argon2", "{noop}", "md5$"};
  if (starts_with_any(value, kPasswordHashes)) return "password hash";
  constexpr std::string_view kDigests[] = {
      "sha1-", "sha256-", "sha384-", "sha512-", "sha1:", "sha256:", "sha384:", "sha512:", "md5:",
      "md5-",  "h1:",     "SHA256:", "sha256=", "sha1=", "blake2",  "blake3",  "go1:",    "crc32"};
  if (starts_with_any(value, kDigests)) return "checksum";
  constexpr std::string_view kCiphertext[] = {
      "ENC[",  "ENC(",     "$ANSIBLE_VAULT", "vault:v", "{cipher}", "AgA",    "AgB",    "-----BEGIN AGE",
      "{aes}", "{DESede}", "CfDJ8",          "AQICAH",  "AQIDAH",   "gAAAAA", "DPAPI:", "secure:"};
  if (starts_with_any(value, kCiphertext) && (value.size() > 60 || !value.starts_with("Ag")))
    return "encrypted at rest";
  if (value.starts_with('{') && value.ends_with("=}")) return "encrypted at rest";  // Maven
  constexpr std::string_view kPublic[] = {"ssh-rsa",
                                          "ssh-ed25519",
                                          "ssh-dss",
                                          "ecdsa-sha2-",
                                          "pk_live_",
                                          "pk_test_",
                                          "AAAAB3NzaC1",
                                          "AAAAC3NzaC1",
                                          "age1",
                                          "MIIBIjANBg",
                                          "MIICIjANBg",
                                          "MIIC",
                                          "MIID",
                                          "MIIE",
                                          "MIIF",
                                          "-----BEGIN CERT",
                                          "-----BEGIN PUBLIC",
                                          "phc_",
                                          "data:",
                                          "AGPA",
                                          "AIDA",
                                          "AROA",
                                          "AIPA",
                                          "ANPA",
                                          "ANVA"};
  if (starts_with_any(value, kPublic)) return "public value";
  return {};
}

bool is_documented_value(std::string_view value) {
  const Sha256Digest digest = sha256(value);
  uint64_t head = 0;
  for (size_t i = 0; i < 8; ++i) head = head << 8 | digest[i];
  return std::ranges::binary_search(kDocumented, head);
}

bool is_weak_default(std::string_view value) {
  if (value.size() > 32) return false;
  std::string word = to_lower(value);
  while (!word.empty() && !is_letter(word.back())) word.pop_back();
  constexpr std::string_view kWeak[] = {
      "",          "admin",        "administrator", "airflow",     "ansible",     "app",
      "changeme",  "changeit",     "database",      "db",          "dbpass",      "default",
      "demo",      "dev",          "develop",       "development", "devpassword", "django",
      "docker",    "elastic",      "flask",         "foo",         "grafana",     "guest",
      "hunter",    "keycloak",     "laravel",       "letmein",     "local",       "localdev",
      "localhost", "mariadb",      "minio",         "minioadmin",  "mongo",       "mongodb",
      "mysql",     "odoo",         "p@ss",          "p@ssw0rd",    "p@ssword",    "pa$$word",
      "pass",      "passw0rd",     "password",      "passwd",      "postgres",    "postgresql",
      "prod",      "pw",           "rabbit",        "rabbitmq",    "redis",       "root",
      "rootpass",  "rootpassword", "s3cr3t",        "s3cret",      "sa",          "sample",
      "secret",    "sonar",        "strapi",        "strong",      "super",       "superuser",
      "symfony",   "system",       "test",          "tester",      "testing",     "toor",
      "anoncvs",   "opensesame",   "xyzzy",         "bar",         "anonymous",   "user",
      "username",  "vagrant",      "welcome",       "wordpress",   "zabbix",      "trustno",
      "iloveyou",  "qwerty",       "monkey",        "dragon",      "abc",         "qwertyuiop"};
  return is_any(word, kWeak);
}

bool is_cased_at_random(std::string_view value) {
  size_t turns = 0;
  for (size_t i = 1; i < value.size(); ++i) turns += (value[i - 1] <= 'Z') != (value[i] <= 'Z');
  return value.size() >= 10 && (turns * 2 >= value.size() || (turns * 3 >= value.size() && wordiness(value) < 5.0));
}

bool looks_random(std::string_view value) {
  value = value.substr(0, kLongestLook);
  const size_t size = value.size();
  if (size < 12 || has(value, "://") || has(value, "  ")) return false;
  size_t letters = 0, digits = 0, marks = 0, colons = 0, uppers = 0, turns = 0;
  for (size_t i = 0; i < size; ++i) {
    const char c = value[i];
    if (c < 0x21 || c > 0x7e) return false;
    if (is_letter(c))
      ++letters, uppers += c <= 'Z';
    else if (is_digit(c))
      ++digits;
    else
      ++marks, colons += c == ':';
    if (i > 0) turns += is_digit(c) != is_digit(value[i - 1]);
  }
  if (letters == 0 || colons > 1) return false;
  if (is_hex(value))
    return size >= 20 && digits * 8 >= size && letters * 10 >= size && distinct(value) >= 8 &&
           (uppers == 0 || uppers == letters);
  if (letters * 3 < size) return false;  // dates, versions, measures
  if (marks * 4 > size && (letters + digits) * 2 < size) return false;
  if (entropy(value) < (size < 20 ? 3.0 : size < 32 ? 3.4 : 3.7)) return false;
  const double words = wordiness(value);
  if (digits == 0) {
    // Only a generator writes capitals inside words.
    const bool mixed = uppers * 5 >= letters && uppers * 5 <= letters * 4;
    return size >= 20 && words < 5.0 && (mixed || marks == 0);
  }
  // A name with a number at its end turns from letters to digits once or twice; a generator does so all the time.
  return words < 5.2 || (words < 5.9 && turns * 6 >= size);
}

FileKind kind_of(std::string_view path) {
  const std::string name = to_lower(base_name(path));
  constexpr std::string_view kLocks[] = {"package-lock.json",
                                         "npm-shrinkwrap.json",
                                         "pnpm-lock.yaml",
                                         "go.sum",
                                         "go.work.sum",
                                         "packages.lock.json",
                                         "bun.lockb",
                                         "pubspec.lock",
                                         "flake.lock",
                                         "deno.lock",
                                         "verification-metadata.xml",
                                         "gradle.lockfile",
                                         "mix.lock",
                                         "package.resolved",
                                         "conda-lock.yml",
                                         "sha256sums",
                                         "md5sums",
                                         "checksums.txt",
                                         "module.bazel.lock",
                                         "cartfile.resolved",
                                         ".secrets.baseline",
                                         ".gitleaksignore"};
  if (is_any(name, kLocks) || name.ends_with(".lock") || name.ends_with(".sum") || name.ends_with(".md5sums") ||
      name.ends_with(".sha256") || name.ends_with(".deps.json") || name.ends_with(".list") || name.ends_with(".map"))
    return FileKind::lock;
  if (name == ".env" || name.starts_with(".env.") || name.ends_with(".env") || name.starts_with("dockerfile") ||
      name.starts_with("env.") || name == "containerfile" || name.ends_with(".dockerfile") || name == "jenkinsfile" ||
      name == ".npmrc" || name == ".netrc" || name == ".pypirc" || name == "credentials" || name == "config" ||
      name == ".pgpass" || name == ".my.cnf" || name == ".s3cfg" || name == ".boto" || name == "secrets")
    return FileKind::config;
  const size_t dot = name.rfind('.');
  if (dot == std::string::npos) return FileKind::unknown;
  const std::string_view extension = std::string_view(name).substr(dot + 1);
  constexpr std::string_view kCode[] = {
      "py",   "js",    "jsx",        "ts",     "tsx",   "mjs",    "cjs",     "vue", "svelte", "go",    "java",  "kt",
      "kts",  "scala", "groovy",     "gradle", "c",     "h",      "cc",      "cpp", "cxx",    "hpp",   "hh",    "m",
      "mm",   "cs",    "vb",         "fs",     "rs",    "rb",     "erb",     "php", "phtml",  "swift", "dart",  "pl",
      "pm",   "lua",   "ex",         "exs",    "erl",   "clj",    "hs",      "ml",  "r",      "jl",    "sql",   "tf",
      "hcl",  "nix",   "zig",        "pyi",    "ipynb", "css",    "scss",    "tcl", "awk",    "vim",   "el",    "cfc",
      "jsp",  "asp",   "aspx",       "cshtml", "proto", "thrift", "graphql", "sol", "s",      "asm",   "l",     "y",
      "in",   "ac",    "m4",         "cmake",  "gyp",   "gypi",   "bzl",     "pyx", "json5",  "json",  "jsonl", "xsd",
      "wsdl", "plist", "storyboard", "xib",    "pas"};
  if (is_any(extension, kCode)) return FileKind::code;
  constexpr std::string_view kConfig[] = {
      "yaml", "yml",   "ini",    "conf",  "cfg",        "cnf",     "properties",  "toml", "tfvars",  "tfstate",
      "env",  "sh",    "bash",   "zsh",   "fish",       "ps1",     "bat",         "cmd",  "service", "config",
      "xml",  "envrc", "secret", "local", "production", "staging", "development", "dist"};
  if (is_any(extension, kConfig)) return FileKind::config;
  constexpr std::string_view kProse[] = {
      "md",      "markdown", "rst", "txt",  "adoc",      "html", "htm",  "xhtml", "tex",     "po",   "pot",
      "org",     "textile",  "log", "csv",  "tsv",       "svg",  "1",    "2",     "3",       "4",    "5",
      "6",       "7",        "8",   "9",    "gz",        "rtf",  "mdx",  "xlf",   "strings", "info", "texi",
      "docbook", "resx",     "nfo", "news", "changelog", "eml",  "diff", "patch"};
  if (is_any(extension, kProse)) return FileKind::prose;
  return FileKind::unknown;
}

bool is_secondary_path(std::string_view path) {
  constexpr std::string_view kFolders[] = {
      "test",        "tests",       "testing",   "__tests__", "spec",         "specs",         "fixture",
      "fixtures",    "testdata",    "test-data", "test_data", "example",      "examples",      "sample",
      "samples",     "demo",        "demos",     "doc",       "docs",         "vendor",        "node_modules",
      "third_party", "third-party", "mock",      "mocks",     "__mocks__",    "site-packages", "dist-packages",
      "e2e",         "cypress",     "testutil",  "snapshots", "__snapshots__"};
  std::string_view rest = directory_of(path);
  while (!rest.empty()) {
    const Cut part = cut(rest, "/");
    if (is_any(to_lower(part.before), kFolders)) return true;
    rest = part.after;
  }
  const std::string name = to_lower(base_name(path));
  constexpr std::string_view kNames[] = {".test.",  ".spec.",    "_test.",  "_spec.",   ".example",
                                         ".sample", ".template", ".dist",   "example.", "sample.",
                                         ".tmpl",   "-example",  "-sample", "_example", "_sample"};
  return name.starts_with("test_") || name.starts_with("readme") || has_any(name, kNames);
}

}  // namespace drydock::secrets
