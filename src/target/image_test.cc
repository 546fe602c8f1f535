#include "target/image.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "base/digest.h"
#include "formats/tar_testing.h"
#include "target/blob_store.h"
#include "target/layer_reader.h"

namespace drydock::target {
namespace {

using tar::testing::end;
using tar::testing::entry;
using ::testing::HasSubstr;

class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "image_test.XXXXXX";
    path = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

std::string gzip(std::string_view text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}
std::string zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}
std::string digest_of(std::string_view bytes) { return oci_digest(sha256(bytes)); }
std::string json_text(std::string_view text) { return '"' + std::string(text) + '"'; }

// The files of an image archive or layout, by path.
struct Files {
  std::map<std::string, std::string> files;

  std::string add_blob(std::string_view bytes) {
    std::string digest = digest_of(bytes);
    files["blobs/sha256/" + digest.substr(7)] = bytes;
    return digest;
  }
  std::string as_tar() const {
    std::string tar;
    for (const auto& [path, bytes] : files) tar += entry(path, bytes);
    return tar + end();
  }
  void write_to(const std::string& folder) const {
    for (const auto& [path, bytes] : files) {
      std::filesystem::create_directories(std::filesystem::path(folder + "/" + path).parent_path());
      std::ofstream(folder + "/" + path, std::ios::binary) << bytes;
    }
  }
};

std::string config_json(const std::vector<std::string>& layer_tars, std::string_view architecture = "amd64",
                        std::string_view more = "") {
  std::string ids;
  for (const std::string& tar : layer_tars) ids += (ids.empty() ? "" : ",") + json_text(digest_of(tar));
  return R"({"architecture":)" + json_text(architecture) + R"(,"os":"linux","rootfs":{"type":"layers","diff_ids":[)" +
         ids + "]}" + std::string(more) + "}";
}
const std::string kHost = [] {
#if defined(__aarch64__)
  return "arm64";
#else
  return "amd64";
#endif
}();
const std::string kForeign = kHost == "amd64" ? "arm64" : "amd64";

std::string descriptor(std::string_view digest, std::string_view media_type, std::string_view more = "",
                       size_t size = 1) {
  return R"({"mediaType":)" + json_text(media_type) + R"(,"size":)" + std::to_string(size) + R"(,"digest":)" +
         json_text(digest) + std::string(more) + "}";
}
constexpr std::string_view kManifest = "application/vnd.oci.image.manifest.v1+json";
constexpr std::string_view kIndex = "application/vnd.oci.image.index.v1+json";

// Adds config, layers and manifest; the manifest's digest.
std::string add_oci_image(Files& files, const std::vector<std::string>& layer_tars, std::string_view architecture,
                          std::string (*compress)(std::string_view)) {
  std::string layers;
  for (const std::string& tar : layer_tars) {
    std::string stored = compress(tar);
    layers += (layers.empty() ? "" : ",") + descriptor(files.add_blob(stored), "layer", "", stored.size());
  }
  std::string config = files.add_blob(config_json(layer_tars, architecture));
  return files.add_blob(R"({"schemaVersion":2,"config":)" + descriptor(config, "config") + R"(,"layers":[)" + layers +
                        "]}");
}
void add_index(Files& files, const std::vector<std::string>& descriptors) {
  std::string list;
  for (const std::string& d : descriptors) list += (list.empty() ? "" : ",") + d;
  files.files["oci-layout"] = R"({"imageLayoutVersion":"1.0.0"})";
  files.files["index.json"] = R"({"schemaVersion":2,"manifests":[)" + list + "]}";
}
std::string named(std::string_view name) {
  return R"(,"annotations":{"org.opencontainers.image.ref.name":)" + json_text(name) + "}";
}
std::string platform(std::string_view architecture, std::string_view variant = "") {
  return R"(,"platform":{"os":"linux","architecture":)" + json_text(architecture) + R"(,"variant":)" +
         json_text(variant) + "}";
}

struct Collected {
  std::map<std::string, std::string> files;
  std::vector<std::string> whiteouts, opaque, unread;
  std::vector<std::pair<std::string, std::string>> links;
};
class Collector final : public LayerVisitor {
 public:
  Result<bool> entry(const LayerEntry& e) override {
    if (e.whiteout) seen.whiteouts.emplace_back(e.header.path);
    if (e.opaque) seen.opaque.emplace_back(e.header.path);
    if (!e.header.link_target.empty()) seen.links.emplace_back(e.header.path, e.header.link_target);
    return true;
  }
  Result<void> file(const FileView& file) override {
    EXPECT_EQ(file.bytes.size(), file.header.size);
    seen.files[std::string(file.header.path)] = file.bytes;
    return {};
  }
  Result<void> unread(const FileHeader& header, std::string_view) override {
    seen.unread.emplace_back(header.path);
    return {};
  }
  Collected seen;
};

Result<Collected> read(const ImageSource& image, size_t index, const LayerOptions& options = {}) {
  Collector collector;
  TRY(LayerDigests digests, read_layer(image, index, collector, options));
  EXPECT_EQ(digests.diff_id, image.layers[index].diff_id);
  return std::move(collector.seen);
}

class ImageTest : public ::testing::Test {
 protected:
  std::string write(const std::string& name, std::string_view bytes) {
    std::string path = folder.path + "/" + name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  Result<ImageSource> open(const std::string& path, std::string name = {}, std::string platform = {}) {
    return open_image(path, {.platform = std::move(platform), .name = std::move(name), .spill = &quota});
  }
  Folder folder;
  SpillQuota quota{256 << 20};
};

const std::string kBase = entry("etc/", "", {.kind = '5'}) + entry("etc/os-release", "ID=debian\n") + end();
const std::string kApp = entry("./app/main.py", "print()\n") + entry("etc/.wh.os-release", "") +
                         entry("var/.wh..wh..opq", "") + entry("a/.wh..wh.plnk", "") +
                         entry("bin/sh", "", {.kind = '2', .link = "/bin/busybox"}) +
                         entry("bin/ash", "", {.kind = '1', .link = "./bin/busybox"}) + end();

Files docker_archive() {
  Files files;
  files.files["c.json"] = config_json({kBase, kApp});
  files.files["1/layer.tar"] = kBase;
  files.files["2/layer.tar"] = kApp;
  files.files["manifest.json"] =
      R"([{"Config":"c.json","RepoTags":["app:1","app:latest"],"Layers":["1/layer.tar","2/layer.tar"]}])";
  return files;
}

void expect_both_layers(const ImageSource& image) {
  ASSERT_EQ(image.layers.size(), 2u);
  Collected base = read(image, 0).value(), app = read(image, 1).value();
  EXPECT_EQ(base.files["etc/os-release"], "ID=debian\n");
  EXPECT_EQ(app.files.size(), 1u);
  EXPECT_EQ(app.files["app/main.py"], "print()\n");
  EXPECT_EQ(app.whiteouts, std::vector<std::string>{"etc/os-release"});
  EXPECT_EQ(app.opaque, std::vector<std::string>{"var"});
  ASSERT_EQ(app.links.size(), 2u);
  EXPECT_EQ(app.links[0].second, "/bin/busybox") << "a symlink's target stays as stored";
  EXPECT_EQ(app.links[1].second, "bin/busybox") << "a hard link's target is an entry's path";
}

TEST_F(ImageTest, ReadsDockerArchivesPlainAndCompressed) {
  std::string tar = docker_archive().as_tar();
  for (const std::string& bytes : {tar, gzip(tar), zstd(tar)}) {
    std::string path = write("image", bytes);
    EXPECT_TRUE(is_image(path));
    ImageSource image = open(path).value();
    EXPECT_EQ(image.name(), "app:1");
    EXPECT_EQ(image.names.size(), 2u);
    EXPECT_EQ(image.digest, digest_of(docker_archive().files["c.json"]));
    EXPECT_EQ(image.layers[0].digest, "");
    expect_both_layers(image);
  }
}

TEST_F(ImageTest, FollowsTheLayerLinksOfOldDockerArchives) {
  Files files = docker_archive();
  files.files.erase("2/layer.tar");
  std::string tar = entry("shared.tar", kApp) + entry("2/layer.tar", "", {.kind = '2', .link = "../shared.tar"});
  expect_both_layers(open(write("image", tar + files.as_tar())).value());
  std::string circle = entry("2/layer.tar", "", {.kind = '2', .link = "../2/layer.tar"});
  ImageSource image = open(write("image", circle + files.as_tar())).value();
  EXPECT_FALSE(read(image, 1));
}

TEST_F(ImageTest, ReadsOciLayoutsAsFolderAndTar) {
  for (auto compress : {gzip, zstd, +[](std::string_view text) { return std::string(text); }}) {
    Files files;
    std::string manifest = add_oci_image(files, {kBase, kApp}, kForeign, compress);
    add_index(files, {descriptor(manifest, kManifest, named("v1"))});
    std::filesystem::remove_all(folder.path + "/layout");
    files.write_to(folder.path + "/layout");
    for (const std::string& path :
         {folder.path + "/layout", write("tar", files.as_tar()), write("tgz", gzip(files.as_tar()))}) {
      EXPECT_TRUE(is_image(path));
      ImageSource image = open(path).value();
      EXPECT_EQ(image.name(), "v1");
      EXPECT_EQ(image.manifest_digest, manifest);
      EXPECT_EQ(image.config.architecture, kForeign) << "the only image is meant whatever it was built for";
      EXPECT_EQ(image.layers[0].digest, digest_of(compress(kBase)));
      expect_both_layers(image);
    }
  }
}

TEST_F(ImageTest, ChoosesThePlatformInNestedIndexes) {
  Files files;
  std::string host = add_oci_image(files, {kBase}, kHost, gzip);
  std::string foreign = add_oci_image(files, {kApp}, kForeign, gzip);
  std::string old_arm = add_oci_image(files, {kApp, kBase}, "arm", gzip);
  std::string attestation = files.add_blob("{}");
  std::string missing = digest_of("listed, but not saved");
  std::string inner = files.add_blob(
      R"({"manifests":[)" + descriptor(host, kManifest, platform(kHost)) + "," +
      descriptor(attestation, kManifest, R"(,"platform":{"os":"unknown","architecture":"unknown"})") + "," +
      descriptor(foreign, kManifest, platform(kForeign)) + "," + descriptor(old_arm, kManifest, platform("arm", "v6")) +
      "," + descriptor(missing, kManifest, platform("riscv64")) + "]}");
  add_index(files, {descriptor(inner, kIndex, named("docker.io/library/app:1"))});
  std::string path = write("image", files.as_tar());
  EXPECT_EQ(open(path).value().manifest_digest, host);
  EXPECT_EQ(open(path, "app:1").value().manifest_digest, host);
  EXPECT_EQ(open(path, "", "linux/" + kForeign).value().manifest_digest, foreign);
  EXPECT_EQ(open(path, "", "linux/arm/v6").value().manifest_digest, old_arm);
  EXPECT_EQ(open(path, "", "linux/arm").value().manifest_digest, old_arm);
  EXPECT_EQ(open(path, foreign).value().manifest_digest, foreign);
  Result<ImageSource> none = open(path, "", "linux/s390x");
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("linux/arm/v6"));
  EXPECT_FALSE(open(path, "", "linux/arm/v7"));
  EXPECT_FALSE(open(path, "", "linux/riscv64"));
}

TEST_F(ImageTest, SeveralImagesMustBeToldApartByName) {
  Files files;
  std::string one = add_oci_image(files, {kBase}, kHost, gzip), two = add_oci_image(files, {kApp}, kHost, gzip);
  add_index(files, {descriptor(one, kManifest, named("one")), descriptor(two, kManifest, named("two")),
                    descriptor(two, kManifest, named("zwei"))});
  std::string path = write("image", files.as_tar());
  Result<ImageSource> unclear = open(path);
  ASSERT_FALSE(unclear);
  EXPECT_EQ(unclear.error().code, Errc::not_found);
  EXPECT_THAT(unclear.error().message, HasSubstr("one (linux/"));
  EXPECT_THAT(unclear.error().message, HasSubstr("two (linux/"));
  EXPECT_EQ(open(path, "one").value().manifest_digest, one);
  EXPECT_EQ(open(path, "zwei").value().manifest_digest, two);
  EXPECT_FALSE(open(path, "three"));
}

TEST_F(ImageTest, AnArchiveThatIsBothTakesTagsFromTheDockerManifest) {
  Files files;
  std::string manifest = add_oci_image(files, {kBase}, kHost, gzip);
  std::string config = digest_of(config_json({kBase}, kHost));
  add_index(files, {descriptor(manifest, kManifest)});
  files.files["manifest.json"] = R"([{"Config":"blobs/sha256/)" + config.substr(7) +
                                 R"(","RepoTags":["docker.io/acme/app:2"],"Layers":["blobs/sha256/x"]}])";
  ImageSource image = open(write("image", files.as_tar()), "acme/app:2").value();
  EXPECT_EQ(image.name(), "docker.io/acme/app:2");
  EXPECT_EQ(image.manifest_digest, manifest);
  // One engine would load one image, another engine the other.
  files.files["manifest.json"] = R"([{"Config":"evil.json","RepoTags":null,"Layers":[]}])";
  Result<ImageSource> two_faced = open(write("image", files.as_tar()));
  ASSERT_FALSE(two_faced);
  EXPECT_EQ(two_faced.error().code, Errc::malformed);
}

