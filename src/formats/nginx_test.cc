#include "formats/nginx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "formats/nginx_places.h"

namespace drydock::nginx {
namespace {

using testing::ElementsAre;

// name<argument><argument>; or name{...}; the whole file in one line.
std::string show(std::span<const Directive> directives) {
  std::string text;
  for (const Directive& d : directives) {
    text += d.name;
    for (const Word& word : d.arguments) text += "<" + std::string(word.text) + ">";
    text += d.block ? "{" + show(d.children) + "}" : ";";
  }
  return text;
}

struct Case {
  std::string_view bytes, tree;
};
class NginxTrees : public testing::TestWithParam<Case> {};
TEST_P(NginxTrees, AreRead) {
  Arena arena;
  Result<const File*> file = parse(GetParam().bytes, arena);
  ASSERT_TRUE(file);
  EXPECT_EQ(show((*file)->directives), GetParam().tree) << GetParam().bytes;
  EXPECT_TRUE((*file)->problems.empty()) << GetParam().bytes << (*file)->problems[0].message;
}
constexpr Case kTrees[] = {
    {"", ""},
    {"# only\r\n", ""},
    {"\xef\xbb\xbfuser nginx;", "user<nginx>;"},
    {"events {}\nhttp { server { listen 80; } }", "events{}http{server{listen<80>;}}"},
    {"events{}http{server{listen 80;}}", "events{}http{server{listen<80>;}}"},
    {"a b\n  c # comment ; }\n  d;", "a<b><c><d>;"},
    {"a b#c;", "a<b#c>;"},
    {"a \"b c\" 'd;e' \"\" '{}';", "a<b c><d;e><><{}>;"},
    {R"(a "x\"y" 'x\'y' "\t\\\d";)", "a<x\"y><x'y><\t\\\\d>;"},
    {R"(a x\ y x\;z \{;)", R"(a<x\ y><x\;z><\{>;)"},
    {"a ${b}c $d{ e; }", "a<${b}c><$d>{e;}"},
    {"set $x b\"c\"d;", "set<$x><b\"c\"d>;"},
    {"a b}c;", "a<b}c>;"},
    {"location ~ \\.php$ { a; }", "location<~><\\.php$>{a;}"},
    {"if ($a = \"b\") { c; }", "if<($a><=><b><)>{c;}"},
    {"if ($a ~* \"^[0-9]{2}$\") { return 403; }", "if<($a><~*><^[0-9]{2}$><)>{return<403>;}"},
    {"map $a $b { default 0; \"~x\" 1; }", "map<$a><$b>{default<0>;~x<1>;}"},
    {"log_format main '$a'\n  '\"$b\"';", "log_format<main><$a><\"$b\">;"},
    {"content_by_lua_block { local t = { a = \"}\" } -- }\n --[[ } ]] x([=[ } ]] ]=]) y('\\'}') } a b;",
     "content_by_lua_block{}a<b>;"},
    {"set_by_lua_block $x { return t[t[1]] } a;", "set_by_lua_block<$x>{}a;"},
};
INSTANTIATE_TEST_SUITE_P(Table, NginxTrees, testing::ValuesIn(kTrees),
                         [](const auto& row) { return std::to_string(row.index); });

struct ProblemCase {
  std::string_view bytes, tree, message, at;
};
class NginxProblems : public testing::TestWithParam<ProblemCase> {};
TEST_P(NginxProblems, DoNotEndTheReading) {
  Arena arena;
  Result<const File*> file = parse(GetParam().bytes, arena);
  ASSERT_TRUE(file);
  EXPECT_EQ(show((*file)->directives), GetParam().tree) << GetParam().bytes;
  ASSERT_EQ((*file)->problems.size(), 1u) << GetParam().bytes;
  EXPECT_EQ((*file)->problems[0].message, GetParam().message);
  EXPECT_EQ((*file)->problems[0].at.of(GetParam().bytes), GetParam().at);
}
constexpr ProblemCase kProblems[] = {
    {"a; } b;", "a;b;", "`}` closes nothing", "}"},
    {"a { b; ", "a{b;}", "the block does not close", "a"},
    {"a { b c }\nd;", "a{b<c>;}d;", "`;` is missing behind this directive", "b"},
    {"a b", "a<b>;", "the file ends before the `;` of this directive", "a"},
    {"; a;", "a;", "`;` without a directive", ";"},
    {"{ a; } b;", "{a;}b;", "`{` without a directive", "{"},
    {"a \"b\"c; d;", "a<b><c>;d;", "expected a space or `;` behind the closing quote", "c"},
    {"a \"b; c; d;", "a<\"b>;c;d;", "the quote does not close", "\""},
    {"a_by_lua_block { x = '}' ", "a_by_lua_block{}", "the block does not close", "a_by_lua_block"},
    {"a_by_lua_block { [[ } ", "a_by_lua_block{}", "the block does not close", "a_by_lua_block"},
};
INSTANTIATE_TEST_SUITE_P(Table, NginxProblems, testing::ValuesIn(kProblems),
                         [](const auto& row) { return std::to_string(row.index); });

constexpr std::string_view kSite = R"(user nginx;
http {
  server_tokens off;  # good
  add_header A 1;
  upstream app { server 10.0.0.1:80; server 10.0.0.2:80; }
  server {
    listen 80 default_server;
    server_name Example.com www.example.com;
    location /api { proxy_pass http://app; }
    location = / { add_header B 2; add_header C 3; return 200 "ok}"; }
    location ~ \.php$ { deny all; }
  }
  server { listen 443 ssl; location / { root /srv; } }
  server { listen 443 ssl; location / { root /srv2; } }
  server { root /x; }
}
)";

struct Site {
  Arena arena;
  const File* file = *parse(kSite, arena);
  const Directive& http = file->directives[1];
};

TEST(Nginx, SpansCoverNameArgumentsAndBody) {
  Site site;
  const Directive& location = *site.http.child("server")->child("location");
  EXPECT_EQ(location.span.of(kSite), "location /api { proxy_pass http://app; }");
  EXPECT_EQ(location.name_span.of(kSite), "location");
  EXPECT_EQ(location.body.of(kSite), " proxy_pass http://app; ");
  EXPECT_EQ(location.arguments[0].span.of(kSite), "/api");
  EXPECT_EQ(location.children[0].span.of(kSite), "proxy_pass http://app;");
  const Directive& root = site.http.child("server")->children[3];
  EXPECT_EQ(root.child("return")->arguments[1].span.of(kSite), "\"ok}\"");
  EXPECT_TRUE(root.child("return")->arguments[1].quoted);
  ASSERT_EQ(site.file->comments.size(), 1u);
  EXPECT_EQ(site.file->comments[0].of(kSite), "# good");
}

TEST(Nginx, ParentsAreLinked) {
  Site site;
  EXPECT_EQ(site.http.parent, nullptr);
  const Directive& server = *site.http.child("server");
  EXPECT_EQ(server.parent, &site.http);
  EXPECT_EQ(server.child("location")->children[0].parent, server.child("location"));
  EXPECT_TRUE(server.child("listen")->has_argument("default_server"));
}

TEST(Nginx, WhatHoldsInAScopeIsTheNearest) {
  Site site;
  const Directive& server = *site.http.child("server");
  const Directive& api = server.children[2];
  const Directive& root = server.children[3];
  EXPECT_EQ(in_force(*site.file, api, "server_tokens")->argument(0), "off");
  EXPECT_EQ(in_force(*site.file, api, "add_header")->argument(0), "A");
  EXPECT_EQ(in_force(*site.file, root, "add_header")->argument(0), "B");
  EXPECT_EQ(in_force(*site.file, api, "user")->argument(0), "nginx");
  EXPECT_EQ(in_force(*site.file, api, "absent"), nullptr);
}

TEST(Nginx, PlacesTellSiblingsApart) {
  Site site;
  auto place = [&](std::string_view text, size_t skip = 0) {
    size_t at = kSite.find(text);
    while (skip-- > 0) at = kSite.find(text, at + 1);
    return place_at(*site.file, static_cast<uint32_t>(at));
  };
  EXPECT_EQ(place("nginx;"), "user");
  EXPECT_EQ(place("proxy_pass"), "http.server[Example.com].location[/api].proxy_pass");
  EXPECT_EQ(place("add_header C"), "http.server[Example.com].location[= /].add_header#2");
  EXPECT_EQ(place("deny"), "http.server[Example.com].location[~ \\.php$].deny");
  EXPECT_EQ(place("server 10", 1), "http.upstream[app].server#2");
  EXPECT_EQ(place("root /srv;"), "http.server[443].location[/].root");
  EXPECT_EQ(place("root /srv2"), "http.server[443]#2.location[/].root");
  EXPECT_EQ(place("root /x"), "http.server.root");
  EXPECT_EQ(place("# good"), "http");
  EXPECT_EQ(place_at(*site.file, 1'000'000), "");
  Places places(*site.file);
  for (uint32_t at = 0; at <= site.file->bytes.size(); ++at) EXPECT_EQ(places.at(at), place_at(*site.file, at)) << at;
}

TEST(Nginx, BudgetsHold) {
  Arena arena;
  EXPECT_EQ(parse("a b;", arena, {.bytes = 3}).error().code, Errc::over_budget);
  EXPECT_EQ(parse("a{\nb{ c{} } }", arena, {.depth = 2}).error().message,
            "line 2, column 5: blocks nested more than 2 levels deep");
  EXPECT_EQ(parse("a; b; c;", arena, {.directives = 2}).error().code, Errc::over_budget);
  EXPECT_TRUE(parse("a{ b{} }", arena, {.depth = 2}));
}

TEST(Nginx, HostileFilesEndQuickly) {
  auto start = std::chrono::steady_clock::now();
  for (std::string_view part :
       {"a \"\\\"\n", "a '\\';\n", "a \"'", "[[", "x_by_lua_block {", "x_by_lua_block {[=[", "x_by_lua_block {--[[\n",
        "x_by_lua_block { '\n", "x_by_lua_block {}", "[====", "}", "# x\n", "\\", "${"}) {
    std::string bytes;
    while (bytes.size() < 2'000'000) bytes += part;
    Arena arena;
    (void)parse(bytes, arena, {.depth = 1'000'000, .directives = 10'000'000});
    bytes.insert(0, "x_by_lua_block {");
    (void)parse(bytes, arena);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

}  // namespace
}  // namespace drydock::nginx
