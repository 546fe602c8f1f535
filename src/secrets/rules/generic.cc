// What no provider issued: private keys, credentials in URLs and headers, and values behind a word such as "password".
#include "secrets/rules/pieces.h"
#include "secrets/rules/tables.h"
#include "secrets/validators.h"

namespace drydock::secrets {
namespace {
using enum Kind;
using enum Severity;

// The names ("_" for "-" and "."; capitals count where a keyword has them) that a framework reads its signing key from.
constexpr std::string_view kDjangoFlask[] = {"SECRET_KEY", "app_secret_key", "FLASK_SECRET_KEY", "DJANGO_SECRET_KEY"};
constexpr std::string_view kRails[] = {"secret_key_base", "rails_master_key"};
constexpr std::string_view kLaravel[] = {"app_key"};
constexpr std::string_view kNextAuth[] = {"nextauth_secret", "auth_secret", "better_auth_secret"};
constexpr std::string_view kJwt[] = {"jwt_secret",          "jwt_secret_key", "jwt_key",
                                     "jwt_signing_key",     "jwtsecret",      "access_token_secret",
                                     "refresh_token_secret"};
constexpr std::string_view kSession[] = {"session_secret", "cookie_secret", "sessionsecret", "cookiesecret"};

constexpr Rule kRules[] = {
    {.id = "private-key",
     .title = "Private key",
     .severity = critical,
     .kind = key_block,
     .pattern = "-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----",
     .rank = kTokenRank,
     .sample = "-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----\n"},
    {.id = "putty-private-key",
     .title = "PuTTY private key",
     .severity = high,
     .kind = keyed,
     .pattern = "PuTTY-User-Key-File-[123]: [a-z0-9-]{6}",
     .confirm = "PuTTY-User-Key-File-[123]: [a-z0-9-]{6,32}\\s+Encryption: none\\s(?s:.{20,}?)Private-Lines: "
                "[0-9]{1,3}\\s+((?:[A-Za-z0-9+/=]{8,80}\\s+)*[A-Za-z0-9+/=]{8,80})\\s+Private-MAC",
     .look_ahead = 8192,
     .sample = "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: shop\nPublic-Lines: "
               "1\n{b64:64}\nPrivate-Lines: 1\n{b64:48}\nPrivate-MAC: 0\n"},
    {.id = "jwt",
     .title = "JSON Web Token",
     .severity = medium,
     // ".eyJ" begins the payload: rarer than the "eyJ" of the header, which begins any JSON in base64.
     .pattern = "[A-Za-z0-9_-]\\.eyJ[A-Za-z0-9_-]{8}",
     .confirm = "eyJ[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{10,}",
     .look_back = 2048,
     .look_ahead = 8192,
     .judge = judge_jwt,
     .rank = kTokenRank - 5,
     .sample = "{jwt}"},
    {.id = "url-password",
     .title = "Password in a URL",
     .severity = high,
     .kind = keyed,
     .pattern = "://[^\\s/\"'`<>@:]{0,100}:[^\\s/\"'`<>@]{3,200}@[A-Za-z0-9\\[]",
     .confirm = "[A-Za-z][A-Za-z0-9+.-]{1,30}://[^\\s/\"'`<>@:]{0,100}:([^\\s/\"'`<>@]{3,200})@[A-Za-z0-9_.\\[-]+",
     .look_back = 340,
     .min_entropy = 1.5F,
     .judge = judge_url_password,
     .rank = kKeyedRank,
     .sample = "postgresql://shop:{an:14}@db.shop.invalid:5432/shop"},
    {.id = "basic-auth-header",
     .title = "Basic credentials in a header",
     .severity = high,
     .kind = keyed,
     .pattern = "(?i:authorization[\"']?\\s{0,4}[:=,]\\s{0,4}[\"'`]?basic)\\s{1,4}([A-Za-z0-9+/]{8})",
     .confirm = "(?i:authorization[\"']?\\s{0,4}[:=,]\\s{0,4}[\"'`]?basic)\\s{1,4}([A-Za-z0-9+/]{8,}={0,2})",
     .look_ahead = 400,
     .judge = judge_basic_credentials,
     .rank = kKeyedRank,
     .sample = "Authorization: Basic {basic}"},
    {.id = "bearer-token-header",
     .title = "Bearer token in a header",
     .severity = high,
     .kind = keyed,
     .pattern = "(?i:authorization[\"']?\\s{0,4}[:=,]\\s{0,4}[\"'`]?(?:bearer|token))\\s{1,4}([A-Za-z0-9+/_.=~-]{20})",
     .confirm = "(?i:authorization[\"']?\\s{0,4}[:=,]\\s{0,4}[\"'`]?(?:bearer|token))\\s{1,4}([A-Za-z0-9+/_.=~-]{20,})",
     .look_ahead = 2048,
     .min_entropy = 3.2F,
     .judge = judge_has_digit,
     .rank = kGenericRank + 5,
     .sample = "Authorization: Bearer {an:40}"},
    {.id = "connection-string-password",
     .title = "Password in a connection string",
     .severity = high,
     .kind = keyed,
     .pattern = "(?i:(?:server|data source|host|initial catalog|user id|uid|username)\\s{0,2}=[^;\"'\\n]{1,100};)"
                "(?:[^;\"'\\n]{1,60};){0,6}\\s{0,2}(?i:password|pwd)\\s{0,2}=\\s{0,2}([^;\"'\\s]{4})",
     .confirm = "(?i:(?:server|data source|host|initial catalog|user id|uid|username)\\s{0,2}=[^;\"'\\n]{1,100};)"
                "(?:[^;\"'\\n]{1,60};){0,6}\\s{0,2}(?i:password|pwd)\\s{0,2}=\\s{0,2}([^;\"'\\s]{4,128})",
     .look_back = 600,
     .min_entropy = 2.0F,
     .judge = judge_url_password,
     .rank = kKeyedRank,
     .sample = "Server=db;Database=shop;User Id=shop;Password={an:14};"},
    {.id = "command-line-password",
     .title = "Password on a command line",
     .severity = high,
     .kind = keyed,
     .pattern = "(?:--(?:password|passwd|token|api-key|secret)[= ]|sshpass -p ?|docker login -u \\S{1,40} -p "
                ")[\"']?[^\\s\"'$<{(\\[-][^\\s\"']{7}",
     .confirm = "(?:--(?:password|passwd|token|api-key|secret)[= ]|sshpass -p ?|docker login -u \\S{1,40} -p "
                ")[\"']?([^\\s\"'$<{(\\[-][^\\s\"']{7,128})",
     .min_entropy = 2.8F,
     .judge = judge_command_line,
     .rank = kGenericRank + 5,
     .sample = "mysqladmin --password={an:14} ping"},
    {.id = "curl-user-password",
     .title = "Password in a curl command",
     .severity = high,
     .kind = keyed,
     .pattern = "curl [^\\n]{0,200}(?:-u|--user)[ =]?[\"']?[\\w.@-]{1,40}:[^\\s\"'$<{:]{6}",
     .confirm = "curl [^\\n]{0,200}(?:-u|--user)[ =]?[\"']?[\\w.@-]{1,40}:([^\\s\"'$<{:]{6,128})",
     .min_entropy = 2.5F,
     .judge = judge_command_line,
     .rank = kKeyedRank,
     .sample = "curl -sf -u deploy:{an:14} https://shop.invalid/"},
    {.id = "netrc-password",
     .title = "Password in .netrc",
     .severity = high,
     .kind = keyed,
     .pattern =
         "machine\\s{1,4}\\S{1,100}\\s{1,4}login\\s{1,4}\\S{1,100}\\s{1,4}password\\s{1,4}[^\\s\"'\\\\{$<]\\S{5}",
     .confirm =
         "machine\\s{1,4}\\S{1,100}\\s{1,4}login\\s{1,4}\\S{1,100}\\s{1,4}password\\s{1,4}([^\\s\"'\\\\{$<]\\S{5,200})",
     .min_entropy = 2.0F,
     .judge = judge_command_line,
     .rank = kKeyedRank,
     .sample = "machine git.shop.invalid login deploy password {an:16}"},
    {.id = "xml-setting",
     .title = "Secret in an XML setting",
     .severity = high,
     .kind = assignment,
     .pattern = "(?i:key|name)=\"[\\w.:-]{0,40}(?i:password|passwd|secret|api_?key|token)[\\w.:-]{0,20}\"\\s{1,4}value="
                "\"[^\"\\s$<{]{8}",
     .confirm = "(?i:key|name)=\"([\\w.:-]{0,40}(?i:password|passwd|secret|api_?key|token)[\\w.:-]{0,20})\"\\s{1,4}"
                "value=(\")[^\"\\s$<{]{8}",
     .rank = kGenericRank,
     .sample = "<add key=\"ApiKey\" value=\"{an:32}\"/>"},
    {.id = "google-app-password",
     .title = "Google app password",
     .severity = high,
     .kind = keyed,
     .pattern = "(?i:pass(?:word|wd)?)[\"']?\\]?\\s{0,4}[:=]\\s{0,4}[\"']?([a-z]{4} [a-z]{4} [a-z]{4} [a-z]{4})",
     .judge = judge_random_letters,
     .rank = kKeyedRank,
     .sample = "EMAIL_HOST_PASSWORD = \"{wx:4} {wx:4} {wx:4} {wx:4}\""},
    {.id = "otpauth-seed",
     .title = "Two-factor seed (otpauth URL)",
     .severity = high,
     .kind = keyed,
     .pattern = "otpauth://[ht]otp/[^\\s\"']{0,150}[?&]secret=([A-Z2-7]{16})",
     .confirm = "otpauth://[ht]otp/[^\\s\"']{0,150}[?&]secret=([A-Z2-7]{16,128})",
     .rank = kTokenRank,
     .sample = "otpauth://totp/shop?secret={b32:32}"},

    // All assignments are found by this row's pattern; assignment.cc picks the row.
    {.id = "generic-secret",
     .title = "Value of a secret's name",
     .severity = medium,
     .kind = assignment,
     .pattern =
         "(?i)(?:secret|token|passw(?:or)?d|passphrase|pwd|_pass|dbpass|credentials?"
         "|(?:api|access|private|auth|encrypt(?:ion)?|sign(?:ing)?|master|client|account|app|jwt|session|cipher|hmac)[_"
         ".-]?key)"
         "[\\w.-]{0,32}\\\\?[\"'`]?\\]?[ \\t]{0,8}(?::[ \\t]{0,2}[a-z]{3,8}[ \\t]{0,2}=|:=|=>|=|:)[ \\t]{0,8}"
         "(?:[brufl@]?\\\\?[\"'`][^\\s\"'`${(<\\[][^\\s\"'`]{7}|[^\\s\"'`(){}<>$,;\\[\\\\][^\\s\"'`,;(){}<>\\\\]{7})",
     .confirm =
         "(?i)((?:secret|token|passw(?:or)?d|passphrase|pwd|_pass|dbpass|credentials?"
         "|(?:api|access|private|auth|encrypt(?:ion)?|sign(?:ing)?|master|client|account|app|jwt|session|cipher|hmac)[_"
         ".-]?key)"
         "[\\w.-]{0,32})\\\\?[\"'`]?\\]?[ \\t]{0,8}(?::[ \\t]{0,2}[a-z]{3,8}[ \\t]{0,2}=|:=|=>|=|:)[ \\t]{0,8}"
         "(?:[brufl@]?\\\\?([\"'`])[^\\s\"'`${(<\\[][^\\s\"'`]{7}|[^\\s\"'`(){}<>$,;\\[\\\\][^\\s\"'`,;(){}<>\\\\]{7})",
     .look_ahead = 1024,
     .rank = kGenericRank,
     .sample = "upload_secret = \"{an:32}\""},
    {.id = "password-assignment",
     .title = "Password in code or configuration",
     .severity = high,
     .kind = assignment,
     .rank = kGenericRank,
     .sample = "db_password: {an:14}"},
    {.id = "secret-key-django-flask",
     .title = "Django or Flask SECRET_KEY",
     .severity = high,
     .kind = assignment,
     .rank = kGenericRank + 1,
     .keywords = kDjangoFlask,
     .sample = "SECRET_KEY = '{an:50}'"},
    {.id = "secret-key-base-rails",
     .title = "Rails secret_key_base or master key",
     .severity = high,
     .kind = assignment,
     .rank = kGenericRank + 1,
     .keywords = kRails,
     .sample = "secret_key_base: {hx:128}"},
    {.id = "app-key-laravel",
     .title = "Laravel APP_KEY",
     .severity = high,
     .kind = assignment,
     .rank = kGenericRank + 1,
     .keywords = kLaravel,
     .sample = "APP_KEY=base64:{b64:43}="},
    {.id = "nextauth-secret",
     .title = "Auth.js (NextAuth) secret",
     .severity = high,
     .kind = assignment,
     .rank = kGenericRank + 1,
     .keywords = kNextAuth,
     .sample = "NEXTAUTH_SECRET={b64:43}="},
    {.id = "jwt-signing-secret",
     .title = "JWT signing secret",
     .severity = high,
     .kind = assignment,
     .rank = kGenericRank + 1,
     .keywords = kJwt,
     .sample = "JWT_SECRET={hx:64}"},
    {.id = "session-secret",
     .title = "Session or cookie secret",
     .severity = high,
     .kind = assignment,
     .rank = kGenericRank + 1,
     .keywords = kSession,
     .sample = "SESSION_SECRET={an:40}"},
};
}  // namespace

extern constinit const std::span<const Rule> generic_rules = kRules;
}  // namespace drydock::secrets
