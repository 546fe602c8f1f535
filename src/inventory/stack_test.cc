// Cases follow the Compose specification; the section is cited beside each. "compose-go" marks what the specification
// leaves open and Docker's implementation decides.
#include "inventory/stack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include "base/text.h"
#include "formats/dockerfile.h"
#include "formats/dotenv.h"
#include "formats/yaml.h"
#include "inventory/compose_syntax.h"

namespace drydock {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using File = std::pair<std::string, std::string>;
struct Files : std::vector<File> {  // not an alias: {"a", "b"} must not be taken for a pair of iterators
  Files(std::initializer_list<File> files) : std::vector<File>(files) {}
};

void add_file(Sources& sources, const std::string& path, const std::string& bytes) {
  bool is_env = base_name(path).find("env") != std::string_view::npos;
  Source& source = sources.add(is_env ? SourceKind::dotenv : SourceKind::compose, path, bytes);
  if (is_env) {
    auto file = dotenv::parse(source.bytes, sources.arena());
    ASSERT_TRUE(file) << path;
    source.tree = *file;
  } else {
    auto file = yaml::parse(source.bytes, sources.arena());
    if (file)
      source.tree = *file;
    else
      source.problem = sources.arena().copy(file.error().message);
  }
}

// A resolved stack with all that it points to.
struct Resolved {
  Sources sources;
  StringPool pool;
  Stack stack;

  explicit Resolved(const Files& files, ResolveOptions options = {}) {
    for (const auto& [path, bytes] : files) add_file(sources, path, bytes);
    if (options.folder_name.empty()) options.folder_name = "project";
    stack = resolve_stack(sources, options, pool);
  }

