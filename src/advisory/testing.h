// For tests: an index out of OSV JSON texts, and a zip of stored entries.
#pragma once

#include <gtest/gtest.h>
#include <isa-l/crc.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "advisory/index.h"

namespace drydock::advisory::testing {

struct OsvText {
  std::string_view ecosystem;  // bucket folder
  std::string_view json;
};

inline std::string encode(const std::vector<OsvText>& texts) {
  IndexBuilder builder;
  for (const OsvText& text : texts) {
    Result<OsvRecord> record = parse_osv(text.ecosystem, text.json);
    EXPECT_TRUE(record) << text.json << (record ? "" : record.error().message);
    if (record) builder.add(*std::move(record));
  }
  return builder.encode({.kind = "full", .source = "test", .built = {1'700'000'000}});
}

inline void put_le(std::string& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(i < 8 ? value >> (8 * i) : 0);
}

inline std::string stored_zip(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string out;
  std::string directory;
  for (const auto& [name, body] : files) {
    uint32_t crc = crc32_gzip_refl(0, reinterpret_cast<const uint8_t*>(body.data()), body.size());
    std::string common;  // the part that both headers share: version to name length
    put_le(common, 20, 2);
    put_le(common, 0, 8);
    put_le(common, crc, 4);
    put_le(common, body.size(), 4);
    put_le(common, body.size(), 4);
    put_le(common, name.size(), 2);
    put_le(common, 0, 2);
    put_le(directory, 0x02014b50, 4);
    put_le(directory, 20, 2);
    directory += common;
    put_le(directory, 0, 10);
    put_le(directory, out.size(), 4);
    directory += name;
    put_le(out, 0x04034b50, 4);
    out += common + name + body;
  }
  uint64_t at = out.size();
  out += directory;
  put_le(out, 0x06054b50, 4);
  put_le(out, 0, 4);
  put_le(out, files.size(), 2);
  put_le(out, files.size(), 2);
  put_le(out, directory.size(), 4);
  put_le(out, at, 4);
  put_le(out, 0, 2);
  return out;
}

}  // namespace drydock::advisory::testing
