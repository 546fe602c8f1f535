#include "formats/elf.h"

#include <gtest/gtest.h>

#include <string>

#include "base/file.h"
#include "formats/elf_testing.h"

namespace drydock::elf {
namespace {

using testing::kAddress;
using testing::Shape;

TEST(Elf, ReadsBothWidthsInBothByteOrders) {
  for (bool is_64 : {false, true}) {
    for (bool big_endian : {false, true}) {
      std::string bytes = testing::file("hello", {.is_64 = is_64, .big_endian = big_endian, .section = ".data"});
      Result<File> file = parse(bytes);
      ASSERT_TRUE(file) << file.error().message;
      EXPECT_EQ(file->is_64, is_64);
      EXPECT_EQ(file->big_endian, big_endian);
      EXPECT_EQ(file->machine, 62);
      ASSERT_EQ(file->sections.size(), 3u);
      const Section* section = file->find(".data");
      ASSERT_NE(section, nullptr);
      EXPECT_EQ(section->address, kAddress);
      EXPECT_EQ(file->bytes_of(*section), "hello");
      ASSERT_EQ(file->segments.size(), 1u);
      EXPECT_TRUE(file->segments[0].is_loaded() && file->segments[0].is_writable());
      EXPECT_FALSE(file->segments[0].is_executable());
      EXPECT_EQ(file->bytes_of(file->segments[0]), "hello");
      EXPECT_EQ(file->bytes_at(kAddress + 1), "ello");
      EXPECT_EQ(file->bytes_at(kAddress + 5), std::nullopt);
      EXPECT_EQ(file->bytes_at(kAddress - 1), std::nullopt);
      EXPECT_EQ(file->find(".bss"), nullptr);
    }
  }
}

TEST(Elf, KeepsSegmentsWhereSectionsAreMissingOrDamaged) {
  std::string bytes = testing::file("hello", {.sections = false});
  Result<File> file = parse(bytes);
  ASSERT_TRUE(file);
  EXPECT_TRUE(file->sections.empty());
  EXPECT_EQ(file->segments.size(), 1u);
  bytes = testing::file("hello");
  bytes.pop_back();
  file = parse(bytes);
  ASSERT_TRUE(file);
  EXPECT_TRUE(file->sections.empty());
  EXPECT_EQ(file->segments.size(), 1u);
}

TEST(Elf, NeverReadsBehindTheEnd) {
  std::string whole = testing::file("hello");
  for (size_t size = 0; size < whole.size(); ++size) {
    std::string bytes = whole.substr(0, size);
    Result<File> file = parse(bytes);
    EXPECT_EQ(file.has_value(), size >= 64) << size;
  }
  for (size_t at = 16; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] = '\xff';
    Result<File> file = parse(bytes);
    ASSERT_TRUE(file);
    for (const Section& section : file->sections) (void)file->bytes_of(section);
    for (const Segment& segment : file->segments) (void)file->bytes_at(segment.address);
  }
}

TEST(Elf, RefusesOtherFiles) {
  std::string bytes = testing::file("");
  for (size_t at : {0, 4, 5}) {
    std::string wrong = bytes;
    wrong[at] = 7;
    EXPECT_FALSE(parse(wrong)) << at;
  }
  EXPECT_FALSE(parse(""));
  EXPECT_FALSE(parse("#!/bin/sh"));
}

TEST(Elf, ReadsTheRunningProgram) {
  Result<std::string> bytes = read_file("/proc/self/exe", 1 << 30);
  ASSERT_TRUE(bytes);
  Result<File> file = parse(*bytes);
  ASSERT_TRUE(file);
  const Section* text = file->find(".text");
  ASSERT_NE(text, nullptr);
  EXPECT_GT(file->bytes_of(*text).size(), 1000u);
  const Section* bss = file->find(".bss");
  ASSERT_NE(bss, nullptr);
  EXPECT_TRUE(file->bytes_of(*bss).empty());
}

}  // namespace
}  // namespace drydock::elf