  const Service& service(std::string_view name) const {
    const Service* found = stack.find(name);
    if (found == nullptr) {
      ADD_FAILURE() << "no service " << name;
      static const Service none;
      return none;
    }
    return *found;
  }
  const ContainerSpec& container(std::string_view name) const { return service(name).container; }
  std::string bytes_at(const Location& at) const {
    const Source* source = sources.find(at.path);
    return source ? std::string(at.span.of(source->bytes)) : "no file " + std::string(at.path);
  }
  std::vector<std::string> reasons() const {
    std::vector<std::string> all;
    for (const Unknown& unknown : stack.unknowns) all.emplace_back(unknown.reason);
    return all;
  }
};

std::vector<std::string> words(std::span<const Text> texts) {
  std::vector<std::string> out;
  for (const Text& text : texts) out.emplace_back(text.value);
  return out;
}

std::map<std::string, std::string> pairs(std::span<const EnvironmentVariable> variables) {
  std::map<std::string, std::string> out;
  for (const EnvironmentVariable& v : variables)
    out[std::string(v.name)] = v.value.set() ? std::string(v.value.value) : "<unset>";
  return out;
}

std::string port_text(const Port& port) {
  auto range = [](uint16_t first, uint16_t last) {
    return first == last ? std::to_string(first) : std::to_string(first) + "-" + std::to_string(last);
  };
  return std::string(port.host_ip) + "|" + range(port.host_first, port.host_last) + "|" +
         range(port.container_first, port.container_last) + "/" + std::string(port.protocol) +
         (port.unresolved ? "?" : "");
}

std::vector<std::string> port_texts(std::span<const Port> ports) {
  std::vector<std::string> out;
  for (const Port& port : ports) out.push_back(port_text(port));
  return out;
}

std::string mount_text(const Mount& mount) {
  constexpr std::string_view kKinds[] = {"volume", "bind", "tmpfs", "image", "npipe"};
  return std::string(kKinds[static_cast<size_t>(mount.kind)]) + " " + std::string(mount.source) + " " +
         std::string(mount.target) + (mount.read_only ? " ro" : "");
}

std::vector<std::string> mount_texts(std::span<const Mount> mounts) {
  std::vector<std::string> out;
  for (const Mount& mount : mounts) out.push_back(mount_text(mount));
  return out;
}

std::string service_file(std::string_view attributes) {
  return "services:\n  web:\n    image: app\n" + std::string(attributes);
}

// 13-merge.md ---------------------------------------------------------------------------------------------------------

TEST(StackMerge, MergesMappingsAndReplacesScalars) {  // 13-merge.md, "Mapping"
  Resolved r({{"compose.yaml", "services:\n  foo:\n    image: a\n    user: one\n"},
              {"compose.override.yaml", "services:\n  foo:\n    user: two\n    hostname: h\n  bar:\n    image: b\n"}});
  EXPECT_EQ(r.service("foo").image.value, "a");
  EXPECT_EQ(r.container("foo").user.value, "two");
  EXPECT_EQ(r.container("foo").user.at.path, "compose.override.yaml");
  EXPECT_EQ(r.container("foo").user.at.line, 3u);
  EXPECT_EQ(r.bytes_at(r.container("foo").user.at), "two");
  EXPECT_EQ(r.container("foo").hostname.value, "h");
  EXPECT_EQ(r.service("foo").at.path, "compose.yaml");
  EXPECT_EQ(r.service("bar").at.path, "compose.override.yaml");
  EXPECT_THAT(r.stack.files, ElementsAre("compose.yaml", "compose.override.yaml"));
  EXPECT_THAT(r.reasons(), IsEmpty());
}

TEST(StackMerge, AppendsSequences) {  // 13-merge.md, "Sequence"
  Resolved r({{"compose.yaml", service_file("    dns: [1.1.1.1]\n    cap_add: [A]\n")},
              {"compose.override.yaml", service_file("    dns: 8.8.8.8\n    cap_add: [B, A]\n")}});
  EXPECT_THAT(words(r.container("web").dns), ElementsAre("1.1.1.1", "8.8.8.8"));
  EXPECT_THAT(words(r.container("web").cap_add), ElementsAre("A", "B"));  // compose-go drops repetitions
}

TEST(StackMerge, ReplacesCommandEntrypointAndTest) {  // 13-merge.md, "Shell commands"
  Resolved r({{"compose.yaml", service_file("    command: [echo, foo]\n    entrypoint: /a\n"
                                            "    healthcheck: {test: [CMD, a], interval: 5s}\n")},
              {"compose.override.yaml", service_file("    command: [echo, bar]\n    entrypoint: [/b]\n"
                                                     "    healthcheck: {test: [CMD, b]}\n")}});
  EXPECT_THAT(words(r.container("web").command), ElementsAre("echo", "bar"));
  EXPECT_THAT(words(r.container("web").entrypoint), ElementsAre("/b"));
  EXPECT_THAT(r.container("web").healthcheck.test, ElementsAre("CMD", "b"));
  EXPECT_EQ(r.container("web").healthcheck.interval, "5s");
}

TEST(StackMerge, KeepsOneEntryPerTarget) {  // 13-merge.md, "Unique resources"
  Resolved r({{"compose.yaml", service_file("    volumes: [foo:/srv, 'bb:/b']\n    ports: ['8080:80', '53:53/udp']\n"
                                            "    secrets: [s]\n")},
              {"compose.override.yaml",
               service_file("    volumes: [bar:/srv]\n    ports: ['8080:80', '0.0.0.0:8080:80', '9090:80']\n"
                            "    secrets: [{source: t, target: s}]\n")}});
  EXPECT_THAT(mount_texts(r.container("web").mounts), ElementsAre("volume bar /srv", "volume bb /b"));
  EXPECT_THAT(port_texts(r.container("web").ports), ElementsAre("0.0.0.0|8080|80/tcp", "|53|53/udp", "|9090|80/tcp"));
  EXPECT_THAT(words(r.container("web").secrets), ElementsAre("t"));
}

TEST(StackMerge, MergesEnvironmentAndLabelsByKeyInBothForms) {  // 05-services.md, "environment", "labels"
  Resolved r({{"compose.yaml", service_file("    environment: {A: 1, B: two, C: }\n    labels: [x=1, y]\n")},
              {"compose.override.yaml", service_file("    environment: [B=2, 'D=e=f', E]\n    labels: {x: 2}\n")}});
  std::map<std::string, std::string> expected = {
      {"A", "1"}, {"B", "2"}, {"C", "<unset>"}, {"D", "e=f"}, {"E", "<unset>"}};
  EXPECT_EQ(pairs(r.container("web").environment), expected);
  expected = {{"x", "2"}, {"y", ""}};
  EXPECT_EQ(pairs(r.container("web").labels), expected);
  EXPECT_EQ(r.bytes_at(r.container("web").variable("B")->value.at), "2");
  EXPECT_EQ(r.bytes_at(r.container("web").variable("D")->value.at), "e=f");
  EXPECT_EQ(r.bytes_at(r.container("web").variable("A")->value.at), "1");
  EXPECT_EQ(r.container("web").variable("B")->value.at.path, "compose.override.yaml");
}

TEST(StackMerge, ResetRemovesAndOverrideReplaces) {  // 13-merge.md, "Reset value", "Replace value"
  Resolved r({{"compose.yaml", service_file("    ports: ['8080:80']\n    environment: {FOO: BAR, KEEP: x}\n"
                                            "    privileged: true\n    cap_add: [A]\n")},
              {"compose.override.yaml",
               service_file("    ports: !override\n      - '8443:443'\n    environment:\n      FOO: !reset null\n"
                            "    privileged: !reset false\n    cap_add: !reset []\n")}});
  EXPECT_THAT(port_texts(r.container("web").ports), ElementsAre("|8443|443/tcp"));
  EXPECT_THAT(pairs(r.container("web").environment), ElementsAre(testing::Pair("KEEP", "x")));
  EXPECT_FALSE(r.container("web").privileged.set());
  EXPECT_THAT(r.container("web").cap_add, IsEmpty());
}

TEST(StackMerge, ResetRemovesAWholeService) {
  Resolved r({{"compose.yaml", "services: {a: {image: x}, b: {image: y}}\n"},
              {"compose.override.yaml", "services: {b: !reset null}\n"}});
  EXPECT_EQ(r.stack.services.size(), 1u);
}

TEST(StackMerge, NullInAnOverrideKeepsTheBase) {  // compose-go, override/merge.go
  Resolved r({{"compose.yaml", service_file("    environment: {A: 1}\n    command: run\n    user: app\n")},
              {"compose.override.yaml", service_file("    environment:\n    command:\n    user:\n")}});
  EXPECT_EQ(pairs(r.container("web").environment).size(), 1u);
  EXPECT_EQ(r.container("web").user.value, "app");
  EXPECT_THAT(r.container("web").command, IsEmpty());  // `command` is replaced, by null too
}

TEST(StackMerge, LoggingOptionsSurviveOnlyUnderTheSameDriver) {  // compose-go, override/merge.go
  std::string base = service_file("    logging: {driver: json-file, options: {max-size: 10m}}\n");
  Resolved same(
      {{"compose.yaml", base}, {"compose.override.yaml", service_file("    logging: {options: {max-file: '3'}}\n")}});
  EXPECT_EQ(pairs(same.container("web").log_options).size(), 2u);
  Resolved other({{"compose.yaml", base}, {"compose.override.yaml", service_file("    logging: {driver: syslog}\n")}});
  EXPECT_EQ(other.container("web").log_driver.value, "syslog");
  EXPECT_THAT(other.container("web").log_options, IsEmpty());
}

TEST(StackMerge, MixesShortAndLongFormsOfBuildNetworksAndDependsOn) {
  Resolved r({{"compose.yaml", service_file("    build: ./app\n    networks: [a]\n    depends_on: [db]\n")},
              {"compose.override.yaml",
               service_file("    build: {target: dev, args: {X: 1}}\n    networks: {b: {aliases: [q]}, a: }\n"
                            "    depends_on: {cache: {condition: service_healthy}}\n")}});
  EXPECT_EQ(r.service("web").build.context.value, "app");
  EXPECT_EQ(r.service("web").build.target.value, "dev");
  EXPECT_EQ(pairs(r.service("web").build.args).at("X"), "1");
  EXPECT_THAT(words(r.container("web").networks), ElementsAre("a", "b"));
  EXPECT_THAT(words(r.service("web").depends_on), ElementsAre("db", "cache"));
}

TEST(StackMerge, TreatsDocumentsOfOneFileAsOverrides) {  // compose-go, loader
  Resolved r({{"compose.yaml", "services: {web: {image: a, user: x}}\n---\nservices: {web: {image: b}}\n"}});
  EXPECT_EQ(r.service("web").image.value, "b");
  EXPECT_EQ(r.container("web").user.value, "x");
}

TEST(StackMerge, ReadsAnchorsMergeKeysAndExtensions) {  // 10-fragments.md, 11-extension.md
  Resolved r({{"compose.yaml",
               "x-common: &common\n  restart: always\n  environment: &env {A: 1}\n"
               "services:\n  web:\n    <<: *common\n    image: app\n  job:\n    <<: *common\n    restart: 'no'\n"
               "    environment:\n      <<: *env\n      B: 2\n    x-note: {deep: [1]}\n"}});
  EXPECT_EQ(r.container("web").restart.value, "always");
  EXPECT_EQ(r.container("web").restart.at.line, 2u);
  EXPECT_EQ(r.container("job").restart.value, "no");
  EXPECT_EQ(pairs(r.container("job").environment).size(), 2u);
}

// 12-interpolation.md -------------------------------------------------------------------------------------------------

TEST(StackInterpolation, FollowsTheSpecification) {  // 12-interpolation.md; .env: SET=v, EMPTY=
  struct Case {
    std::string_view written, text;
    bool unresolved = false;
  };
  constexpr Case kCases[] = {
      {"$SET", "v"},
      {"${SET}", "v"},
      {"a-$SET-b", "a-v-b"},
      {"${SET:-d}", "v"},
      {"${SET-d}", "v"},
      {"${EMPTY:-d}", "d"},
      {"${EMPTY-d}", ""},
      {"${UNSET:-d}", "d"},
      {"${UNSET-d}", "d"},
      {"${SET:?e}", "v"},
      {"${EMPTY?e}", ""},
      {"${EMPTY:?e}", "", true},
      {"${UNSET:?must be set}", "", true},
      {"${UNSET?e}", "", true},
      {"${SET:+r}", "r"},
      {"${EMPTY:+r}", ""},
      {"${EMPTY+r}", "r"},
      {"${UNSET+r}", ""},
      {"${UNSET:-${SET}}", "v"},
      {"${UNSET:-${ALSO:-deep}}", "deep"},
      {"${UNSET:-${ALSO:-a}b}c", "abc"},
      {"${UNSET:-$SET}", "v"},
      {"${UNSET:-${ALSO}}", "", true},
      {"${SET:-${ALSO}}", "v"},
      {"$$SET", "$SET"},
      {"$${SET}", "${SET}"},
      {"x$UNSET", "x", true},
      {"${UNSET}", "", true},
      {"${UNSET:-a:-b}", "a:-b"},
      {"${UNSET:-?}", "?"},
      {"${SET}${SET}", "vv"},
      {"${SET/v/x}", "${SET/v/x}", true},  // "Other extended shell-style features ... not supported"
      {"pa$1word", "pa$1word", true},
      {"${", "${", true},
      {"end$", "end$", true},
  };
  for (const Case& row : kCases) {
    Resolved r({{"compose.yaml", service_file("    hostname: '" + std::string(row.written) + "'\n")},
                {".env", "SET=v\nEMPTY=\n"}});
    const Text& text = r.container("web").hostname;
    EXPECT_EQ(text.value, row.text) << row.written;
    EXPECT_EQ(text.unresolved, row.unresolved) << row.written;
    EXPECT_EQ(r.stack.unknowns.empty(), !row.unresolved) << row.written;
  }
}

TEST(StackInterpolation, RemembersWhatWasWrittenAndWhereValuesCameFrom) {
  Resolved r({{"compose.yaml",
               service_file("    environment:\n      URL: postgres://app:${PW}@db/app\n"
                            "      RAW: plain\n      DOLLAR: pa$$word\n      D: ${NONE:-dflt}\n      U: ${NONE}\n")},
              {".env", "PW=hunter2\n"}});
  const EnvironmentVariable& url = *r.container("web").variable("URL");
  EXPECT_EQ(url.value.value, "postgres://app:hunter2@db/app");
  EXPECT_EQ(url.literal, "postgres://app:${PW}@db/app");
  EXPECT_TRUE(url.interpolated);
  EXPECT_EQ(url.value.origin, Origin::environment);
  EXPECT_EQ(r.bytes_at(url.value.at), "postgres://app:${PW}@db/app");
  EXPECT_FALSE(r.container("web").variable("RAW")->interpolated);
  EXPECT_FALSE(r.container("web").variable("DOLLAR")->interpolated);
  EXPECT_EQ(r.container("web").variable("DOLLAR")->literal, "pa$$word");
  EXPECT_EQ(r.container("web").variable("RAW")->value.origin, Origin::compose);
  EXPECT_EQ(r.container("web").variable("D")->value.origin, Origin::compose);
  EXPECT_TRUE(r.container("web").variable("D")->interpolated);
  EXPECT_TRUE(r.container("web").variable("U")->value.unresolved);
  EXPECT_THAT(r.reasons(), ElementsAre(HasSubstr("NONE")));
}

TEST(StackInterpolation, AppliesToValuesNotToKeys) {  // 12-interpolation.md, last paragraph
  Resolved r({{"compose.yaml", service_file("    labels:\n      \"$X\": BAR\n")}, {".env", "X=y\n"}});
  EXPECT_EQ(pairs(r.container("web").labels).count("$X"), 1u);
  Resolved list({{"compose.yaml", service_file("    labels:\n      - \"$X=BAR\"\n")}, {".env", "X=y\n"}});
  EXPECT_EQ(pairs(list.container("web").labels).count("y"), 1u);
}

TEST(StackInterpolation, DoesNotReadTheProcessEnvironment) {
  ASSERT_EQ(setenv("DRYDOCK_STACK_TEST", "leak", 1), 0);
  Resolved r({{"compose.yaml", service_file("    hostname: ${DRYDOCK_STACK_TEST}\n")}});
  EXPECT_EQ(r.container("web").hostname.value, "");
  EXPECT_TRUE(r.container("web").hostname.unresolved);
  unsetenv("DRYDOCK_STACK_TEST");
}

TEST(StackInterpolation, ExpandsDotenvValuesFromEarlierOnes) {
  Resolved r({{"compose.yaml", service_file("    environment: [A=$A, B=$B, C=$C]\n")},
              {".env", "HOST=db\nA=http://${HOST}:80\nB='${HOST}'\nC=\"${MISSING}x\"\n"}});
  EXPECT_EQ(r.container("web").variable("A")->value.value, "http://db:80");
  EXPECT_EQ(r.container("web").variable("B")->value.value, "${HOST}");
  EXPECT_TRUE(r.container("web").variable("C")->value.unresolved);
}

TEST(StackInterpolation, StopsAtItsBudgetInsteadOfDoublingForEver) {
  std::string env = "A0=xxxxxxxxxxxxxxxx\n";
  for (int i = 1; i < 60; ++i) {
    std::string previous = "${A" + std::to_string(i - 1) + "}";
    env += "A" + std::to_string(i) + "=" + previous + previous + "\n";
  }
  Resolved r({{"compose.yaml", service_file("    hostname: $A59\n")}, {".env", env}});
  EXPECT_TRUE(r.container("web").hostname.unresolved);
  EXPECT_LT(r.container("web").hostname.value.size(), 1u << 20);
}

// Environment ---------------------------------------------------------------------------------------------------------

TEST(StackEnvironment, LoadsEnvFilesInOrderBelowEnvironment) {  // 05-services.md, "env_file"
  Resolved r({{"compose.yaml", service_file("    env_file: [a.env, ./b.env]\n    environment: {THREE: c}\n")},
              {"a.env", "ONE=a\nTWO=a\nTHREE=a\n"},
              {"b.env", "TWO=b\nTHREE=b\nREF=${TWO}-${P}\n"},
              {".env", "P=project\nTWO=env\n"}});
  std::map<std::string, std::string> expected = {
      {"ONE", "a"}, {"TWO", "b"}, {"THREE", "c"}, {"REF", "env-project"}};  // compose-go: the project's .env wins
  EXPECT_EQ(pairs(r.container("web").environment), expected);
  EXPECT_THAT(words(r.service("web").env_files), ElementsAre("a.env", "b.env"));
  const EnvironmentVariable& one = *r.container("web").variable("ONE");
  EXPECT_TRUE(one.from_file);
  EXPECT_EQ(one.value.at.path, "a.env");
  EXPECT_EQ(r.bytes_at(one.value.at), "a");
  EXPECT_FALSE(r.container("web").variable("THREE")->from_file);
}

TEST(StackEnvironment, AnAbsentEnvFileIsUnknownUnlessOptional) {  // 05-services.md, "env_file", required
  Resolved r({{"app/compose.yaml",
               service_file("    env_file:\n      - gone.env\n      - {path: maybe.env, required: false}\n")}},
             {.project = "app"});
  EXPECT_THAT(r.reasons(), ElementsAre(HasSubstr("app/gone.env")));
  EXPECT_EQ(r.stack.unknowns[0].at.line, 5u);
  EXPECT_EQ(r.bytes_at(r.stack.unknowns[0].at), "gone.env");
}

TEST(StackEnvironment, RawFormatIsNotInterpolated) {  // 05-services.md, "env_file", format
  Resolved r({{"compose.yaml", service_file("    env_file: [{path: a.env, format: raw}]\n")}, {"a.env", "A=x$Y\n"}});
  EXPECT_EQ(r.container("web").variable("A")->value.value, "x$Y");
}

TEST(StackEnvironment, PassThroughTakesTheProjectsDotenv) {  // 05-services.md, "environment"
  Resolved r({{"compose.yaml", service_file("    environment:\n      - FROM_ENV\n      - NOWHERE\n")},
              {".env", "FROM_ENV=yes\n"}});
  const EnvironmentVariable& known = *r.container("web").variable("FROM_ENV");
  EXPECT_EQ(known.value.value, "yes");
  EXPECT_EQ(known.value.origin, Origin::environment);
  EXPECT_EQ(known.value.at.path, ".env");
  EXPECT_FALSE(r.container("web").variable("NOWHERE")->value.set());
  EXPECT_THAT(r.reasons(), IsEmpty());
}

// extends, include ----------------------------------------------------------------------------------------------------

TEST(StackExtends, MergesAChainWithinOneFile) {  // 05-services.md, "extends"
  Resolved r({{"compose.yaml",
               "services:\n  a: {image: base, cap_add: [A], environment: {X: a, Y: a}}\n"
               "  b: {extends: a, cap_add: [B], environment: {Y: b}}\n"
               "  c: {extends: {service: b}, image: top}\n"}});
  EXPECT_EQ(r.service("c").image.value, "top");
  EXPECT_THAT(words(r.container("c").cap_add), ElementsAre("A", "B"));
  EXPECT_EQ(pairs(r.container("c").environment).at("Y"), "b");
  EXPECT_EQ(r.service("c").at.line, 4u);
  EXPECT_EQ(r.service("a").image.value, "base");
}

TEST(StackExtends, ResolvesPathsOfAnotherFileAgainstItsFolder) {  // 05-services.md, "Relative paths"
  Resolved r({{"app/compose.yaml", "services:\n  web:\n    extends: {file: ../common/base.yaml, service: webapp}\n"},
              {"common/base.yaml",
               "services:\n  webapp:\n    extends: root\n    build: ./src\n    env_file: x.env\n  root: {user: app}\n"},
              {"common/x.env", "A=1\n"}},
             {.project = "app"});
  EXPECT_EQ(r.service("web").build.context.value, "common/src");
  EXPECT_EQ(r.service("web").build.dockerfile.value, "common/src/Dockerfile");
  EXPECT_EQ(r.container("web").variable("A")->value.value, "1");
  EXPECT_EQ(r.container("web").user.at.path, "common/base.yaml");
  EXPECT_EQ(r.stack.services.size(), 1u);
  EXPECT_THAT(r.stack.files, ElementsAre("app/compose.yaml", "common/base.yaml"));
}

TEST(StackExtends, CyclesAndAbsentBasesAreUnknown) {
  Resolved r({{"compose.yaml",
               "services:\n  a: {extends: b, image: x}\n  b: {extends: a}\n  c: {extends: nobody, image: z}\n"
               "  d: {extends: {file: gone.yaml, service: q}, image: w}\n  e: {extends: e}\n"}});
  EXPECT_EQ(r.stack.services.size(), 5u);
  EXPECT_EQ(r.service("b").image.value, "x");
  EXPECT_EQ(r.service("d").image.value, "w");
  EXPECT_THAT(r.reasons(), Contains(HasSubstr("leads back to itself")).Times(3));
  EXPECT_THAT(r.reasons(), Contains(HasSubstr("nobody")));
  EXPECT_THAT(r.reasons(), Contains(HasSubstr("gone.yaml")));
  for (const Unknown& unknown : r.stack.unknowns) EXPECT_GT(unknown.at.line, 0u);
}

TEST(StackExtends, StopsAtThirtyTwo) {
  std::string file = "services:\n  s0: {image: x}\n";
  for (int i = 1; i < 60; ++i) file += "  s" + std::to_string(i) + ": {extends: s" + std::to_string(i - 1) + "}\n";
  Resolved r({{"compose.yaml", file}});
  EXPECT_EQ(r.service("s31").image.value, "x");
  EXPECT_FALSE(r.service("s59").image.set());
  EXPECT_THAT(r.reasons(), Contains(HasSubstr("budget")));
}

TEST(StackInclude, CopiesResourcesAndResolvesTheirPaths) {  // 14-include.md, "Short syntax", "Long syntax"
  Resolved r({{"compose.yaml",
               "include:\n  - lib/compose.yaml\n  - path: [other/a.yaml, other/b.yaml]\n    project_directory: base\n"
               "    env_file: other/x.env\nservices:\n  web: {image: app, hostname: $V}\n"},
              {".env", "V=local\n"},
              {"lib/compose.yaml", "services:\n  db: {build: ., hostname: $V-$W}\nvolumes: {data: }\n"},
              {"lib/.env", "V=lib\nW=lib\n"},
              {"other/a.yaml", "services:\n  job: {build: sub, user: a}\n"},
              {"other/b.yaml", "services:\n  job: {user: '$W'}\n"},
              {"other/x.env", "W=other\n"}});
  EXPECT_EQ(r.service("db").build.context.value, "lib");
  EXPECT_EQ(r.container("db").hostname.value, "local-lib");  // "is overridden by the local project's environment"
  EXPECT_EQ(r.service("job").build.context.value, "base/sub");
  EXPECT_EQ(r.container("job").user.value, "other");
  EXPECT_EQ(r.stack.volumes.size(), 1u);
  EXPECT_EQ(r.stack.files.size(), 4u);
  EXPECT_THAT(r.reasons(), IsEmpty());
}

TEST(StackInclude, AnOverrideFileChangesWhatTheBaseIncludes) {  // compose-go; docs, "Using overrides with included"
  Resolved r({{"compose.yaml", "include: [lib.yaml]\nservices: {web: {image: app}}\n"},
              {"lib.yaml", "services: {db: {image: postgres:15, user: x}}\n"},
              {"compose.override.yaml", "services: {db: {image: postgres:16}}\n"}});
  EXPECT_EQ(r.service("db").image.value, "postgres:16");
  EXPECT_EQ(r.container("db").user.value, "x");
}

TEST(StackInclude, CyclesConflictsAndAbsentFilesAreUnknown) {
  Resolved r({{"compose.yaml", "include: [a.yaml, gone.yaml, '../out.yaml']\nservices: {web: {image: app}}\n"},
              {"a.yaml", "include: [b.yaml]\nservices: {web: {image: evil}, x: {image: y}}\n"},
              {"b.yaml", "include: [a.yaml]\nservices: {z: {image: z}}\n"}});
  EXPECT_EQ(r.service("web").image.value, "app");
  EXPECT_EQ(r.stack.services.size(), 3u);
  EXPECT_THAT(r.reasons(), Contains(HasSubstr("back to itself")));
  EXPECT_THAT(r.reasons(), Contains(HasSubstr("services.web")));
  EXPECT_THAT(r.reasons(), Contains(HasSubstr("gone.yaml")));
  EXPECT_THAT(r.reasons(), Contains(HasSubstr("out.yaml")));
}

TEST(StackInclude, AnIncludedServiceKeepsItsOwnBase) {
  Resolved r({{"compose.yaml", "include: [lib/a.yaml]\nservices: {web: {extends: db, user: me}}\n"},
              {"lib/a.yaml", "services: {db: {extends: {file: b.yaml, service: root}, hostname: h}}\n"},
              {"lib/b.yaml", "services: {root: {image: x}}\n"}});
  EXPECT_EQ(r.service("web").image.value, "x");
  EXPECT_EQ(r.container("web").hostname.value, "h");
  EXPECT_THAT(r.reasons(), IsEmpty());
}

TEST(StackInclude, ADiamondIsNoConflict) {
  Resolved r({{"compose.yaml", "include: [a.yaml, b.yaml]\n"},
              {"a.yaml", "include: [c.yaml]\n"},
              {"b.yaml", "include: [c.yaml]\n"},
              {"c.yaml", "services: {z: {image: z}}\n"}});
  EXPECT_EQ(r.stack.services.size(), 1u);
  EXPECT_THAT(r.reasons(), IsEmpty());
}

// Projects ------------------------------------------------------------------------------------------------------------

TEST(StackProject, PrefersComposeYamlAndPairsTheOverride) {  // compose-go, cli/options.go
  Resolved r({{"docker-compose.yml", "services: {old: {image: a}}\n"},
              {"compose.yml", "services: {new: {image: a}}\n"},
              {"docker-compose.override.yml", "services: {more: {image: a}}\n"}});
  EXPECT_THAT(r.stack.files, ElementsAre("compose.yml", "docker-compose.override.yml"));
}

TEST(StackProject, ComposeFileInDotenvDecides) {  // docs, "Pre-defined environment variables"
  Resolved r({{".env", "COMPOSE_FILE=docker-compose.yml:deploy/prod.yml\nCOMPOSE_PROJECT_NAME=shop\n"},
              {"docker-compose.yml", "services: {web: {image: a}}\n"},
              {"docker-compose.override.yml", "services: {never: {image: a}}\n"},
              {"deploy/prod.yml", "services: {web: {build: app}}\n"}});
  EXPECT_THAT(r.stack.files, ElementsAre("docker-compose.yml", "deploy/prod.yml"));
  EXPECT_EQ(r.stack.project, "shop");
  EXPECT_EQ(r.service("web").build.context.value, "app");  // paths mean the first file's folder
  EXPECT_EQ(r.stack.services.size(), 1u);
}

TEST(StackProject, TakesItsNameFromNameOrFolder) {  // 04-version-and-name.md
  EXPECT_EQ(Resolved({{"compose.yaml", "name: my-${X:-app}\nservices: {}\n"}}).stack.project, "my-app");
  EXPECT_EQ(Resolved({{"My App.v2/compose.yaml", "services: {}\n"}}, {.project = "My App.v2"}).stack.project,
            "myappv2");
  EXPECT_EQ(Resolved({{"compose.yaml", "services: {}\n"}}, {.folder_name = "Root"}).stack.project, "root");
  Resolved r({{"compose.yaml", "name: n\nservices: {a: {image: '${COMPOSE_PROJECT_NAME}-web'}}\n"}});
  EXPECT_EQ(r.service("a").image.value, "n-web");
}

TEST(StackProject, FindsFoldersAndLoneFiles) {
  Sources sources;
  for (const char* path : {"compose.yaml", "compose.prod.yaml", "a/docker-compose.yml", "b/docker-compose.prod.yml",
                           "b/common.yml", "c/stack.yaml", "d/docker-compose.override.yml"})
    add_file(sources, path,
             std::string_view(path) == "b/docker-compose.prod.yml"
                 ? "services: {a: {extends: {file: common.yml, service: a}}}\n"
                 : "services: {}\n");
  add_file(sources, "c/.env", "COMPOSE_FILE=stack.yaml\n");
  EXPECT_THAT(find_projects(sources),
              ElementsAre("", "a", "b/docker-compose.prod.yml", "c", "d/docker-compose.override.yml"));
}

TEST(StackProject, ReadsALoneFile) {
  Resolved r({{"b/docker-compose.prod.yml", "services: {a: {build: ., hostname: $X}}\n"}, {"b/.env", "X=y\n"}},
             {.project = "b/docker-compose.prod.yml"});
  EXPECT_EQ(r.service("a").build.context.value, "b");
  EXPECT_EQ(r.container("a").hostname.value, "y");
  EXPECT_EQ(r.stack.project, "b");
}

TEST(StackProject, SaysWhereAnAbsentFileIsNamed) {
  Resolved r({{".env", "A=1\nCOMPOSE_FILE=compose.yaml:gone.yaml\n"}, {"compose.yaml", "services: {a: {image: x}}\n"}});
  ASSERT_EQ(r.stack.unknowns.size(), 1u);
  EXPECT_EQ(r.stack.unknowns[0].at.path, ".env");
  EXPECT_EQ(r.stack.unknowns[0].at.line, 2u);
  EXPECT_EQ(r.stack.services.size(), 1u);
}

TEST(StackProject, ReadsTheFilesItIsTold) {  // as `docker compose -f compose.yaml -f compose.prod.yaml`
  constexpr std::string_view kFiles[] = {"app/compose.yaml", "app/compose.prod.yaml"};
  Resolved r({{"app/compose.yaml", "services: {a: {image: x, user: u}}\n"},
              {"app/compose.override.yaml", "services: {a: {privileged: true}}\n"},
              {"app/compose.prod.yaml", "services: {a: {image: '${TAG}'}}\n"},
              {"app/.env", "TAG=y\n"}},
             {.project = "app", .files = kFiles});
  EXPECT_THAT(r.stack.files, ElementsAre("app/compose.yaml", "app/compose.prod.yaml"));
  EXPECT_EQ(r.service("a").image.value, "y");
  EXPECT_FALSE(r.container("a").privileged.set());
}

TEST(StackProject, ProfilesDecideWhatIsActive) {  // 15-profiles.md, the illustrative example
  Files files = {{"compose.yaml",
                  "services:\n  foo: {image: foo}\n  bar: {image: bar, profiles: [test]}\n"
                  "  zot: {image: zot, depends_on: [bar], profiles: [debug]}\n"}};
  Resolved none(files);
  EXPECT_TRUE(none.service("foo").active);
  EXPECT_FALSE(none.service("bar").active);
  constexpr std::string_view kTest[] = {"test"};
  Resolved test(files, {.profiles = kTest});
  EXPECT_TRUE(test.service("bar").active);
  EXPECT_FALSE(test.service("zot").active);
  files.push_back({".env", "COMPOSE_PROFILES=debug,test\n"});
  EXPECT_TRUE(Resolved(files).service("zot").active);
}

TEST(StackProject, BrokenOrEmptyInputIsNoCrash) {
  EXPECT_TRUE(Resolved(Files({})).stack.empty());
  Resolved broken({{"compose.yaml", "services: {a: [\n"}});
  EXPECT_THAT(broken.reasons(), ElementsAre(HasSubstr("could not be read")));
  Resolved odd({{"compose.yaml", "services: {a: 5, b: , c: [x]}\nnetworks: [n]\nvolumes: 7\n"}});
  EXPECT_TRUE(odd.stack.empty());
  EXPECT_TRUE(Resolved({{"compose.yaml", "- a\n- b\n"}}).stack.empty());
  EXPECT_TRUE(Resolved({{"compose.yaml", ""}}).stack.empty());
}

// Service attributes --------------------------------------------------------------------------------------------------

TEST(StackPorts, ReadsShortAndLongForms) {  // 05-services.md, "ports"
  struct Case {
    std::string_view written, expected;
  };
  constexpr Case kCases[] = {
      {"3000", "|0|3000/tcp"},
      {"\"3000-3005\"", "|0|3000-3005/tcp"},
      {"\"8000:8000\"", "|8000|8000/tcp"},
      {"8000:80", "|8000|80/tcp"},
      {"22:22", "|22|22/tcp"},  // 1342 in YAML 1.1's base 60; Compose reads a string
      {"\"9090-9091:8080-8081\"", "|9090-9091|8080-8081/tcp"},
      {"\"49100-49200:22\"", "|49100-49200|22/tcp"},
      {"\"127.0.0.1:8001:8001\"", "127.0.0.1|8001|8001/tcp"},
      {"\"127.0.0.1:5000-5010:5000-5010\"", "127.0.0.1|5000-5010|5000-5010/tcp"},
      {"\"127.0.0.1::80\"", "127.0.0.1|0|80/tcp"},
      {"\"6060:6060/udp\"", "|6060|6060/udp"},
      {"\"[::1]:8080:80\"", "::1|8080|80/tcp"},
      {"\"::1:8080:80\"", "::1|8080|80/tcp"},
      {"{target: 80, published: '8080', host_ip: 127.0.0.1, protocol: udp}", "127.0.0.1|8080|80/udp"},
      {"{target: 80, published: 8080-8090}", "|8080-8090|80/tcp"},
      {"{target: 80}", "|0|80/tcp"},
      {"\"${PORT:-8080}:80\"", "|8080|80/tcp"},
      {"\"${NONE}:80\"", "|0|80/tcp?"},
      {"\"${BIND:-127.0.0.1}:${NONE}:80/udp\"", "127.0.0.1|0|80/udp?"},
      {"\"what\"", "|0|0/tcp?"},
      {"\"70000:80\"", "|0|80/tcp?"},
  };
  for (const Case& row : kCases) {
    Resolved r({{"compose.yaml", service_file("    ports:\n      - " + std::string(row.written) + "\n")}});
    ASSERT_EQ(r.container("web").ports.size(), 1u) << row.written;
    EXPECT_EQ(port_text(r.container("web").ports[0]), row.expected) << row.written;
    EXPECT_EQ(r.bytes_at(r.container("web").ports[0].at), row.written);
  }
}

TEST(StackPorts, DecideTheExposure) {
  auto exposure = [](std::string_view attributes) {
    return Resolved({{"compose.yaml", service_file(attributes)}}).service("web").exposure;
  };
  EXPECT_EQ(exposure(""), Exposure::internal);
  EXPECT_EQ(exposure("    expose: ['80']\n"), Exposure::internal);
  EXPECT_EQ(exposure("    ports: ['127.0.0.1:80:80', '[::1]:80:80']\n"), Exposure::loopback);
  EXPECT_EQ(exposure("    ports: ['127.0.0.1:80:80', '81:81']\n"), Exposure::published);
  EXPECT_EQ(exposure("    network_mode: host\n"), Exposure::published);
}

TEST(StackMounts, ReadsShortAndLongForms) {  // 05-services.md, "volumes", "tmpfs"
  struct Case {
    std::string_view written, expected;
  };
  constexpr Case kCases[] = {
      {"/anon", "volume  /anon"},
      {"data:/data", "volume data /data"},
      {"data:/data:ro", "volume data /data ro"},
      {"./src:/app:z,ro", "bind ./src /app ro"},
      {"../up:/app", "bind ../up /app"},
      {"~/.ssh:/k", "bind ~/.ssh /k"},
      {"/var/run/docker.sock:/var/run/docker.sock:ro", "bind /var/run/docker.sock /var/run/docker.sock ro"},
      {"'C:\\Users\\me:/data:ro'", "bind C:\\Users\\me /data ro"},
      {"'\\\\.\\pipe\\docker_engine:\\\\.\\pipe\\docker_engine'",
       "npipe \\\\.\\pipe\\docker_engine \\\\.\\pipe\\docker_engine"},
      {"'${PWD}/data:/data'", "bind ./data /data"},
      {"'${NONE}/data:/data'", "bind ${NONE}/data /data"},  // never "/data"
      {"'${NONE:-/srv}/data:/data'", "bind /srv/data /data"},
      {"'${NONE:?a:b}:/data:ro'", "volume ${NONE:?a:b} /data ro"},
      {"{type: bind, source: /etc, target: /host, read_only: true}", "bind /etc /host ro"},
      {"{type: volume, source: d, target: /d}", "volume d /d"},
      {"{type: tmpfs, target: /t, tmpfs: {size: 10}}", "tmpfs  /t"},
  };
  for (const Case& row : kCases) {
    Resolved r({{"compose.yaml", service_file("    volumes:\n      - " + std::string(row.written) + "\n")}});
    ASSERT_EQ(r.container("web").mounts.size(), 1u) << row.written;
    EXPECT_EQ(mount_text(r.container("web").mounts[0]), row.expected) << row.written;
  }
  Resolved r({{"compose.yaml", service_file("    tmpfs: [/run, '/tmp:size=64m,ro']\n")}});
  EXPECT_THAT(mount_texts(r.container("web").mounts), ElementsAre("tmpfs  /run", "tmpfs  /tmp ro"));
  EXPECT_EQ(r.container("web").mounts[1].options, "size=64m,ro");
}

TEST(StackService, ReadsCommands) {  // 05-services.md, "command": a string is split into words, no shell runs
  auto command = [](std::string_view written) {
    Resolved r({{"compose.yaml", service_file("    command: " + std::string(written) + "\n")}});
    return words(r.container("web").command);
  };
  EXPECT_THAT(command("bundle exec thin -p 3000"), ElementsAre("bundle", "exec", "thin", "-p", "3000"));
  EXPECT_THAT(command("[\"bundle\", \"a b\", 3000]"), ElementsAre("bundle", "a b", "3000"));
  EXPECT_THAT(command("sh -c \"a && 'b' \\\"c\\\"\""), ElementsAre("sh", "-c", "a && 'b' \"c\""));
  EXPECT_THAT(command("[a, a]"), ElementsAre("a", "a"));
  EXPECT_THAT(command("''"), ElementsAre(""));
}

TEST(StackService, ReadsHealthchecks) {  // 05-services.md, "healthcheck"
  auto healthcheck = [](std::string_view written) {
    Resolved r({{"compose.yaml", service_file("    healthcheck: " + std::string(written) + "\n")}});
    const Healthcheck& h = r.container("web").healthcheck;
    std::string text = h.disabled ? "disabled" : "on";
    for (std::string_view word : h.test) text += "," + std::string(word);
    return text;
  };
  EXPECT_EQ(healthcheck("{test: curl -f http://localhost || exit 1}"),
            "on,CMD-SHELL,curl -f http://localhost || exit 1");
  EXPECT_EQ(healthcheck("{test: [CMD, curl, -f]}"), "on,CMD,curl,-f");
  EXPECT_EQ(healthcheck("{disable: true}"), "disabled,NONE");
  EXPECT_EQ(healthcheck("{test: [NONE]}"), "disabled,NONE");
  EXPECT_EQ(healthcheck("{interval: 5s}"), "on");
  EXPECT_FALSE(Resolved({{"compose.yaml", service_file("")}}).container("web").healthcheck.set());
}

TEST(StackService, ReadsResourceLimitsInBothForms) {  // deploy.md, "resources"; 05-services.md, "mem_limit"
  Resolved r(
      {{"compose.yaml",
        "services:\n  old: {mem_limit: 1.5gb, mem_reservation: 64m, cpus: 0.5, pids_limit: -1, shm_size: 64m}\n"
        "  new: {deploy: {resources: {limits: {memory: 512M, cpus: '1.25', pids: 99}, "
        "reservations: {memory: 1024, cpus: '0.1'}}}}\n  quota: {cpu_quota: 50000}\n  none: {mem_limit: much}\n"}});
  EXPECT_EQ(r.container("old").memory_bytes.value, 1536ll << 20);
  EXPECT_EQ(r.container("old").memory_reservation_bytes.value, 64ll << 20);
  EXPECT_EQ(r.container("old").pids_limit.value, -1);
  EXPECT_DOUBLE_EQ(r.container("old").cpus.value, 0.5);
  EXPECT_EQ(r.container("old").shm_bytes.value, 64ll << 20);
  EXPECT_EQ(r.container("new").memory_bytes.value, 512ll << 20);
  EXPECT_DOUBLE_EQ(r.container("new").cpus.value, 1.25);
  EXPECT_EQ(r.container("new").pids_limit.value, 99);
  EXPECT_EQ(r.container("new").memory_reservation_bytes.value, 1024);
  EXPECT_DOUBLE_EQ(r.container("new").cpus_reservation.value, 0.1);
  EXPECT_DOUBLE_EQ(r.container("quota").cpus.value, 0.5);
  EXPECT_TRUE(r.container("none").memory_bytes.unresolved);
  EXPECT_FALSE(r.container("none").cpus.set());
}

TEST(StackService, ReadsBooleansPlainAndQuoted) {
  auto privileged = [](std::string_view written) {
    Resolved r(
        {{"compose.yaml", service_file("    privileged: " + std::string(written) + "\n")}, {".env", "P=true\n"}});
    Sourced<bool> value = r.container("web").privileged;
    return !value.set() ? "unset" : value.unresolved ? "unresolved" : value.value ? "true" : "false";
  };
  EXPECT_STREQ(privileged("true"), "true");
  EXPECT_STREQ(privileged("yes"), "true");
  EXPECT_STREQ(privileged("'true'"), "true");
  EXPECT_STREQ(privileged("\"false\""), "false");
  EXPECT_STREQ(privileged("${P}"), "true");
  EXPECT_STREQ(privileged("${NONE:-false}"), "false");
  EXPECT_STREQ(privileged("${NONE}"), "unresolved");
  EXPECT_STREQ(privileged(""), "unset");
  EXPECT_STREQ(privileged("maybe"), "unresolved");
}

TEST(StackService, ReadsTheRest) {
  Resolved r(
      {{"compose.yaml",
        service_file("    user: 1000\n    read_only: true\n    init: true\n    pid: host\n    ipc: host\n"
                     "    userns_mode: host\n    security_opt: ['no-new-privileges:true']\n    cap_drop: [ALL]\n"
                     "    devices: ['/dev/kvm:/dev/kvm', {source: /dev/fuse, target: /dev/fuse, permissions: rw}]\n"
                     "    sysctls: {net.core.somaxconn: 1024}\n    extra_hosts: ['a:1.2.3.4', 'b=host-gateway']\n"
                     "    expose: ['80', 53/udp]\n    restart: on-failure:3\n    hostname: h\n"
                     "    working_dir: /app\n    group_add: [mail]\n    stop_signal: SIGINT\n    runtime: runsc\n"
                     "    logging: {driver: json-file, options: {max-size: 10m}}\n")}});
  const ContainerSpec& web = r.container("web");
  EXPECT_EQ(web.user.value, "1000");
  EXPECT_TRUE(web.read_only.value && web.init.value);
  EXPECT_EQ(web.pid.value, "host");
  EXPECT_THAT(words(web.security_opt), ElementsAre("no-new-privileges:true"));
  EXPECT_EQ(r.bytes_at(web.security_opt[0].at), "'no-new-privileges:true'");
  EXPECT_THAT(words(web.devices), ElementsAre("/dev/kvm:/dev/kvm", "/dev/fuse:/dev/fuse:rw"));
  EXPECT_THAT(words(web.sysctls), ElementsAre("net.core.somaxconn=1024"));
  EXPECT_THAT(words(web.extra_hosts), ElementsAre("a:1.2.3.4", "b=host-gateway"));
  EXPECT_THAT(words(web.expose), ElementsAre("80", "53/udp"));
  EXPECT_EQ(web.restart.value, "on-failure:3");
  EXPECT_EQ(web.log_driver.value, "json-file");
  EXPECT_EQ(pairs(web.log_options).at("max-size"), "10m");
  EXPECT_THAT(words(web.networks), ElementsAre("default"));
  EXPECT_EQ(web.networks[0].origin, Origin::assumed);
}

TEST(StackService, ReadsBuildsAsPathsInTheRepository) {  // build.md
  Resolved r({{"deploy/compose.yaml",
               "services:\n  a: {build: ..}\n  b: {build: {context: ../web, dockerfile: ../ops/Dockerfile.web}}\n"
               "  c: {build: {dockerfile_inline: 'FROM scratch'}}\n  d: {build: 'https://git.example/x.git#main'}\n"
               "  e: {build: ../../outside}\n  f: {build: '${NONE}'}\n  g: {build: {context: '${PWD}/x'}}\n"}},
             {.project = "deploy"});
  EXPECT_EQ(r.service("a").build.context.value, "");
  EXPECT_TRUE(r.service("a").build.set());
  EXPECT_EQ(r.service("a").build.dockerfile.value, "Dockerfile");
  EXPECT_EQ(r.service("a").build.dockerfile.origin, Origin::assumed);
  EXPECT_EQ(r.service("b").build.context.value, "web");
  EXPECT_EQ(r.service("b").build.dockerfile.value, "ops/Dockerfile.web");
  EXPECT_EQ(r.service("c").build.context.value, "deploy");
  EXPECT_FALSE(r.service("c").build.dockerfile.set());
  EXPECT_EQ(r.service("d").build.context.value, "https://git.example/x.git#main");
  EXPECT_FALSE(r.service("d").build.dockerfile.set());
  EXPECT_TRUE(r.service("e").build.context.unresolved);
  EXPECT_TRUE(r.service("f").build.context.unresolved);
  EXPECT_EQ(r.service("g").build.context.value, "deploy/x");
  EXPECT_THAT(r.reasons(), Contains(HasSubstr("dockerfile_inline")));
}

TEST(StackService, KnowsRolesFromImagesAndCommands) {
  struct Case {
    std::string_view attributes;
    Role role;
  };
  constexpr Case kCases[] = {
      {"image: nginx:1.27", Role::reverse_proxy},
      {"image: registry.example:5000/nginxinc/nginx-unprivileged@sha256:00", Role::reverse_proxy},
      {"image: traefik", Role::reverse_proxy},
      {"image: postgres:16-alpine", Role::database},
      {"image: bitnami/postgresql", Role::database},
      {"image: mcr.microsoft.com/mssql/server:2022-latest", Role::database},
      {"image: redis:7", Role::cache},
      {"image: valkey/valkey", Role::cache},
      {"image: rabbitmq:3-management", Role::queue},
      {"image: confluentinc/cp-kafka", Role::queue},
      {"build: .", Role::application},
      {"image: python:3.12\n    command: gunicorn app", Role::application},
      {"build: .\n    command: nginx -g 'daemon off;'", Role::reverse_proxy},
      {"image: ghcr.io/acme/shop\n    command: uvicorn app:app", Role::application},
      // must not fire: tools named after what they talk to
      {"image: prom/node-exporter", Role::other},
      {"image: nginx/nginx-prometheus-exporter", Role::other},
      {"image: mongo-express", Role::other},
      {"image: rediscommander/redis-commander", Role::other},
      {"image: phpmyadmin", Role::other},
      {"image: acme/nodebb", Role::other},
      {"image: '${IMAGE}'", Role::other},
  };
  for (const Case& row : kCases) {
    Resolved r({{"compose.yaml", "services:\n  web:\n    " + std::string(row.attributes) + "\n"}});
    EXPECT_EQ(name_of(r.service("web").role), name_of(row.role)) << row.attributes;
  }
}

TEST(StackService, KnowsRolesFromTheDockerfileOfABuild) {
  Sources sources;
  add_file(sources, "compose.yaml",
           "services:\n  a: {build: ./proxy}\n  b: {build: {context: ./proxy, target: dev}}\n");
  Source& source = sources.add(SourceKind::dockerfile, "proxy/Dockerfile", "");
  dockerfile::Stage stages[3];
  stages[0] = {.index = 0, .name = "dev", .image = "node:22"};
  stages[1] = {.index = 1, .name = "base", .image = "nginx:1.27"};
  stages[2] = {.index = 2, .reference = "base", .parent = 1};
  dockerfile::File file;
  file.stages = stages;
  source.tree = &file;
  StringPool pool;
  Stack stack = resolve_stack(sources, {}, pool);
  EXPECT_EQ(stack.find("a")->role, Role::reverse_proxy);
  EXPECT_EQ(stack.find("b")->role, Role::application);
}

TEST(StackTopLevel, ReadsNetworksVolumesAndSecrets) {  // 06-networks.md, 07-volumes.md, 09-secrets.md
  Resolved r(
      {{"app/compose.yaml",
        "services: {}\nnetworks:\n  back: {internal: true}\n  ext: {external: true}\n  old: {external: {name: x}}\n"
        "volumes:\n  data:\n  host: {driver_opts: {type: none, o: 'bind,ro', device: /srv/data}}\n"
        "  nfs: {driver_opts: {type: nfs, o: 'addr=10.0.0.1', device: ':/x'}}\n"
        "secrets:\n  a: {file: ./a.txt}\n  b: {environment: B}\n  c: {external: true}\n"}},
      {.project = "app"});
  ASSERT_EQ(r.stack.networks.size(), 3u);
  EXPECT_TRUE(r.stack.networks[0].internal);
  EXPECT_TRUE(r.stack.networks[1].external);
  EXPECT_TRUE(r.stack.networks[2].external);
  EXPECT_EQ(r.stack.networks[0].at.line, 3u);
  ASSERT_EQ(r.stack.volumes.size(), 3u);
  EXPECT_EQ(r.stack.volumes[1].bind_device, "/srv/data");
  EXPECT_EQ(r.stack.volumes[2].bind_device, "");
  ASSERT_EQ(r.stack.secrets.size(), 3u);
  EXPECT_EQ(r.stack.secrets[0].file, "app/a.txt");
  EXPECT_EQ(r.stack.secrets[1].environment, "B");
  EXPECT_TRUE(r.stack.secrets[2].external);
}

TEST(StackBudget, TruncatesAloud) {
  std::string file = "x-list: &l [";
  for (int i = 1; i < 2000; ++i) file += std::to_string(i) + ",";
  file += "9]\nservices:\n";
  for (int i = 0; i < 50; ++i) file += "  s" + std::to_string(i) + ": {image: x, expose: *l}\n";
  Resolved values({{"compose.yaml", file}}, {.budget = {.values = 20'000}});
  EXPECT_THAT(values.reasons(), Contains(HasSubstr("budget for values")));
  Resolved elements({{"compose.yaml", file}}, {.budget = {.elements = 5'000}});
  EXPECT_THAT(elements.reasons(), Contains(HasSubstr("budget for list elements")));
  Resolved services({{"compose.yaml", file}}, {.budget = {.services = 10}});
  EXPECT_EQ(services.stack.services.size(), 10u);
  EXPECT_THAT(services.reasons(), Contains(HasSubstr("budget for services")));
}

TEST(StackSyntax, ReadsSizes) {  // 02-model / docker/go-units: powers of 1024
  using compose::parse_bytes;
  EXPECT_EQ(parse_bytes("32"), 32);
  EXPECT_EQ(parse_bytes("2b"), 2);
  EXPECT_EQ(parse_bytes("1024kb"), 1 << 20);
  EXPECT_EQ(parse_bytes("2048k"), 2 << 20);
  EXPECT_EQ(parse_bytes("300M"), 300 << 20);
  EXPECT_EQ(parse_bytes("1.5 GiB"), 1536ll << 20);
  EXPECT_EQ(parse_bytes("-1"), -1);
  for (std::string_view bad : {"", "m", "-5m", "1x", "1mm", "1.2.3", "1e3", "99999999999999999999"})
    EXPECT_FALSE(parse_bytes(bad)) << bad;
}

// The example stack: what `docker compose up` starts there, read by hand from its files.
TEST(StackExample, ResolvesTaskboard) {
  const std::string root = DRYDOCK_SOURCE_DIR "/examples/taskboard/";
  Files files({});
  for (const char* name : {"docker-compose.yml", "docker-compose.override.yml", "docker-compose.prod.yml",
                           "docker-compose.common.yml", ".env"}) {
    std::ifstream in(root + name, std::ios::binary);
    ASSERT_TRUE(in) << name;
    files.emplace_back(name, std::string(std::istreambuf_iterator<char>(in), {}));
  }
  Resolved r(files);
  EXPECT_THAT(find_projects(r.sources), ElementsAre(""));
  EXPECT_EQ(r.stack.project, "taskboard");
  EXPECT_THAT(r.stack.files,
              ElementsAre("docker-compose.yml", "docker-compose.common.yml", "docker-compose.override.yml"));
  std::vector<std::string> active, inactive;
  for (const Service& service : r.stack.services) (service.active ? active : inactive).emplace_back(service.name);
  EXPECT_THAT(active, ElementsAre("adminer", "backend", "db", "frontend", "nginx", "redis"));
  EXPECT_THAT(inactive, ElementsAre("log-shipper", "worker"));
  EXPECT_THAT(r.reasons(), IsEmpty());

  EXPECT_THAT(words(r.container("backend").command),
              ElementsAre("flask", "run", "--host=0.0.0.0", "--port=5000", "--debug"));
  EXPECT_THAT(port_texts(r.container("backend").ports), ElementsAre("|5000|5000/tcp", "|5678|5678/tcp"));
  EXPECT_THAT(mount_texts(r.container("backend").mounts),
              ElementsAre("volume uploads /srv/uploads", "bind ./backend /app"));
  const EnvironmentVariable& debug = *r.container("backend").variable("FLASK_DEBUG");
  EXPECT_EQ(debug.value.at.path, "docker-compose.override.yml");
  EXPECT_FALSE(debug.from_file);
  EXPECT_TRUE(r.container("backend").variable("REDIS_URL")->from_file);
  EXPECT_EQ(r.container("frontend").variable("JWT_SECRET_KEY")->value.at.path, ".env");  // passed through
  EXPECT_EQ(r.service("worker").build.context.value, "backend");
  EXPECT_EQ(r.service("worker").build.dockerfile.value, "backend/Dockerfile.worker");
  EXPECT_EQ(r.container("worker").restart.at.path, "docker-compose.common.yml");
  EXPECT_EQ(r.service("db").role, Role::database);
  EXPECT_EQ(r.service("redis").role, Role::cache);
  EXPECT_EQ(r.service("nginx").role, Role::reverse_proxy);
  EXPECT_EQ(r.service("frontend").role, Role::application);
  EXPECT_EQ(r.service("adminer").exposure, Exposure::published);
  EXPECT_EQ(r.service("worker").exposure, Exposure::internal);
  EXPECT_TRUE(r.container("log-shipper").privileged.value);
}

// docker-compose 1.29 as a second judge -------------------------------------------------------------------------------

std::string run(const std::string& command) {
  std::string out;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return out;
  char buffer[4096];
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, n);
  pclose(pipe);
  return out;
}

// Only what the old program and the specification agree on: images, users, environment, commands, merged lists.
constexpr std::string_view kJudged[] = {
    "services:\n  web:\n    image: app:${TAG:-latest}\n    user: '${U-1}'\n    environment: [A=$$x, 'B=${X:-z}', "
    "'C=${TAG}']\n    command: sh -c \"echo 'a b'\"\n    cap_drop: [ALL]\n",
    "x-e: &e {A: 1, B: two}\nservices:\n  web:\n    image: a\n    environment:\n      <<: *e\n      B: three\n"
    "  job:\n    extends: {service: web}\n    environment: [C=four]\n    command: [run, 'x y']\n",
    "services:\n  web:\n    image: a\n    env_file: a.env\n    environment: {ONE: mine}\n    entrypoint: /bin/x -y\n",
};

TEST(StackOracle, AgreesWithDockerCompose) {
  if (run("docker-compose version --short 2>/dev/null").empty())
    GTEST_SKIP() << "docker-compose is not installed (apt-get install docker-compose): nothing judged the resolver";
  std::filesystem::path folder = std::filesystem::temp_directory_path() / ("stack_test_" + std::to_string(getpid()));
  const std::string override_file = "services:\n  web:\n    environment: {ADDED: \"1\"}\n    cap_drop: [MORE]\n";
  size_t compared = 0;
  for (std::string_view base : kJudged) {
    Files files = {{"docker-compose.yml", "version: '2.4'\n" + std::string(base)},
                   {"docker-compose.override.yml", "version: '2.4'\n" + override_file},
                   {".env", "TAG=v1\n"},
                   {"a.env", "ONE=1\nTWO=2\n"}};
    std::filesystem::create_directories(folder);
    for (const auto& [path, bytes] : files) std::ofstream(folder / path) << bytes;
    // An empty environment: what the caller has set must not leak into the judge's answer.
    std::string output = run("cd '" + folder.string() +
                             "' && env -i PATH=\"$PATH\" HOME=/nonexistent docker-compose config 2>/dev/null");
    std::filesystem::remove_all(folder);
    Arena arena;
    auto judged = yaml::parse(output, arena);
    ASSERT_TRUE(judged) << output;
    Resolved r(files);
    const tree::Node* services = (*judged)->root().find("services");
    ASSERT_NE(services, nullptr) << "docker-compose refused:\n" << base;
    for (const tree::Member& member : services->members) {
      const ContainerSpec& ours = r.container(member.key->text);
      EXPECT_EQ(r.service(member.key->text).image.value, member.value->string_at("image"));
      EXPECT_EQ(ours.user.value, member.value->string_at("user"));
      std::map<std::string, std::string> environment;
      if (const tree::Node* theirs = member.value->find("environment"))
        for (const tree::Member& pair : theirs->members) {
          // `config` writes $ as $$, so that its output can be read again.
          std::string text(pair.value->text);
          for (size_t at = 0; (at = text.find("$$", at)) != std::string::npos; ++at) text.erase(at, 1);
          environment[std::string(pair.key->text)] = text;
        }
      EXPECT_EQ(pairs(ours.environment), environment) << base;
      for (std::string_view key : {"command", "entrypoint", "cap_drop"}) {
        const tree::Node* theirs = member.value->find(key);
        if (theirs == nullptr) continue;
        std::vector<std::string> expected;
        for (const tree::Node* item : theirs->items) expected.emplace_back(item->text);
        if (theirs->is_string()) expected = compose::split_words(theirs->text);
        EXPECT_EQ(words(key == "command"      ? ours.command
                        : key == "entrypoint" ? ours.entrypoint
                                              : ours.cap_drop),
                  expected)
            << base;
      }
      ++compared;
    }
  }
  EXPECT_EQ(compared, 4u);
}

}  // namespace
}  // namespace drydock
