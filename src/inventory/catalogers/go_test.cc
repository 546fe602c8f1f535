#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/file.h"
#include "formats/elf_testing.h"
#include "inventory/squash.h"
#include "inventory/test_layer.h"

namespace drydock::inventory {
namespace {

namespace fs = std::filesystem;
using elf::testing::Shape;

constexpr std::string_view kProgram = "usr/local/bin/app";
constexpr std::string_view kModules =
    "path\tgit.example/app/cmd\n"
    "mod\tgit.example/app\tv1.4.0\th1:AAAA=\n"
    "dep\tgithub.example/a/b\tv1.2.3\th1:BBBB=\n"
    "dep\tgithub.example/old\tv1.0.0\n"
    "=>\tgithub.example/fork\tv1.0.1\th1:CCCC=\n"
    "dep\tgithub.example/here\tv1.0.0\n"
    "=>\t./here\t(devel)\t\n"
    "dep\tgithub.example/docker\tv20.10.7+incompatible\th1:DDDD=\n"
    "dep\tgithub.example/x/net\tv0.0.0-20220314234659-1baeb1ce4c0b\th1:EEEE=\n"
    "build\t-compiler=gc\n"
    "build\tvcs.modified=true\n";
constexpr std::string_view kPackages =
    "stdlib 1.21.5\n"
    "git.example/app v1.4.0\n"
    "github.example/a/b v1.2.3\n"
    "github.example/fork v1.0.1\n"
    "github.example/docker v20.10.7+incompatible\n"
    "github.example/x/net v0.0.0-20220314234659-1baeb1ce4c0b\n";

std::string varint_text(std::string_view text) {
  std::string out;
  for (size_t left = text.size();; left >>= 7) {
    out += static_cast<char>((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
    if (left <= 0x7f) break;
  }
  return out.append(text);
}

std::string record(std::string_view toolchain, std::string_view modules) {
  std::string out = "\xff Go buildinf:";
  out += '\x08';
  out += '\x02';
  out.resize(32);
  return out + varint_text(toolchain) +
         varint_text(modules.empty() ? "" : std::string(16, 'm') + std::string(modules) + std::string(16, 'm'));
}

LayerRecord read(std::string_view toolchain, std::string_view modules, const Shape& shape = {}) {
  return cataloged(kProgram, elf::testing::file(record(toolchain, modules), shape));
}

TEST(GoBinary, ReadsModulesInEveryKindOfElf) {
  for (bool is_64 : {false, true})
    for (bool big_endian : {false, true})
      for (bool sections : {false, true}) {
        LayerRecord layer =
            read("go1.21.5", kModules, {.is_64 = is_64, .big_endian = big_endian, .sections = sections});
        EXPECT_EQ(describe(layer.packages), kPackages) << is_64 << big_endian << sections;
        EXPECT_TRUE(layer.unknowns.empty());
      }
  LayerRecord layer = read("go1.21.5", kModules);
  EXPECT_EQ(layer.packages[1].package.ecosystem, Ecosystem::go);
  EXPECT_EQ(layer.packages[1].package.source, PackageSource::installed);
}

// Before Go 1.18 the record points to Go strings elsewhere in the data.
TEST(GoBinary, FollowsThePointersOfOlderPrograms) {
  for (bool is_64 : {false, true}) {
    for (bool big_endian : {false, true}) {
      int size = is_64 ? 8 : 4;
      std::string modules = std::string(16, 'm') + std::string(kModules) + std::string(16, 'm');
      elf::testing::Writer out(big_endian);
      out.text = "\xff Go buildinf:";
      out.text += static_cast<char>(size);
      out.text += static_cast<char>(big_endian ? 1 : 0);
      constexpr uint64_t kAt = elf::testing::kAddress;
      out.put(kAt + 64, size).put(kAt + 80, size).text.resize(64);
      out.put(kAt + 96, size).put(8, size).text.resize(80);
      out.put(kAt + 104, size).put(modules.size(), size).text.resize(96);
      out.text.append("go1.21.5").append(modules);
      Shape shape{.is_64 = is_64, .big_endian = big_endian};
      EXPECT_EQ(describe(cataloged(kProgram, elf::testing::file(out.text, shape)).packages), kPackages);
      for (size_t cut : {20u, 70u, 98u, 200u}) {
        LayerRecord layer = cataloged(kProgram, elf::testing::file(out.text.substr(0, cut), shape));
        EXPECT_EQ(layer.unknowns.size(), 1u) << cut;
        EXPECT_TRUE(layer.packages.empty());
      }
    }
  }
}

TEST(GoBinary, TakesTheReleaseOutOfTheToolchainsName) {
  struct Case {
    std::string_view toolchain, release;
  };
  constexpr Case kCases[] = {
      {"go1.21.5", "1.21.5"},
      {"go1.20", "1.20"},
      {"go1.21rc2", "1.21rc2"},
      {"go1.18beta1", "1.18beta1"},
      {"go1.22.1 X:nocoverageredesign", "1.22.1"},
      {"go1.26.0-X:jsonv2", "1.26.0"},
      {"go1.20.5-fips", "1.20.5"},
      {"go1.18.1b7", "1.18.1"},
      {"devel go1.22-0a1b2c3 Mon Jan 1 00:00:00 2024 +0000", ""},
      {"devel +0a1b2c3 Mon Jan 1 00:00:00 2018 +0000", ""},
      {"go1.25-devel_0a1b2c3 Mon Jan 1 00:00:00 2025", ""},
      {"go1.", ""},
      {"go1.21?", ""},
      {"gccgo 12", ""},
  };
  for (const Case& test : kCases) {
    LayerRecord layer = read(test.toolchain, "");
    EXPECT_EQ(describe(layer.packages), test.release.empty() ? "" : "stdlib " + std::string(test.release) + "\n");
    EXPECT_EQ(layer.unknowns.size(), test.release.empty() ? 1u : 0u) << test.toolchain;
  }
}

TEST(GoBinary, GivesTheMainModuleOfACheckoutNoVersionToCompare) {
  for (std::string_view version : {"(devel)", "", "v0.0.0-20240102030405-0123456789ab+dirty"})
    EXPECT_EQ(describe(read("go1.21", "mod\tgit.example/app\t" + std::string(version) + "\t\n").packages),
              "stdlib 1.21\ngit.example/app (devel)\n");
  EXPECT_EQ(describe(read("go1.24.0", "mod\tgit.example/app\tv1.2.4-0.20240102030405-0123456789ab\t\n").packages),
            "stdlib 1.24.0\ngit.example/app v1.2.4-0.20240102030405-0123456789ab\n");
}

TEST(GoBinary, SaysWhenTheRecordIsDamagedAndNothingAboutOtherPrograms) {
  std::string whole = record("go1.21.5", kModules);
  for (size_t size = 16; size < whole.size(); size += 9) {
    LayerRecord layer = cataloged(kProgram, elf::testing::file(whole.substr(0, size)));
    EXPECT_EQ(layer.unknowns.size(), 1u) << size;
    EXPECT_TRUE(layer.packages.empty());
  }
  for (const Shape& shape : {Shape{.section = ".data"}, Shape{.sections = false, .flags = 5}}) {
    LayerRecord layer = cataloged(kProgram, elf::testing::file(whole, shape));
    EXPECT_TRUE(layer.packages.empty() && layer.unknowns.empty());
  }
  std::string shifted = elf::testing::file("x" + whole);  // the linker aligns it
  EXPECT_TRUE(cataloged(kProgram, shifted).packages.empty());
  for (std::string_view text : {"\x7f"
                                "ELF",
                                "\x7f"
                                "ELF\2\1\1",
                                "#!/bin/sh\n\xff Go buildinf:"}) {
    LayerRecord layer = cataloged(kProgram, text);
    EXPECT_TRUE(layer.packages.empty() && layer.unknowns.empty());
  }
}

// Debian builds its Go programs without modules, and its advisories speak of the deb.
TEST(GoBinary, IsADebsInDebiansFoldersIfItKnowsNoModules) {
  auto packages = [](std::string_view path, std::string_view modules, bool debs) {
    LayerBuilder layer("sha256:1");
    if (debs) layer.catalog("var/lib/dpkg/status", "Package: gosu\nStatus: install ok installed\nVersion: 1.14-1+b6\n");
    layer.catalog(path, elf::testing::file(record("go1.19.8", modules)));
    std::shared_ptr<const LayerRecord> layers[] = {layer.seal()};
    Image image = squash(layers);
    return image.packages.size() - (debs ? 1 : 0);
  };
  EXPECT_EQ(packages("usr/sbin/gosu", "", true), 0u);
  EXPECT_EQ(packages("usr/sbin/gosu", "", false), 1u);
  EXPECT_EQ(packages("usr/local/bin/gosu", "", true), 1u);
  EXPECT_EQ(packages("usr/bin/app", "mod\tgit.example/app\t(devel)\t\n", true), 2u);
}

// ---- oracle: the linker itself

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("drydock_go_" + std::to_string(::getpid()))) {
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  void write(const std::string& name, std::string_view text) {
    fs::create_directories((path_ / name).parent_path());
    EXPECT_TRUE(write_file_atomically(path_ / name, text));
  }
  std::string operator/(const std::string& name) const { return path_ / name; }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

TEST(GoBinaryOracle, ReadsWhatTheGoLinkerWrites) {
  if (std::system("go version >/dev/null 2>&1") != 0) GTEST_SKIP() << "NO ORACLE: go is not installed";
  Folder folder;
  folder.write("go.mod",
               "module git.example/app\n\ngo 1.17\n\n"
               "require (\n\tgit.example/a v1.2.3\n\tgit.example/b v0.0.0-20220314234659-1baeb1ce4c0b\n"
               "\tgit.example/c v1.0.0\n)\n\nreplace git.example/c => git.example/d v1.0.1\n");
  folder.write("main.go",
               "package main\n\nimport (\n\t_ \"git.example/a\"\n\t_ \"git.example/b\"\n\t_ \"git.example/c\"\n)\n\n"
               "func main() { println(\"hello\") }\n");
  folder.write("vendor/modules.txt",
               "# git.example/a v1.2.3\n## explicit\ngit.example/a\n"
               "# git.example/b v0.0.0-20220314234659-1baeb1ce4c0b\n## explicit\ngit.example/b\n"
               "# git.example/c v1.0.0 => git.example/d v1.0.1\n## explicit\ngit.example/c\n"
               "# git.example/c => git.example/d v1.0.1\n");
  for (const char* name : {"a", "b", "c"})
    folder.write("vendor/git.example/" + std::string(name) + "/x.go", "package " + std::string(name) + "\n");
  std::string common = "cd '" + folder.path().string() +
                       "' && GOFLAGS= GOPROXY=off GOTOOLCHAIN=local CGO_ENABLED=0 go build -mod=vendor -o app ";
  for (const char* flags : {"", "-trimpath -ldflags='-s -w'"}) {
    ASSERT_EQ(std::system((common + flags).c_str()), 0);
    Result<std::string> bytes = read_file(folder / "app", 1 << 28);
    ASSERT_TRUE(bytes);
    LayerRecord layer = cataloged(kProgram, *bytes);
    EXPECT_TRUE(layer.unknowns.empty());
    ASSERT_EQ(layer.packages.size(), 5u) << describe(layer.packages);
    EXPECT_EQ(layer.packages[0].package.name, "stdlib");
    EXPECT_TRUE(layer.packages[0].package.version.starts_with("1."));
    std::string all = describe(layer.packages);
    EXPECT_EQ(all.substr(all.find('\n') + 1),
              "git.example/app (devel)\n"
              "git.example/a v1.2.3\ngit.example/b v0.0.0-20220314234659-1baeb1ce4c0b\ngit.example/d v1.0.1\n");
    // As sstrip leaves it: e_shoff, e_shnum and e_shstrndx zero.
    std::string bare = *bytes;
    for (size_t at : {40, 41, 42, 43, 44, 45, 46, 47, 60, 61, 62, 63}) bare[at] = 0;
    EXPECT_EQ(describe(cataloged(kProgram, bare).packages), all);
  }
}

}  // namespace
}  // namespace drydock::inventory
