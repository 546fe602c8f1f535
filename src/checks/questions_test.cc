// The questions that checks share: names of secrets, image references, ends of support, what commands start.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/arena.h"
#include "base/text.h"
#include "checks/base_images.h"
#include "checks/commands.h"
#include "checks/image_reference.h"
#include "checks/production.h"
#include "checks/release_ends.h"
#include "checks/secret_names.h"

namespace drydock::checks {
namespace {

TEST(SecretNames, SpeakOfSecretsByTheirWords) {
  for (std::string_view name : {"PASSWORD",
                                "DB_PASSWORD",
                                "db-password",
                                "dbPassword",
                                "POSTGRES_PASSWORD",
                                "MYSQL_ROOT_PASSWORD",
                                "REDIS_PASS",
                                "PGPASSWORD",
                                "SECRET_KEY",
                                "JWT_SECRET",
                                "API_KEY",
                                "apiKey",
                                "APIKey",
                                "STRIPE_API_KEY",
                                "NPM_TOKEN",
                                "GH_TOKEN",
                                "GITHUB_TOKEN_2",
                                "AWS_SECRET_ACCESS_KEY",
                                "AWS_SESSION_TOKEN",
                                "AWS_ACCESS_KEY_ID",
                                "VITE_API_KEY",
                                "REACT_APP_SECRET",
                                "NEXT_PUBLIC_API_KEY",
                                "PRIVATE_KEY",
                                "REDIS_AUTH",
                                "APP_KEY",
                                "SECRET_KEY_BASE",
                                "KEYCLOAK_ADMIN_PASSWORD",
                                "DB_PASSWORD_PROD",
                                "ENCRYPTION_KEY",
                                "SSH_PRIVATE_KEY_B64",
                                "DB_CREDENTIALS"})
    EXPECT_TRUE(is_secret_name(name)) << name;
}

TEST(SecretNames, DoNotSpeakOfSecretsByChance) {
  for (std::string_view name : {"",
                                "KEY",
                                "MONKEY",
                                "KEYBOARD",
                                "KEYCLOAK_URL",
                                "KEYCLOAK_VERSION",
                                "PUBLIC_KEY",
                                "public_token",
                                "GPG_KEY",
                                "GPG_KEYS",
                                "DB_PASSWORD_FILE",
                                "PASSWORD_MIN_LENGTH",
                                "AUTH_URL",
                                "TOKEN_TTL",
                                "TOKEN_EXPIRES",
                                "JWT_SECRET_NAME",
                                "JWT_ALGORITHM",
                                "SECRET_ID",
                                "MAX_TOKENS",
                                "ENABLE_AUTH",
                                "GIT_AUTHOR",
                                "AUTHOR",
                                "TOKENIZERS_PARALLELISM",
                                "PRIMARY_KEY",
                                "CACHE_KEY",
                                "SITE_KEY",
                                "STRIPE_PUBLISHABLE_KEY",
                                "SSH_AUTH_SOCK",
                                "PATH",
                                "PASSENGER_APP_ENV",
                                "COMPASS",
                                "NEXT_PUBLIC_API_URL",
                                "SSL_KEY_PATH",
                                "AWS_REGION",
                                "POSTGRES_USER",
                                "OAUTH_PROVIDER"})
    EXPECT_FALSE(is_secret_name(name)) << name;
}

TEST(SecretNames, TellOwnKeysFromVendors) {
  for (std::string_view name : {"SECRET_KEY", "JWT_SECRET_KEY", "JWT_SECRET", "FLASK_SECRET_KEY", "DJANGO_SECRET_KEY",
                                "SESSION_SECRET", "NEXTAUTH_SECRET", "SECRET_KEY_BASE", "APP_KEY", "ENCRYPTION_KEY"})
    EXPECT_TRUE(is_signing_key_name(name)) << name;
  for (std::string_view name : {"STRIPE_SECRET_KEY", "AWS_SECRET_ACCESS_KEY", "API_KEY", "GITHUB_CLIENT_SECRET",
                                "NPM_TOKEN", "DB_PASSWORD", "PRIVATE_KEY"})
    EXPECT_FALSE(is_signing_key_name(name)) << name;
}

TEST(SecretValues, AreLiteralOrReferToSomething) {
  for (std::string_view value : {"hunter2", "a$$b", "pa$1", "/AbC+d/eF=", "1234"})
    EXPECT_TRUE(is_literal_secret(value)) << value;
  for (std::string_view value : {"", " ", "$TOKEN", "${TOKEN}", "${TOKEN:?set it}", "a${B}", "$(cat x)", "{{ token }}",
                                 "<token>", "/run/secrets/db", "./key.pem", "true", "False", "0", "vault:secret/db",
                                 "op://a/b", "arn:aws:secretsmanager:x", "@@TOKEN@@", "%TOKEN%"})
    EXPECT_FALSE(is_literal_secret(value)) << value;
}

TEST(SecretValues, AreReadOutOfUrls) {
  EXPECT_EQ(literal_url_password("postgres://app:hunter2@db:5432/app"), "hunter2");
  EXPECT_EQ(literal_url_password("redis://:hunter2@cache"), "hunter2");
  EXPECT_EQ(literal_url_password("postgres://app:hunter2@${HOST}/app"), "hunter2");
  for (std::string_view value :
       {"postgres://app@db/app", "postgres://app:${PW}@db/app", "postgres://app:${PW:-a/b@c}@db/app",
        "postgres://app:@db/app", "https://a.example/x:y@z", "not a url", "mailto:a@b"})
    EXPECT_EQ(literal_url_password(value), "") << value;
  UrlLogin url = parse_url("redis://[::1]:6379/0");
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.port, "6379");
}

TEST(ImageReference, SplitsHostRepositoryTagAndDigest) {
  struct Case {
    std::string_view text, registry, repository, tag, digest;
  };
  constexpr Case kCases[] = {
      {"python", "", "python", "", ""},
      {"python:3.13-slim", "", "python", "3.13-slim", ""},
      {"docker.io/library/python:3", "", "python", "3", ""},
      {"public.ecr.aws/docker/library/node:22", "", "node", "22", ""},
      {"bitnami/redis:7", "", "bitnami/redis", "7", ""},
      {"localhost/app", "localhost", "app", "", ""},
      {"registry.example:5000/team/app", "registry.example:5000", "team/app", "", ""},
      {"registry.example:5000/team/app:1@sha256:ab", "registry.example:5000", "team/app", "1", "sha256:ab"},
      {"", "", "", "", ""},
  };
  for (const Case& c : kCases) {
    ImageReference image = parse_image_reference(c.text);
    EXPECT_EQ(image.registry, c.registry) << c.text;
    EXPECT_EQ(image.repository, c.repository) << c.text;
    EXPECT_EQ(image.tag, c.tag) << c.text;
    EXPECT_EQ(image.digest, c.digest) << c.text;
  }
  EXPECT_FALSE(parse_image_reference("bitnami/redis").official());
}

TEST(ReleaseEnds, HoldWellFormedDatesAndEndTheDayAfter) {
  for (const ReleaseEnd& row : release_ends()) {
    EXPECT_TRUE(parse_time(row.date)) << row.product << row.release;
    EXPECT_TRUE(row.source.starts_with("https://")) << row.product;
  }
  const ReleaseEnd* python = find_release_end("python", "3.9.18");
  ASSERT_NE(python, nullptr);
  EXPECT_FALSE(python->ended(parse_time("2025-10-31T23:59:59Z").value()));
  EXPECT_TRUE(python->ended(parse_time("2025-11-01").value()));
  EXPECT_FALSE(python->ended({}));
  EXPECT_EQ(find_release_end("python", "3.90"), nullptr);
  EXPECT_EQ(find_release_end("python", "3"), nullptr);
}

TEST(ReleaseEnds, ReadTags) {
  auto names = [](std::string_view text) {
    std::string joined;
    for (const ReleaseEnd* row : releases_of(parse_image_reference(text)))
      if (row != nullptr) joined += std::string(row->product) + " " + std::string(row->release) + ";";
    return joined;
  };
  EXPECT_EQ(names("python:3.8-slim-buster"), "python 3.8;debian 10;");
  EXPECT_EQ(names("node:18.20.1-alpine3.16"), "node 18;alpine 3.16;");
  EXPECT_EQ(names("debian:bullseye-20250101-slim"), "debian 11;");
  EXPECT_EQ(names("ubuntu:focal"), "ubuntu 20.04;");
  EXPECT_EQ(names("node:lts-alpine"), "");
  EXPECT_EQ(names("python:latest"), "");
  EXPECT_EQ(names("team/python:3.8"), "");
}

TEST(Commands, KnowDevelopmentServers) {
  using Words = std::vector<std::string_view>;
  for (const Words& words :
       {Words{"flask", "run"}, Words{"flask", "--app", "wsgi", "run", "--debug"},
        Words{"python3", "-m", "flask", "run"}, Words{"python", "manage.py", "runserver", "0.0.0.0:80"},
        Words{"/bin/sh", "-c", "cd /app && npm run dev"}, Words{"poetry", "run", "uvicorn", "a:b", "--reload"},
        Words{"npx", "next", "dev"}, Words{"tini", "--", "nodemon", "x.js"}, Words{"yarn", "dev"},
        Words{"vite", "--host"}, Words{"ng", "serve"}, Words{"react-scripts", "start"}})
    EXPECT_NE(find_development_server(words), "") << words[0] << " " << words.back();
  for (const Words& words :
       {Words{}, Words{"flask", "db", "upgrade"}, Words{"python", "app.py"}, Words{"gunicorn", "a:b"},
        Words{"uvicorn", "a:b"}, Words{"npm", "start"}, Words{"npm", "run", "build"}, Words{"next", "start"},
        Words{"vite", "build"}, Words{"node", "server.js"}, Words{"/bin/sh", "-c", "echo flask run"},
        Words{"serve", "-s", "dist"}})
    EXPECT_EQ(find_development_server(words), "") << (words.empty() ? "" : words[0]);
}

TEST(Commands, FindScriptsThatRunUnseen) {
  auto count = [](std::string_view text) {
    Arena arena;
    return piped_scripts(shell::split(text, arena)).size();
  };
  for (std::string_view text : {"curl -s https://a.example | sh", "curl https://a.example | tee x | bash -eu",
                                "wget -O - a | sudo bash -s -- x", "sh -c \"$(curl -fsSL https://a.example)\"",
                                "eval \"$(wget -qO- a)\"", "bash <(curl -s a)", "source <(curl -s a)",
                                "curl a | python3 -", "curl a | bash -o pipefail", "curl a | gunzip | sh"})
    EXPECT_EQ(count(text), 1u) << text;
  for (std::string_view text :
       {"curl a | jq .", "curl a; sh b", "curl a | sh b.sh", "curl a | python3 -m json.tool", "curl a | bash -c 'cat'",
        "echo 'curl a | sh'", "cat x | sh", "x=$(curl -s a)", "curl a | perl -ne 'print'", "curl a && sh"})
    EXPECT_EQ(count(text), 0u) << text;
}

TEST(Production, TellsFilesOfDevelopmentByName) {
  for (std::string_view path :
       {"Dockerfile.dev", "a/docker-compose.override.yml", "compose.test.yaml", ".env.example", ".env.local"})
    EXPECT_TRUE(is_development_path(path)) << path;
  for (std::string_view path :
       {"Dockerfile", "dev/Dockerfile", "docker-compose.yml", "docker-compose.prod.yml", "Dockerfile.device", ".env"})
    EXPECT_FALSE(is_development_path(path)) << path;
}

}  // namespace
}  // namespace drydock::checks
