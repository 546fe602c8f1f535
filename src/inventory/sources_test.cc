#include "inventory/sources.h"

#include <gtest/gtest.h>

#include "formats/dockerfile.h"
#include "formats/dotenv.h"
#include "formats/nginx.h"
#include "formats/yaml.h"

namespace drydock::inventory {
namespace {

TEST(SourceKind, GoesByNameAndWhereThatIsNotEnoughByContent) {
  struct Case {
    std::string_view path;
    SourceKind kind;
    std::string_view bytes = "";
  };
  constexpr std::string_view kServer = "# comment\nserver {\n  listen 80;\n}\n";
  const Case kCases[] = {
      {"Dockerfile", SourceKind::dockerfile},
      {"app/dockerfile", SourceKind::dockerfile},
      {"Dockerfile.prod", SourceKind::dockerfile},
      {"web.Dockerfile", SourceKind::dockerfile},
      {"build/api.dockerfile", SourceKind::dockerfile},
      {"Containerfile", SourceKind::dockerfile},
      {"Dockerfile.dockerignore", SourceKind::dockerignore},
      {"Dockerfile.j2", SourceKind::other},
      {"Dockerfile.md", SourceKind::other},
      {"dockerfile.go", SourceKind::other},
      {"src/formats/dockerfile.cc", SourceKind::other},
      {"node_modules/x/Dockerfile", SourceKind::other},
      {"compose.yaml", SourceKind::compose},
      {"docker-compose.yml", SourceKind::compose},
      {"docker-compose.override.yml", SourceKind::compose},
      {"docker-compose-prod.yaml", SourceKind::compose},
      {"deploy/compose.prod.yml", SourceKind::compose},
      {"my-compose.yml", SourceKind::other},
      {"compose.json", SourceKind::other},
      {"nginx.conf", SourceKind::nginx},
      {"nginx/nginx.conf.template", SourceKind::nginx},
      {"etc/nginx/conf.d/default.conf", SourceKind::nginx},
      {"nginx/snippets/tls.conf", SourceKind::nginx, "ssl_protocols TLSv1.2;\n"},
      {"sites-enabled/app", SourceKind::nginx, kServer},
      {"conf.d/app.conf", SourceKind::nginx, kServer},
      {"proxy/app.conf.template", SourceKind::nginx, "upstream api {\n server api:80;\n}\n"},
      {"conf.d/app.conf", SourceKind::other, "proxy_read_timeout 3s;\n"},
      {"docker/nginx/supervisord.conf", SourceKind::other, "; x\n[supervisord]\nnodaemon=true\n"},
      {"docker/nginx/php-fpm.conf", SourceKind::other, "[www]\nuser = www\n"},
      {"etc/fonts/conf.d/10-x.conf", SourceKind::other, "<?xml version=\"1.0\"?>\n"},
      {"sites-available/000-default.conf", SourceKind::other, "<VirtualHost *:80>\n"},
      {"redis/redis.conf", SourceKind::other, "bind 127.0.0.1\n"},
      {".env", SourceKind::dotenv},
      {"app/.env.example", SourceKind::dotenv},
      {"prod.env", SourceKind::dotenv},
      {".env.ts", SourceKind::other},
      {".envrc", SourceKind::other},
      {"venv/x.py", SourceKind::other},
      {".github/workflows/ci.yml", SourceKind::workflow},
      {"sub/.github/workflows/ci.yaml", SourceKind::workflow},
      {".github/actions/x/action.yml", SourceKind::workflow},
      {".github/dependabot.yml", SourceKind::other},
      {".dockerignore", SourceKind::dockerignore},
      {"app/.gitignore", SourceKind::dockerignore},
      {"requirements.txt", SourceKind::requirements},
      {"requirements/prod.txt", SourceKind::requirements},
      {"lib/python3.11/site-packages/x/requirements.txt", SourceKind::other},
      {"entrypoint.sh", SourceKind::script},
      {"bin/start", SourceKind::script, "#!/bin/sh -e\n"},
      {"bin/start", SourceKind::script, "#! /usr/bin/env -S bash -eu\n"},
      {"bin/start", SourceKind::other, "#!/usr/bin/env python3\n"},
      {"bin/start", SourceKind::other, "#!"},
      {".git/hooks/pre-commit.sh", SourceKind::other},
      {"", SourceKind::other},
      {"README.md", SourceKind::other},
  };
  for (const Case& c : kCases) EXPECT_EQ(source_kind(c.path, c.bytes), c.kind) << c.path << "\n" << c.bytes;
}

TEST(ParseSource, SetsTheTreeOfTheKindOrTheProblem) {
  Sources sources;
  Arena& arena = sources.arena();
  auto parsed = [&](SourceKind kind, std::string_view bytes) -> const Source& {
    Source& source = sources.add(kind, "x", bytes);
    parse_source(source, arena);
    return source;
  };
  EXPECT_NE(parsed(SourceKind::dockerfile, "FROM a\n").as<dockerfile::File>(), nullptr);
  EXPECT_NE(parsed(SourceKind::compose, "services: {}\n").as<yaml::File>(), nullptr);
  EXPECT_NE(parsed(SourceKind::workflow, "on: push\n").as<yaml::File>(), nullptr);
  EXPECT_NE(parsed(SourceKind::nginx, "server { listen 80; }\n").as<nginx::File>(), nullptr);
  EXPECT_NE(parsed(SourceKind::dotenv, "A=1\n").as<dotenv::File>(), nullptr);
  const Source& broken = parsed(SourceKind::compose, "a: [\n");
  EXPECT_EQ(broken.tree.index(), 0u);
  EXPECT_FALSE(broken.problem.empty());
  for (SourceKind kind : {SourceKind::script, SourceKind::requirements, SourceKind::dockerignore, SourceKind::other}) {
    const Source& source = parsed(kind, "a: [\n");
    EXPECT_EQ(source.tree.index(), 0u);
    EXPECT_TRUE(source.problem.empty());
  }
}

TEST(KeepInLayer, KeepsWhatReadersOfTheImageNeedAndNoMore) {
  for (std::string_view path : {"etc/os-release", "usr/lib/os-release", "etc/passwd", "etc/group", "etc/debian_version",
                                "etc/nginx/nginx.conf", "etc/nginx/conf.d/default.conf", "app/.env", "app/Dockerfile",
                                "srv/docker-compose.yml", "app/requirements.txt", "usr/local/nginx/conf/nginx.conf"})
    EXPECT_TRUE(keep_in_layer(path, 100)) << path;
  for (std::string_view path : {"etc/shadow", "usr/share/doc/nginx/nginx.conf", "usr/bin/ldd", "app/main.py",
                                "usr/lib/node_modules/x/Dockerfile", "usr/local/bin/docker-entrypoint.sh",
                                "app/node_modules/x/.env", "home/etc/passwd", "etc/ssl/openssl.cnf"})
    EXPECT_FALSE(keep_in_layer(path, 100)) << path;
  EXPECT_FALSE(keep_in_layer("app/.env", 2 << 20));
  EXPECT_TRUE(keep_in_layer("lib/apk/db/installed", 2 << 20));
  EXPECT_TRUE(keep_in_layer("usr/lib/apk/db/installed", 2 << 20));
  EXPECT_FALSE(keep_in_layer("lib/apk/db/installed", 20 << 20));
  EXPECT_FALSE(keep_in_layer("lib/apk/db/triggers", 100));
}

}  // namespace
}  // namespace drydock::inventory