TEST_F(ImageTest, WrongDigestsAreErrorsThatShowBoth) {
  Files files;
  std::string manifest = add_oci_image(files, {kBase, kApp}, kHost, gzip);
  add_index(files, {descriptor(manifest, kManifest)});
  std::string base_digest = digest_of(gzip(kBase)), other = gzip(kApp + end());
  Files swapped = files;
  swapped.files["blobs/sha256/" + base_digest.substr(7)] = other;
  ImageSource image = open(write("image", swapped.as_tar())).value();
  Collector collector;
  Result<LayerDigests> layer = read_layer(image, 0, collector);
  ASSERT_FALSE(layer);
  EXPECT_EQ(layer.error().code, Errc::malformed);
  EXPECT_THAT(layer.error().message, HasSubstr(base_digest));
  EXPECT_THAT(layer.error().message, HasSubstr(digest_of(other)));
  EXPECT_TRUE(read(image, 1)) << "the other layer is fine";

  Files tampered = files;
  tampered.files["blobs/sha256/" + manifest.substr(7)] += " ";
  EXPECT_FALSE(open(write("image", tampered.as_tar())));
  tampered = files;
  tampered.files["blobs/sha256/" + digest_of(config_json({kBase, kApp}, kHost)).substr(7)] += " ";
  EXPECT_FALSE(open(write("image", tampered.as_tar())));

  Files docker = docker_archive();
  docker.files["1/layer.tar"] = kApp;
  ImageSource lying = open(write("image", docker.as_tar())).value();
  layer = read_layer(lying, 0, collector);
  ASSERT_FALSE(layer);
  EXPECT_THAT(layer.error().message, HasSubstr("diff ID"));
  EXPECT_THAT(layer.error().message, HasSubstr(digest_of(kBase)));
}

