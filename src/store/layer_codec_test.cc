#include "store/layer_codec.h"

#include <gtest/gtest.h>

#include "base/digest.h"
#include "store/testing.h"

namespace drydock::store {
namespace {

using testing::same;
using testing::sample_layer;

LayerRecord round_trip(const LayerRecord& layer) { return decode_layer(encode_layer(layer).value()).value(); }

TEST(LayerCodec, KeepsEveryField) {
  LayerRecord layer = sample_layer();
  LayerRecord again = round_trip(layer);
  EXPECT_TRUE(same(layer, again));
}

TEST(LayerCodec, KeepsALayerWithoutAnything) {
  LayerRecord again = round_trip({});
  EXPECT_TRUE(same(LayerRecord{}, again));
}

TEST(LayerCodec, LeavesOutHowTheLayerWasStored) {
  LayerRecord layer = sample_layer();
  LayerRecord again = round_trip(layer);
  EXPECT_EQ(again.digest, "");
  EXPECT_EQ(again.stored_bytes, 0U);
}

TEST(LayerCodec, EncodesTheSameRecordToTheSameBytes) {
  std::string once = encode_layer(sample_layer()).value();
  EXPECT_EQ(once, encode_layer(decode_layer(once).value()).value());
}

TEST(LayerCodec, StoresRepeatedStringsOnce) {
  LayerRecord layer;
  std::string name(200, 'n');
  layer.entries.push_back({});
  for (int i = 0; i < 100; ++i) layer.packages.push_back({.entry = 0, .package = {.name = layer.pool.copy(name)}});
  EXPECT_LT(encode_layer(layer).value().size(), 100 * 150 + 1000U);
}

TEST(LayerCodec, OwnsItsStrings) {
  std::string bytes = encode_layer(sample_layer()).value();
  LayerRecord again = decode_layer(bytes).value();
  std::ranges::fill(bytes, 'x');
  EXPECT_TRUE(same(sample_layer(), again));
}

TEST(LayerCodec, RefusesEveryTruncation) {
  std::string bytes = encode_layer(sample_layer()).value();
  for (size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode_layer(bytes.substr(0, size))) << size;
  EXPECT_FALSE(decode_layer(bytes + "x"));
}

// The checksum around an entry finds these first; the decoder must stand on its own all the same.
TEST(LayerCodec, SurvivesEveryFlippedByte) {
  std::string bytes = encode_layer(sample_layer()).value();
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (int mask : {0x01, 0x80, 0xff}) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ mask);
      Result<LayerRecord> layer = decode_layer(damaged);
      if (!layer) continue;
      for (const PackageFact& fact : layer->packages) EXPECT_LT(fact.entry, layer->entries.size());
      EXPECT_TRUE(encode_layer(*layer));
    }
  }
}

struct Patch {
  const char* what;
  size_t offset;
  std::string_view bytes;
};
constexpr std::string_view kHuge("\xff\xff\xff\xff", 4);
// magic 8, schema 4, string bytes 4, then (rows, width) for each of five tables
constexpr Patch kPatches[] = {
    {"another magic", 0, "x"},        {"another schema", 8, "\x7f"},       {"too many strings", 12, kHuge},
    {"too many entries", 16, kHuge},  {"another row width", 20, "\x01"},   {"too many packages", 24, kHuge},
    {"too many unknowns", 48, kHuge}, {"a row width of 4 GiB", 52, kHuge},
};
TEST(LayerCodec, RefusesHeadersThatPromiseTooMuch) {
  std::string bytes = encode_layer(sample_layer()).value();
  for (const Patch& patch : kPatches) {
    std::string damaged = bytes;
    damaged.replace(patch.offset, patch.bytes.size(), patch.bytes);
    EXPECT_FALSE(decode_layer(damaged)) << patch.what;
  }
}

TEST(LayerCodec, RefusesFactsOfEntriesThatAreNotThere) {
  LayerRecord layer;
  layer.entries.push_back({});
  layer.kept.push_back({.entry = 1, .bytes = "x"});
  EXPECT_FALSE(decode_layer(encode_layer(layer).value()));
}

TEST(LayerCodec, KnowsEveryEcosystem) {
  for (std::string_view name : {"Debian", "Alpine", "PyPI", "npm", "Go"}) {
    LayerRecord layer;
    layer.entries.push_back({});
    layer.packages.push_back({.entry = 0, .package = {.ecosystem = parse_ecosystem(name).value()}});
    EXPECT_TRUE(same(layer, round_trip(layer))) << name;
  }
}

}  // namespace
}  // namespace drydock::store
