// Which names of variables promise a secret, and which values are one. By word tokens: MONKEY and KEYBOARD hold no KEY.
#pragma once

#include <string_view>

namespace drydock::checks {

// DB_PASSWORD, apiKey, VITE_API_KEY, AWS_SECRET_ACCESS_KEY. Not PUBLIC_KEY, GPG_KEY, PASSWORD_FILE,
// PASSWORD_MIN_LENGTH, AUTH_URL, MAX_TOKENS, ENABLE_AUTH.
bool is_secret_name(std::string_view name);
// A secret that a person or a program logs in with: PASSWORD, PASSWD, PASS.
bool is_password_name(std::string_view name);
// A key that the application itself signs or encrypts with, so that its strength is the owner's: SECRET_KEY,
// JWT_SECRET_KEY, SESSION_SECRET. Not STRIPE_SECRET_KEY, whose length is the vendor's.
bool is_signing_key_name(std::string_view name);

// Says the value itself: not empty, no variable or template in it, no reference to a place (path, vault, ARN), not a
// switch ("true"). Whether it is a good secret is another question.
bool is_literal_secret(std::string_view value);
// Stands in for a value: "changeme", "your-secret-here", "<password>".
bool is_placeholder(std::string_view value);
// A login that everybody knows: "postgres", "admin", "minioadmin".
bool is_default_password(std::string_view value);

struct UrlLogin {
  std::string_view scheme, user, password, host, port, path;  // path with query; host without brackets
  bool found = false;                                         // is a URL with a host part at all
  bool has_password = false;
};
// scheme://[user[:password]@]host[:port][/path]. Variables are kept as written.
UrlLogin parse_url(std::string_view text);
// The password written into a URL: "postgres://app:hunter2@db/app". Empty where it is a variable, or there is none.
std::string_view literal_url_password(std::string_view value);

}  // namespace drydock::checks