TEST_F(ImageTest, RefusesWhatIsNoImageOrContradictsItself) {
  EXPECT_FALSE(is_image(write("text", "just text")));
  EXPECT_FALSE(is_image(folder.path));
  EXPECT_FALSE(is_image(folder.path + "/absent"));
  std::ofstream(folder.path + "/manifest.json") << R"({"name":"a web extension"})";
  EXPECT_FALSE(is_image(folder.path));
  Result<ImageSource> plain = open(write("tar", entry("etc/passwd", "") + end()));
  ASSERT_FALSE(plain);
  EXPECT_THAT(plain.error().message, HasSubstr("neither"));
  Result<ImageSource> ancient = open(write("tar", entry("repositories", "{}") + end()));
  ASSERT_FALSE(ancient);
  EXPECT_EQ(ancient.error().code, Errc::unsupported);

  Files files = docker_archive();
  files.files["manifest.json"] = R"([{"Config":"c.json","Layers":["1/layer.tar"]}])";
  Result<ImageSource> fewer = open(write("tar", files.as_tar()));
  ASSERT_FALSE(fewer);
  EXPECT_THAT(fewer.error().message, HasSubstr("1 layers and the config 2"));
  files.files["manifest.json"] = "[]";
  EXPECT_FALSE(open(write("tar", files.as_tar())));
  files.files["manifest.json"] = R"([{"Config":"../../etc/passwd","Layers":[]}])";
  EXPECT_FALSE(open(write("tar", files.as_tar())));

  Files ambiguous;
  std::string both = ambiguous.add_blob(R"({"manifests":[],"config":{},"layers":[]})");
  add_index(ambiguous, {descriptor(both, kIndex)});
  EXPECT_FALSE(open(write("tar", ambiguous.as_tar())));
  add_index(ambiguous, {descriptor(both, kManifest)});
  EXPECT_FALSE(open(write("tar", ambiguous.as_tar())));

  EXPECT_FALSE(open_image(write("gz", gzip(docker_archive().as_tar())), {}));  // nothing may be spilled
  std::string cut = docker_archive().as_tar();
  EXPECT_FALSE(open(write("tar", cut.substr(0, cut.size() - 2000))));
}

