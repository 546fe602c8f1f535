#include "secrets/secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <chrono>
#include <set>
#include <string>

#include "base/text.h"
#include "secrets/mask.h"
#include "secrets/sample.h"
#include "secrets/validators.h"

namespace drydock::secrets {
namespace {

Scanner& scanner() {
  static Scanner made = *Scanner::create();
  return made;
}

std::vector<Hit> scan(std::string_view text, std::string_view path = "config.yaml", ScanOptions options = {}) {
  std::vector<Hit> hits;
  const Outcome outcome = scanner().scan(text, path, hits, options);
  EXPECT_TRUE(outcome.complete());
  return hits;
}

std::string ids(std::string_view text, std::string_view path = "config.yaml") {
  std::string list;
  for (const Hit& hit : scan(text, path)) list += (list.empty() ? "" : " ") + std::string(hit.rule->id);
  return list;
}

// Random text of an alphabet, so that no test file holds what looks like a secret.
std::string random_text(std::string_view piece, uint64_t seed = 11) { return make_sample(piece, seed); }

TEST(SecretRules, HaveUniqueIdsAndPatternsThatRe2Accepts) {
  std::set<std::string_view> seen;
  for (const Rule* rule : all_rules()) {
    EXPECT_TRUE(seen.insert(rule->id).second) << rule->id;
    EXPECT_FALSE(rule->title.empty()) << rule->id;
    EXPECT_FALSE(rule->sample.empty()) << rule->id;
    const std::string_view pattern = rule->confirm.empty() ? rule->pattern : rule->confirm;
    const re2::RE2 regex(re2::StringPiece(pattern.data(), pattern.size()), re2::RE2::Latin1);
    EXPECT_TRUE(regex.ok()) << rule->id << ": " << regex.error();
  }
  EXPECT_GE(all_rules().size(), 150U);
}

TEST(SecretRules, FindTheirSamplesWhateverStandsAround) {
  for (const Rule* rule : all_rules())
    for (uint64_t seed : {1, 2, 3, 4, 5, 6, 7, 8}) {
      const std::string sample = make_sample(rule->sample, seed);
      EXPECT_EQ(ids(sample), rule->id) << sample;
      EXPECT_EQ(ids("first: line\n" + sample + "\nlast: line\n"), rule->id) << sample;
    }
}

TEST(SecretRules, FindSeveralOfTheirSamplesInOneFile) {
  for (const Rule* rule : all_rules())
    EXPECT_EQ(scan(make_sample(rule->sample, 21) + "\n" + make_sample(rule->sample, 22) + "\n").size(), 2U) << rule->id;
}

TEST(SecretRules, IgnoreTokensThatAreTooShortOrPartOfAWord) {
  for (const Rule* rule : all_rules()) {
    if (rule->kind != Kind::token) continue;
    const std::string sample = make_sample(rule->sample, 3);
    const std::vector<Hit> hits = scan(sample);
    ASSERT_EQ(hits.size(), 1U) << rule->id;
    // Nothing shorter than the shape is a token (where it has one length), nor is one inside a longer word.
    if (rule->confirm.empty()) {
      EXPECT_EQ(ids(sample.substr(0, hits[0].secret.end - 1)), "") << rule->id;
    }
    EXPECT_THAT(ids("x" + sample), testing::Not(testing::HasSubstr(rule->id))) << rule->id;
    // A documentation example fills the shape with one character.
    std::string filled = sample;
    for (size_t i = hits[0].secret.end - hits[0].secret.size() * 2 / 3; i < hits[0].secret.end; ++i)
      if (is_letter(filled[i]) || is_digit(filled[i])) filled[i] = '0';
    EXPECT_THAT(ids(filled), testing::Not(testing::HasSubstr(rule->id))) << filled;
  }
}

TEST(SecretRules, NeedTheirProvidersWordWhereTheShapeIsCommon) {
  for (const Rule* rule : all_rules()) {
    if (rule->kind != Kind::keyed) continue;
    const std::vector<Hit> hits = scan(make_sample(rule->sample, 5));
    ASSERT_EQ(hits.size(), 1U) << rule->id;
    const std::string value(hits[0].secret.of(make_sample(rule->sample, 5)));
    EXPECT_THAT(ids("colour = " + value + "\n"), testing::Not(testing::HasSubstr(rule->id)));
    EXPECT_THAT(ids("etag: \"" + value + "\"\n"), testing::Not(testing::HasSubstr(rule->id)));
  }
}

TEST(Checksums, OfGithubTokensRaiseOrLowerConfidence) {
  // The example of GitHub's own description of the format, cut so that it is no token here.
  EXPECT_EQ(crc32_base62("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ"), "0mLq17");
  const std::string good = random_text(
      "gh"
      "p_{an:30}{crc}");
  ASSERT_EQ(scan(good).size(), 1U);
  EXPECT_EQ(scan(good)[0].confidence, 100);
  EXPECT_EQ(scan(good)[0].severity, Severity::critical);
  std::string wrong = good;
  wrong.back() = wrong.back() == 'a' ? 'b' : 'a';
  EXPECT_EQ(scan(wrong)[0].severity, Severity::high);
  EXPECT_EQ(scan(wrong)[0].reason, "its checksum does not match");
}

TEST(Checksums, OfAgeKeysAreBech32) {
  // BIP-173's valid strings, without their last six characters.
  EXPECT_EQ(bech32_checksum("A1"), "2uel5l");
  EXPECT_EQ(bech32_checksum("split1checkupstagehandshakeupstreamerranterredcaperred"), "2y9e3w");
  EXPECT_EQ(bech32_checksum("no separator"), "");
  EXPECT_EQ(scan(random_text("{age}"))[0].confidence, 100);
}

TEST(PrivateKeys, AreParsedNotOnlyMatched) {
  const std::string begin =
                        "-----BEGIN "
                        "PRIVATE KEY-----",
                    end =
                        "-----END "
                        "PRIVATE KEY-----";
  const std::string body = random_text("{der}");
  EXPECT_EQ(ids(begin + "\n" + body + "\n" + end), "private-key");
  EXPECT_EQ(scan(begin + "\n" + body + "\n" + end)[0].confidence, 100);
  EXPECT_EQ(ids(begin + "\\n" + body + "\\n" + end), "private-key");  // one-line JSON
  EXPECT_EQ(ids("key: |\n  " + begin + "\n  " + body.substr(0, 40) + "\n  " + body.substr(40) + "\n  " + end),
            "private-key");
  EXPECT_EQ(
      ids("'" + begin + "\\n' +\n'" + body.substr(0, 32) + "\\n' +\n'" + body.substr(32) + "\\n' +\n'" + end + "'",
          "a.js"),
      "private-key");
  EXPECT_EQ(ids("# " + begin + "\n# " + body + "\n# " + end), "private-key");
  EXPECT_EQ(ids(begin + "\r\n" + body + "\r\n" + end + "\r\n"), "private-key");
  // Not a key: no body, dots, prose, a body cut short, a header alone in code.
  EXPECT_EQ(ids(begin + "\n" + end), "");
  EXPECT_EQ(ids(begin + "\nMIIE...\n" + end), "");
  EXPECT_EQ(ids(begin + "\n" + body.substr(0, 30) + "...\n" + end), "");
  EXPECT_EQ(ids("A file starts with " + begin + " and then comes the text of the key in several lines of base64."), "");
  EXPECT_EQ(ids("if (text.startsWith('" + begin + "')) return parse(text.slice(27));", "a.js"), "");
  EXPECT_EQ(ids("-----BEGIN "
                "PUBLIC KEY-----\n" +
                body +
                "\n-----END "
                "PUBLIC KEY-----"),
            "");
  EXPECT_EQ(ids("-----BEGIN "
                "CERTIFICATE-----\n" +
                body +
                "\n-----END "
                "CERTIFICATE-----"),
            "");
  // A cut body is doubtful.
  const std::vector<Hit> cut_short = scan(begin + "\n" + random_text("MIIEpAIBAAKCAQEA{b64:240}") + "\n" + end);
  ASSERT_EQ(cut_short.size(), 1U);
  EXPECT_EQ(cut_short[0].severity, Severity::high);
  EXPECT_EQ(cut_short[0].reason, "its body is cut short or has been edited");
}

TEST(PrivateKeys, ThatAreEncryptedAreMedium) {
  const std::string body = random_text("{b64:256}");
  const std::vector<Hit> pkcs8 = scan(
      "-----BEGIN "
      "ENCRYPTED PRIVATE KEY-----\n" +
      body +
      "\n-----END "
      "ENCRYPTED PRIVATE KEY-----");
  ASSERT_EQ(pkcs8.size(), 1U);
  EXPECT_EQ(pkcs8[0].severity, Severity::medium);
  const std::vector<Hit> old = scan(
      "-----BEGIN "
      "RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n" +
      body +
      "\n-----END "
      "RSA PRIVATE KEY-----");
  ASSERT_EQ(old.size(), 1U);
  EXPECT_EQ(old[0].severity, Severity::medium);
}

TEST(PrivateKeys, HaveOneFingerprintHoweverTheyAreWrapped) {
  const std::string begin =
                        "-----BEGIN "
                        "PRIVATE KEY-----",
                    end =
                        "-----END "
                        "PRIVATE KEY-----";
  const std::string body = random_text("{der}");
  const std::string file = begin + "\n" + body.substr(0, 40) + "\n" + body.substr(40) + "\n" + end;
  const std::string json = "{\"k\": \"" + begin + "\\n" + body + "\\n" + end + "\"}";
  const Hit a = scan(file).at(0), b = scan(json).at(0);
  EXPECT_EQ(keyed_hash(*a.rule, a.secret.of(file), "k"), keyed_hash(*b.rule, b.secret.of(json), "k"));
}

TEST(Jwt, IsDecoded) {
  EXPECT_EQ(ids(random_text("{jwt}")), "jwt");
  EXPECT_EQ(ids("eyJ"
                "abcdefghij.eyJ"
                "klmnopqrstu.vwxyzabcdefg"),
            "");  // does not decode to JSON
  const std::string long_payload = random_text("eyJ{u64:60}.eyJ{u64:900}.{u64:43}");
  EXPECT_EQ(ids(long_payload), "");
}

// Values behind a secret's name that are none. Each row is one class of false alarm.
constexpr std::pair<std::string_view, std::string_view> kNoSecret[] = {
    {"a.yaml", "password: your-password-here1"},
    {"a.yaml", "api_key: <put your key here 123>"},
    {"a.yaml", "api_key: INSERT_API_KEY_HERE_12345"},
    {"a.yaml", "api_key: xxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
    {"a.yaml", "api_key: abcdefghijklmnopqrstuvwxyz123456"},
    {"a.yaml", "api_key: 0123456789abcdef0123456789abcdef"},
    {"a.yaml", "secret: 00000000000000000000000000000000"},
    {"a.yaml", "password: changeme123"},
    {"a.yaml", "password: example-Passw0rd"},
    {".env", "SECRET_KEY=changeme"},
    {"docker-compose.yml", "ADMIN_PASSWORD: ${ADMIN_PASSWORD:-admin123}"},
    {"docker-compose.yml", "ADMIN_PASSWORD: ${ADMIN_PASSWORD:?set it in .env first}"},
    {".env", "POSTGRES_PASSWORD=postgres123"},
    {".env", "DB_PASSWORD=${DB_PASSWORD_FROM_VAULT_1}"},
    {".env", "DB_PASSWORD=$DB_PASSWORD_1"},
    {".env", "DB_PASSWORD=%DB_PASSWORD_1%"},
    {"a.yaml", "token: ${{ secrets.DEPLOY_TOKEN_2024 }}"},
    {"a.yaml", "token: \"{{ lookup('env', 'TOKEN1234567') }}\""},
    {"a.yaml", "password: <%= ENV['DB_PASSWORD_2'] %>"},
    {"a.yaml", "password: !vault abcdef1234567890abcdef"},
    {"a.yaml", "DB_PASSWORD_FILE: /run/secrets/db_password_1"},
    {"a.yaml", "password: /run/secrets/db_password_1"},
    {"a.yaml", "secret: arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf"},
    {"a.yaml", "password: op://vault/item42/password"},
    {"a.yaml", "secretName: shop-tls-certificate-2024a"},
    {"a.yaml", "secretKeyRef: shop-db-credentials-a1b2c3"},
    {"a.py", "password = os.environ[\"DB_PASSWORD_2024\"]"},
    {"a.js", "const token = process.env.API_TOKEN_2024;"},
    {"a.js", "const password = generatePassword(16, options1);"},
    {"a.js", "if (password === confirmation2password) {}"},
    {"a.js", "token: this.props.accessToken2Value,"},
    {"a.java", "private String passwordEncoder = \"org.shop.security.Argon2PasswordEncoder\";"},
    {"a.js", "labels: { password: \"Enter the password for step2\" }"},
    {"a.json", "{\"password\": \"forms.password.step2.label\"}"},
    {"a.html", "<input type=\"password\" name=\"password2confirmation\">"},
    {"a.css", ".token.keyword1234 { color: #a0b1c2d3 }"},
    {"a.py", "monkey = \"a8F3kd92LmQ0zX7v\""},
    {"a.py", "keyboard = \"a8F3kd92LmQ0zX7v\""},
    {"a.py", "tokenizer = \"a8F3kd92LmQ0zX7v\""},
    {"a.py", "author = \"a8F3kd92LmQ0zX7v\""},
    {"a.yaml", "compass: a8F3kd92LmQ0zX7v"},
    {"a.yaml", "public_key: a8F3kd92LmQ0zX7vB4nT6yU1"},
    {"a.yaml", "csrf_token: a8F3kd92LmQ0zX7vB4nT6yU1"},
    {"a.yaml", "next_page_token: a8F3kd92LmQ0zX7vB4nT6yU1"},
    {"a.yaml", "token_url: a8F3kd92LmQ0zX7vB4nT6yU1"},
    {"a.yaml", "secret_version: a8F3kd92LmQ0zX7vB4nT6yU1"},
    {"a.yaml", "access_key_id: a8F3kd92LmQ0zX7vB4nT6yU1"},
    {"a.yaml", "primary_key: a8F3kd92LmQ0zX7vB4nT6yU1"},
    {"a.yaml", "cache_key: a8F3kd92LmQ0zX7vB4nT6yU1"},
    {"a.yaml", "token: 6f1ed002-ab5f-4e2b-9d3c-2b1a0c9d8e7f"},
    {"a.yaml", "token_expires: 2024-05-01T10:20:30.123Z"},
    {"a.yaml", "max_tokens: 1234567890"},
    {"a.json", "\"integrity\": \"sha512-Kq3yTq2jO1w5c8d0r6uP9vXzB7nLmA==\""},
    {"a.json", "\"secret_integrity\": \"sha512-Kq3yTq2jO1w5c8d0r6uP9vXzB7nLmA==\""},
    {"a.yaml", "token_sha256: 3a7bd3e2360a3d29eea436fcfb7e44c735d117c42d1c1835420b6b9942dd4f1b"},
    {"a.yaml", "secret: sha256:3a7bd3e2360a3d29eea436fcfb7e44c735d117c42d1c1835420b6b9942dd4f1b"},
    {"go.sum", "example.invalid/token v1.0.0 h1:Kq3yTq2jO1w5c8d0r6uP9vXzB7nLmAQwErTyUiOpAs="},
    {"package-lock.json", "\"token\": \"a8F3kd92LmQ0zX7vB4nT6yU1\""},
    {"a.yaml", "password: $2b$12$Kq3yTq2jO1w5c8d0r6uP9uXzB7nLmAQwErTyUiOpAs1234567890."},
    {"a.yaml", "password: $6$salt$Kq3yTq2jO1w5c8d0r6uP9"},
    {"a.py", "password = 'pbkdf2_sha256$260000$a8F3kd92$Kq3yTq2jO1w5c8d0r6uP9'"},
    {"a.yaml", "password: ENC[AES256_GCM,data:Kq3yTq2jO1w5,iv:c8d0r6uP9,type:str]"},
    {"a.properties", "spring.datasource.password=ENC(Kq3yTq2jO1w5c8d0r6uP9vXz)"},
    {"a.yaml", "password: vault:v1:Kq3yTq2jO1w5c8d0r6uP9vXz"},
    {"a.yaml", "token: ssh-ed25519AAAAC3NzaC1lZDI1NTE5Kq3yTq2jO1w5c8"},
    {"a.yaml", "password: password"},
    {"a.yaml", "password:\n  length: 12characters\n"},
    {"a.py", "def f(password: str = None, token: Optional[str] = None): pass"},
    {"a.ts", "token: string = this.route1234.snapshot"},
    {"a.js", "var alphabet_key = \"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/\""},
    {"a.md", "Set `password: hunter2hunter` in the file."},
    {"a.yaml", "password_encryption: scram-sha-256"},
    {"a.yaml", "uses: actions/checkout@8f4b7f84864484a7bf31766abe9204da3cbe65b3"},
    {"a.yaml", "DATABASE_URL: postgres://user:password@localhost/db"},
    {"a.yaml", "DATABASE_URL: postgres://shop:shop@db/shop"},
    {"a.yaml", "DATABASE_URL: postgres://shop:${DB_PASSWORD}@db/shop"},
    {"a.yaml", "DATABASE_URL: postgres://shop:<password>@db/shop"},
    {"a.yaml", "DATABASE_URL: postgres://shop:a8F3kd92LmQ0@db.example.com/shop"},
    {"a.md", "curl -u user:pass https://shop.invalid/"},
    {"a.yaml",
     "image: registry.shop.invalid:5000/shop@sha256:3a7bd3e2360a3d29eea436fcfb7e44c735d117c42d1c1835420b6b9942dd4f1b"},
    {"a.js", "//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbXX0="},
};

TEST(FalseAlarms, StaySilent) {
  for (const auto& [path, text] : kNoSecret) EXPECT_EQ(ids(text, path), "") << path << ": " << text;
}

TEST(FalseAlarms, OfDocumentedValuesStaySilent) {
  EXPECT_EQ(ids("aws_access_key_id = AK"
                "IAIOSFODNN7EXAMPLE"),
            "");
  EXPECT_EQ(ids("AccountKey="
                "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsu"
                "Fq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="),
            "");
  EXPECT_EQ(ids("STRIPE=sk"
                "_test_4eC39HqLyjWDarjtT1zdp7dc"),
            "");
  EXPECT_EQ(ids("{\"access_token\":\"2YotnFZFEjr1zCsicMWpAA\"}"), "");
}

TEST(FalseAlarms, AreExplainedOnRequest) {
  const std::vector<Hit> hits = scan("password: $2b$12$Kq3yTq2jO1w5c8d0r6uP9uXz", "a.yaml", {.keep_dismissed = true});
  EXPECT_TRUE(hits.empty() || hits[0].dismissed_by == "password hash");
  const std::vector<Hit> weak = scan("password: changeme123", "a.yaml", {.keep_dismissed = true});
  ASSERT_EQ(weak.size(), 1U);
  EXPECT_EQ(weak[0].dismissed_by, "weak default, which the configuration checks report");
}

// Values of a secret's name that are one, in the languages and formats of a web stack.
constexpr std::tuple<std::string_view, std::string_view, std::string_view> kSecret[] = {
    {".env", "DB_PASSWORD={an:14}", "password-assignment"},
    {".env", "DB_PASSWORD='Winter2031!Snow'", "password-assignment"},
    {".env", "export API_TOKEN={hx:40}", "generic-secret"},
    {".env", "SECRET_KEY={an:50}", "secret-key-django-flask"},
    {"settings.py", "SECRET_KEY = 'django-insecure-{an:50}'", "secret-key-django-flask"},
    {"app.py", "app.config['SECRET_KEY'] = \"{hx:48}\"", "secret-key-django-flask"},
    {"app.py", "app.secret_key = b'{an:32}'", "secret-key-django-flask"},
    {"app.py", "DATABASES = {'default': {'PASSWORD': '{an:14}'}}", "password-assignment"},
    {"app.py", "token: str = \"{an:36}\"", "generic-secret"},
    {"app.py", "client = Client(api_key=\"{an:32}\")", "generic-secret"},
    {"app.js", "const apiKey = \"{an:32}\";", "generic-secret"},
    {"app.js", "session({ secret: '{an:24}' })", "generic-secret"},
    {"app.ts", "const password: string = 'fR4!kd92Lm';", "password-assignment"},
    {"app.go", "cfg := Config{Password: \"{an:14}\"}", "password-assignment"},
    {"app.rb", "secret_key_base: '{hx:128}'", "secret-key-base-rails"},
    {"app.php", "'secret' => '{an:32}',", "generic-secret"},
    {"application.properties", "spring.datasource.password={an:12}", "password-assignment"},
    {"application.properties", "jwt.secret={an:64}", "jwt-signing-secret"},
    {"a.json", "{\"clientSecret\": \"{an:32}\"}", "generic-secret"},
    {"a.json", "\"{\\\"clientSecret\\\": \\\"{an:32}\\\"}\"", "generic-secret"},
    {"a.tf", "  password = \"{an:16}\"", "password-assignment"},
    {"docker-compose.yml", "      - MYSQL_PASSWORD={an:18}", "password-assignment"},
    {"docker-compose.yml", "      API_KEY: \"{hx:32}\"", "generic-secret"},
    {"docker-compose.yml", "      DB_PASSWORD: ${DB_PASSWORD:-{an:16}}", "password-assignment"},
    {"a.toml", "password = \"{an:16}\"", "password-assignment"},
    {"a.yaml", "MONGO: mongodb+srv://shop:{an:15}@cluster0.shop.invalid/shop", "url-password"},
    {"a.yaml", "REDIS_URL: redis://:{an:12}@redis:6379/0", "url-password"},
    {"a.yaml",
     "REGISTRY: https://{u64:9}:gh"
     "p_{an:30}{crc}@github.invalid/",
     "github-pat"},
    {"a.sh", "curl -H \"X-Api-Key: {an:32}\" https://shop.invalid", "generic-secret"},
    {"a.sh", "sshpass -p {an:12} ssh shop", "command-line-password"},
    {"a.cs", "var c = \"Server=db;Database=shop;User Id=sa;Password={an:12};\";", "connection-string-password"},
};

TEST(Assignments, AreFoundInEveryFormat) {
  for (const auto& [path, text, rule] : kSecret)
    for (uint64_t seed : {31, 32, 33, 34}) {
      const std::string sample = make_sample(text, seed);
      EXPECT_EQ(ids(sample, path), rule) << path << ": " << sample;
    }
}

TEST(Scanner, FindsSecretsAtTheVeryStartAndEnd) {
  const std::string token = random_text(
      "gl"
      "pat-{u64:20}");
  const std::vector<Hit> hits = scan(token);
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_EQ(hits[0].secret, (Span{0, static_cast<uint32_t>(token.size())}));
  EXPECT_EQ(scan(token + "\n" + token).size(), 2U);
  EXPECT_TRUE(scan("").empty());
}

TEST(Scanner, AcceptsTokensBehindEscapes) {
  const std::string token = random_text(
      "gh"
      "p_{an:30}{crc}");
  EXPECT_EQ(ids("\"line\\n" + token + "\\n\""), "github-pat");
  EXPECT_EQ(ids("?token%3D" + token + "&x"), "github-pat");
}

TEST(Scanner, GivesOneHitWhereRulesOverlap) {
  EXPECT_EQ(ids("api_key: " + random_text("AI"
                                          "za{u64:35}")),
            "google-api-key");
  EXPECT_EQ(ids("//registry.shop.invalid/:_authToken=" + random_text("np"
                                                                     "m_{an:30}{crc}")),
            "npm-token");
  EXPECT_EQ(ids("Authorization: Bearer " + random_text("{jwt}")), "jwt");
  EXPECT_EQ(ids(random_text(find_rule("gcp-service-account-key")->sample)), "gcp-service-account-key");
}

TEST(Scanner, ReadsBinaryBytes) {
  const std::string token = random_text(
      "gl"
      "pat-{u64:20}");
  std::string bytes;
  for (int i = 0; i < 100000; ++i) bytes += static_cast<char>(i * 37);
  const std::string binary = bytes + std::string(4, '\0') + token + std::string(4, '\0') + bytes;
  ASSERT_EQ(scan(binary, "a.bin").size(), 1U);
  EXPECT_EQ(scan(binary, "a.bin")[0].secret.of(binary), token);
}

TEST(Scanner, StaysFastOnOneLongLine) {
  std::string line;
  while (line.size() < 5 << 20) line += "var a=function(e,t){return e.token=t.password,n({key:\"abc\",secret:e});};";
  const std::string token = random_text(
      "gl"
      "pat-{u64:20}");
  line += "\"" + token + "\"";
  const auto start = std::chrono::steady_clock::now();
  const std::vector<Hit> hits = scan(line, "bundle.min.js");
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_LE(mask_line(line, hits[0], hits).size(), 160U);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(Scanner, ReportsWhatItsBudgetDidNotReach) {
  // A key block that never ends costs its whole window, 32 KiB, at every header.
  std::string text;
  const std::string header =
      "-----BEGIN "
      "PRIVATE KEY-----\n";
  while (text.size() < 1 << 20) text += header + "MII\\n";
  std::vector<Hit> hits;
  EXPECT_TRUE(scanner().scan(text, "a.txt", hits).complete());  // each body ends at the next header
  std::string tokens;
  for (uint64_t i = 0; i < 3000; ++i)
    tokens += make_sample(
        "gl"
        "pat-{u64:20}\n",
        i);
  hits.clear();
  const Outcome outcome = scanner().scan(tokens, "a.txt", hits);
  EXPECT_FALSE(outcome.complete());
  EXPECT_EQ(outcome.over_budget_rule->id, "gitlab-pat");
  EXPECT_GE(outcome.over_budget, 900U);
  EXPECT_GE(hits.size(), 2000U);
}

TEST(Scanner, ReportsOnlyItsPartOfAWindow) {
  const std::string a = random_text(
                        "gl"
                        "pat-{u64:20}",
                        1),
                    b = random_text(
                        "gl"
                        "pat-{u64:20}",
                        2);
  const std::string text = a + "\n" + b + "\n";
  const uint32_t middle = static_cast<uint32_t>(a.size() + 1);
  EXPECT_EQ(scan(text, "a.txt", {.report = {0, middle}}).size(), 1U);
  EXPECT_EQ(scan(text, "a.txt", {.report = {middle, static_cast<uint32_t>(text.size())}})[0].secret.of(text), b);
}

TEST(Severity, IsOneLowerInTestsAndExamplesAndNeverHidden) {
  const std::string token = random_text(
      "gh"
      "p_{an:30}{crc}");
  EXPECT_EQ(scan(token, "src/app.py")[0].severity, Severity::critical);
  for (std::string_view path :
       {"tests/app.py", "a/node_modules/b.js", "docs/a.md", ".env.example", "src/app.test.ts", "vendor/x.go"}) {
    ASSERT_EQ(scan(token, path).size(), 1U) << path;
    EXPECT_EQ(scan(token, path)[0].severity, Severity::high) << path;
  }
}

TEST(InlineMarks, AreReportedNotObeyed) {
  const std::string line = "token = " + random_text(
                                            "gl"
                                            "pat-{u64:20}");
  for (std::string_view mark :
       {"gitleaks:allow", "trufflehog:ignore", "pragma: allowlist secret", "pragma: whitelist secret",
        "drydock: ignore=gitlab-pat", "drydock: ignore=DF001,gitlab-pat", "drydock: ignore=secrets"}) {
    const std::string text = line + "  # " + std::string(mark) + " known\nnext";
    const std::vector<Hit> hits = scan(text);
    ASSERT_EQ(hits.size(), 1U);
    EXPECT_EQ(hits[0].ignored_by.of(text), mark);
  }
  EXPECT_TRUE(scan(line + "  # drydock: ignore=DF001")[0].ignored_by.empty());
  EXPECT_TRUE(scan(line + "\n# gitleaks:allow")[0].ignored_by.empty());
  EXPECT_TRUE(scan("# gitleaks:allow\n" + line)[0].ignored_by.empty());
  EXPECT_FALSE(scan("# pragma: allowlist nextline secret\n" + line)[0].ignored_by.empty());
}

TEST(Mask, NeverShowsMoreThanAQuarter) {
  for (size_t size = 0; size < 80; ++size) {
    const std::string secret = random_text("{an:" + std::to_string(size) + "}");
    const std::string masked = mask(secret);
    const std::string_view shown = std::string_view(masked).substr(0, masked.find("..."));
    EXPECT_LE(shown.size(), std::min<size_t>(4, size / 4));
    EXPECT_TRUE(secret.starts_with(shown));
  }
  EXPECT_NE(mask("a8F3kd92LmQ0", "one key"), mask("a8F3kd92LmQ0", "another key"));
}

TEST(Mask, OfALineHidesEverySecretAndItsRepeats) {
  const std::string a = random_text(
                        "gl"
                        "pat-{u64:20}",
                        1),
                    b = random_text(
                        "gh"
                        "p_{an:30}{crc}",
                        2);
  const std::string text = "first\na = " + a + "; b = " + b + "; again(x" + a + ")\nlast\n";
  const std::vector<Hit> hits = scan(text, "a.txt");
  ASSERT_EQ(hits.size(), 2U);
  for (const Hit& hit : hits) {
    const std::string line = mask_line(text, hit, hits);
    EXPECT_THAT(line, testing::Not(testing::HasSubstr(a)));
    EXPECT_THAT(line, testing::Not(testing::HasSubstr(b)));
    EXPECT_THAT(line, testing::Not(testing::HasSubstr(a.substr(4, 12))));
    EXPECT_THAT(line, testing::StartsWith("a = "));
  }
}

TEST(Mask, OfALineNeverShowsTheSecretOfAnyRule) {
  for (const Rule* rule : all_rules()) {
    const std::string text = std::string(300, '-') + " " + make_sample(rule->sample, 9) + " " + std::string(300, '-');
    const std::vector<Hit> hits = scan(text);
    ASSERT_FALSE(hits.empty()) << rule->id;
    const std::string line = mask_line(text, hits[0], hits);
    EXPECT_LE(line.size(), 160U) << rule->id;
    // Of a block of several lines the first is shown.
    EXPECT_THAT(
        line, testing::AnyOf(testing::HasSubstr("...["), testing::HasSubstr("-----BEGIN"), testing::HasSubstr("PuTTY")))
        << rule->id;
    const std::string_view secret = hits[0].secret.of(text);
    for (size_t at = 4; at + 8 <= secret.size(); ++at)
      EXPECT_EQ(line.find(secret.substr(at, 8)), std::string::npos) << rule->id << ": " << line;
  }
}

}  // namespace
}  // namespace drydock::secrets
