#include "scan/layer_scan.h"

#include <gtest/gtest.h>

#include <string>

namespace drydock::scan {
namespace {

LayerScanner scanner_for(const LayerScanOptions& options) {
  static const inventory::Dispatcher dispatcher;
  return LayerScanner::create(dispatcher, options).value();
}

uint32_t add(const LayerScanner& scanner, LayerRecord& record, std::string_view path, FileType type = FileType::regular,
             std::string_view target = {}) {
  return scanner.add(record, {.header = {.path = path, .type = type, .link_target = target}});
}

TEST(LayerScan, ReadsPackagesUnderTheNameOfTheirHardLink) {
  LayerScanner scanner = scanner_for({.kinds = {.secrets = false}, .image = true});
  LayerRecord record;
  add(scanner, record, "store/1f");
  uint32_t stored = add(scanner, record, "store/1f");  // the last entry of a name counts
  add(scanner, record, "store/2f");
  add(scanner, record, "app/node_modules/b/package.json");
  uint32_t link = add(scanner, record, "app/node_modules/a/package.json", FileType::hard_link, "store/1f");
  add(scanner, record, "app/node_modules/a/index.js", FileType::hard_link, "store/2f");
  add(scanner, record, "app/node_modules/c/package.json", FileType::hard_link, "app/node_modules/b/package.json");
  add(scanner, record, "app/node_modules/d/package.json", FileType::hard_link, "in/a/lower/layer");
  std::map<uint32_t, uint32_t> linked = scanner.linked_packages(record);
  EXPECT_EQ(linked[stored], link);
  EXPECT_FALSE(linked.contains(2) || linked.contains(3));
  scanner.read_linked(record, stored, link,
                      {.header = record.entries[stored].header, .bytes = R"({"name": "a", "version": "1.0.0"})"});
  ASSERT_EQ(record.packages.size(), 1u);
  EXPECT_EQ(record.packages[0].entry, stored);
  EXPECT_EQ(record.packages[0].package.name, "a");
  EXPECT_TRUE(scanner_for({.kinds = {.vulnerabilities = false, .licences = false}}).linked_packages(record).empty());
}

TEST(LayerScan, LooksForNoSecretsInADistributionsLibraries) {
  const std::string key = std::string("key=AK") + "IA" + "QX4ZB7RKTN2YWM6D";
  struct Case {
    std::string_view path, first_bytes;
    bool image, found;
  };
  constexpr Case kCases[] = {
      {"usr/lib/x86_64-linux-gnu/libgnutls.so.30.29.1",
       "\x7f"
       "ELF",
       true, false},
      {"lib/libcrypto.so",
       "\x7f"
       "ELF",
       true, false},
      {"usr/lib/x86_64-linux-gnu/libgnutls.so.30.29.1", "text", true, true},  // no library
      {"usr/local/lib/libours.so",
       "\x7f"
       "ELF",
       true, true},  // not the distribution's
      {"usr/lib/app/server",
       "\x7f"
       "ELF",
       true, true},  // a program
      {"usr/lib/libours.so",
       "\x7f"
       "ELF",
       false, true},  // of a working tree
  };
  for (const Case& c : kCases) {
    LayerScanner scanner = scanner_for({.image = c.image});
    LayerRecord record;
    std::string bytes = std::string(c.first_bytes) + "\n" + key + "\n";
    uint32_t entry = add(scanner, record, c.path);
    scanner.read(record, entry, {.header = record.entries[entry].header, .bytes = bytes});
    EXPECT_EQ(!record.secrets.empty(), c.found) << c.path;
  }
}

}  // namespace
}  // namespace drydock::scan