TEST_F(ImageTest, FoldersAreReadWithoutSymlinks) {
  Files files = docker_archive();
  std::string secret = write("secret.json", files.files["c.json"]);
  files.files.erase("c.json");
  files.write_to(folder.path + "/docker");
  std::filesystem::create_symlink(secret, folder.path + "/docker/c.json");
  EXPECT_FALSE(open(folder.path + "/docker"));
}

TEST_F(ImageTest, HistoryIsMatchedWithLayers) {
  std::string history =
      R"(,"history":[{"created_by":"FROM"},{"created_by":"ENV","empty_layer":true},{"created_by":"COPY"}])";
  Files files = docker_archive();
  files.files["c.json"] = config_json({kBase, kApp}, kHost, history);
  ImageSource image = open(write("image", files.as_tar())).value();
  EXPECT_EQ(image.config.history[static_cast<size_t>(image.layers[1].history)].created_by, "COPY");
  EXPECT_EQ(image.config.history[1].layer, -1);
  files.files["c.json"] = config_json({kBase, kApp}, kHost, R"(,"history":[{"created_by":"squashed"}])");
  image = open(write("image", files.as_tar())).value();
  EXPECT_EQ(image.layers[0].history, -1);
  EXPECT_EQ(image.config.history[0].layer, -1);
}

TEST_F(ImageTest, FilesComeWholeWhateverTheirSize) {
  std::string middle(3'000'000, 'm'), large(kInMemory + 1'000'000, 'l');
  large.back() = '!';
  std::string layer = entry("small", "s") + entry("middle", middle) + entry("large", large) + entry("empty", "") +
                      entry("after", "a") + end();
  Files files;
  add_index(files, {descriptor(add_oci_image(files, {layer}, kHost, gzip), kManifest)});
  ImageSource image = open(write("image", files.as_tar())).value();
  Collected seen = read(image, 0, {.spill = &quota}).value();
  EXPECT_TRUE(seen.files["middle"] == middle);
  EXPECT_TRUE(seen.files["large"] == large);
  EXPECT_EQ(seen.files.count("empty"), 1u);
  EXPECT_EQ(seen.files.size(), 5u);
  EXPECT_TRUE(quota.take(quota.total())) << "the quota is given back";

  SpillQuota small(kInMemory);
  seen = read(image, 0, {.spill = &small}).value();
  EXPECT_EQ(seen.unread, std::vector<std::string>{"large"});
  EXPECT_EQ(seen.files["after"], "a");
  EXPECT_TRUE(small.take(small.total()));
  EXPECT_EQ(read(image, 0).value().unread, std::vector<std::string>{"large"});
}

TEST_F(ImageTest, PathsStayInsideTheImage) {
  std::string layer = entry("../../etc/shadow", "x") + entry("/abs/./x", "y") + entry("./", "", {.kind = '5'}) +
                      entry(".wh..", "") + entry(".wh.", "") + end();
  Files files;
  add_index(files, {descriptor(add_oci_image(files, {layer}, kHost, gzip), kManifest)});
  ImageSource image = open(write("image", files.as_tar())).value();
  Collected seen = read(image, 0).value();
  EXPECT_EQ(seen.files.size(), 2u);
  EXPECT_EQ(seen.files["etc/shadow"], "x");
  EXPECT_EQ(seen.files["abs/x"], "y");
  EXPECT_TRUE(seen.whiteouts.empty());
}

// Written by skopeo 1.9 from an image that umoci 0.4 made; the third is the second through gzip.
TEST_F(ImageTest, ReadsWhatSkopeoWrites) {
  struct Case {
    const char *file, *name;
  } cases[] = {{"skopeo_docker_archive.tar", "docker.io/library/app:v1"},
               {"skopeo_oci_archive.tar", "v1"},
               {"compressed.tar.gz", "v1"}};
  for (const Case& c : cases) {
    std::string path = std::string(DRYDOCK_SOURCE_DIR "/src/target/corpus/image/") + c.file;
    EXPECT_TRUE(is_image(path)) << c.file;
    Result<ImageSource> opened = open(path);
    ASSERT_TRUE(opened) << opened.error().message;
    const ImageSource& image = *opened;
    EXPECT_EQ(image.name(), c.name);
    EXPECT_EQ(image.config.container.user.value, "app");
    EXPECT_EQ(image.config.container.expose[0].value, "80");
    ASSERT_EQ(image.layers.size(), 1u);
    EXPECT_EQ(image.config.history[static_cast<size_t>(image.layers[0].history)].created_by, "umoci insert");
    Result<Collected> layer = read(image, 0);
    ASSERT_TRUE(layer) << layer.error().message;
    EXPECT_EQ(layer->files["etc/os-release"], "ID=x\n");
  }
}

TEST_F(ImageTest, TruncatedAndMissingLayersAreErrorsOfThatLayer) {
  Files files = docker_archive();
  files.files["1/layer.tar"].resize(700);
  files.files.erase("2/layer.tar");
  ImageSource image = open(write("image", files.as_tar())).value();
  Result<Collected> cut = read(image, 0);
  ASSERT_FALSE(cut);
  EXPECT_THAT(cut.error().message, HasSubstr("layer 1 of 2"));
  Result<Collected> absent = read(image, 1);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, Errc::not_found);
}

}  // namespace
}  // namespace drydock::target
