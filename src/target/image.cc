// Accepts: manifest.json as docker save writes it since 1.10 (2016), and OCI image layouts 1.0 and 1.1 with image
// indexes up to kIndexDepth deep. Rejects older docker archives, documents that are a manifest and an index at once
// (CVE-2021-41190), manifests whose number of layers is not the config's, and archives whose two tables of contents
// name different images. Budgets: kDocumentBytes per document, kDescriptors in all indexes.
#include "target/image.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "base/digest.h"
#include "base/text.h"
#include "formats/json.h"
#include "target/blob_store.h"
#include "target/image_config.h"

namespace drydock::target {
namespace {

using tree::Node;

constexpr uint64_t kDocumentBytes = 8 << 20;  // registries refuse manifests over 4 MiB
constexpr size_t kDescriptors = 1000;
constexpr int kIndexDepth = 4;
constexpr size_t kLayers = 2000;  // engines stop at 127 or 128

struct LayerBlob {
  std::string blob, digest;
  std::string size = {};  // as written; empty where the format has none
};

// One image that could be meant. An OCI one is known by its manifest's digest until its manifest is read.
struct Candidate {
  std::vector<std::string> names;
  std::string platform;  // "linux/arm64/v8"; empty: not said, the config knows
  std::string manifest_digest;
  std::string config_blob, config_digest;
  std::vector<LayerBlob> layers;
};

std::string blob_of(std::string_view digest) { return "blobs/sha256/" + std::string(cut(digest, ":").after); }

// The digest that a path in a layout promises, empty if it is another kind of name.
std::string digest_in(std::string_view path) {
  if (!path.starts_with("blobs/sha256/")) return {};
  std::string digest = "sha256:" + std::string(base_name(path));
  return parse_oci_digest(digest) ? digest : std::string{};
}

std::span<const Node* const> items_of(const Node& node, std::string_view key) {
  const Node* list = node.find(key);
  return list != nullptr ? list->items : std::span<const Node* const>{};
}

// A parsed document and the bytes that it points into.
struct Document {
  std::string bytes;
  Arena arena;
  const Node* root = nullptr;
};

// `digest` is empty for documents that nothing names by digest. Takes the address of its member: not movable.
Result<std::unique_ptr<Document>> read_document(const BlobStore& store, const std::string& blob,
                                                std::string_view digest) {
  auto document = std::make_unique<Document>();
  TRY(document->bytes, read_blob(store, blob, kDocumentBytes));
  if (std::string found = oci_digest(sha256(document->bytes)); !digest.empty() && found != digest) {
    return fail(Errc::malformed, blob + ": its digest is " + found + ", not " + std::string(digest));
  }
  Result<const Node*> root = json::parse(document->bytes, document->arena);
  if (!root) return fail_in(printable(blob), root.error());
  document->root = *root;
  return document;
}

// Empty for a document that was only accepted as an index or manifest because nothing contradicts.
Result<std::string> descriptor_digest(const Node& descriptor) {
  std::string digest(descriptor.string_at("digest"));
  if (!parse_oci_digest(digest)) {
    return fail(Errc::unsupported, "a descriptor without a sha256 digest: '" + printable(digest) + "'");
  }
  return digest;
}

std::string join_platform(std::string_view os, std::string_view architecture, std::string_view variant) {
  if (os.empty() && architecture.empty()) return {};
  std::string platform = std::string(os) + "/" + std::string(architecture);
  if (!variant.empty()) platform += "/" + std::string(variant);
  return platform;
}

// "linux/arm64" is asked for and "linux/arm64/v8" found: every arm64 is v8. Otherwise a variant that was asked for must
// be there, and one that was not asked for may be.
bool platform_matches(std::string_view wanted, std::string_view found) {
  std::vector<std::string_view> w = split(wanted, '/'), f = split(found, '/');
  w.resize(3);
  f.resize(3);
  return w[0] == f[0] && w[1] == f[1] && (w[2].empty() || w[2] == f[2] || (w[1] == "arm64" && f[2].empty()));
}

std::string host_platform() {
  utsname name{};
  ::uname(&name);
  std::string_view machine = name.machine;
  // Go's names (GOARCH), which images use.
  constexpr std::pair<std::string_view, std::string_view> kArchitectures[] = {
      {"x86_64", "amd64"}, {"aarch64", "arm64"}, {"armv7l", "arm/v7"}, {"i686", "386"}};
  for (auto [kernel, go] : kArchitectures) {
    if (machine == kernel) return "linux/" + std::string(go);
  }
  return "linux/" + std::string(machine);
}

// "docker.io/library/nginx:latest" -> "nginx:latest", and "nginx" -> "nginx:latest": the same image, spelt otherwise.
std::string familiar_name(std::string_view name) {
  if (name.starts_with("docker.io/")) name.remove_prefix(10);
  if (name.starts_with("library/")) name.remove_prefix(8);
  std::string familiar(name);
  if (base_name(name).find_first_of(":@") == std::string_view::npos) familiar += ":latest";
  return familiar;
}
bool name_matches(std::string_view wanted, const Candidate& candidate) {
  if (wanted == candidate.manifest_digest || wanted == candidate.config_digest) return true;
  return std::ranges::any_of(candidate.names, [&](const std::string& name) {
    return name == wanted || familiar_name(name) == familiar_name(wanted);
  });
}

void add_name(Candidate& candidate, std::string_view name) {
  if (!name.empty() && std::ranges::find(candidate.names, name) == candidate.names.end()) {
    candidate.names.emplace_back(name);
  }
}

// manifest.json: [{"Config": path, "RepoTags": [name] or null, "Layers": [path]}]
Result<std::vector<Candidate>> docker_candidates(const BlobStore& store) {
  TRY(std::unique_ptr<Document> document, read_document(store, "manifest.json", {}));
  if (!document->root->is_sequence()) return fail(Errc::malformed, "manifest.json: not a list of images");
  std::vector<Candidate> candidates;
  for (const Node* image : document->root->items) {
    Candidate& candidate = candidates.emplace_back();
    candidate.config_blob = image->string_at("Config");
    candidate.config_digest = digest_in(candidate.config_blob);
    for (const Node* tag : items_of(*image, "RepoTags")) add_name(candidate, tag->text);
    for (const Node* layer : items_of(*image, "Layers")) {
      candidate.layers.push_back({.blob = std::string(layer->text), .digest = digest_in(layer->text)});
    }
    if (candidate.config_blob.empty()) return fail(Errc::malformed, "manifest.json: an image without Config");
    if (candidates.size() > kDescriptors) return fail(Errc::over_budget, "manifest.json: too many images");
  }
  return candidates;
}

// BuildKit's provenance and SBOMs are listed like images, for no platform.
bool is_attestation(const Node& descriptor) {
  return !descriptor.string_at("artifactType").empty() ||
         descriptor.find_path({"annotations", "vnd.docker.reference.type"}) != nullptr ||
         (descriptor.find("platform") != nullptr && descriptor.find("platform")->string_at("os") == "unknown");
}

Result<std::vector<Candidate>> oci_candidates(const BlobStore& store) {
  struct Pending {
    std::string digest, name;  // no digest: index.json
    int depth;
  };
  std::vector<Pending> pending = {{.digest = {}, .name = {}, .depth = 0}};
  std::vector<Candidate> candidates;
  size_t seen = 0;
  auto add = [&](std::string digest, std::string platform, std::string_view name) {
    auto same = std::ranges::find(candidates, digest, &Candidate::manifest_digest);
    if (same == candidates.end()) {
      candidates.push_back({.names = {}, .platform = std::move(platform), .manifest_digest = std::move(digest)});
      same = candidates.end() - 1;
    }
    add_name(*same, name);
  };
  for (size_t next = 0; next < pending.size(); ++next) {
    Pending now = pending[next];
    bool top = now.digest.empty();
    auto document = read_document(store, top ? "index.json" : blob_of(now.digest), now.digest);
    // A multi-platform image that was saved for one platform still lists all of them.
    if (!document && !top && document.error().code == Errc::not_found) continue;
    if (!document) return std::unexpected(document.error());
    const Node& root = *(*document)->root;
    if (root.find("manifests") == nullptr) {
      if (top) return fail(Errc::malformed, "index.json: not an image index");
      add(now.digest, {}, now.name);
      continue;
    }
    if (root.find("layers") != nullptr || root.find("config") != nullptr) {
      return fail(Errc::malformed, "an image index that is a manifest, too: readers disagree on what it is");
    }
    for (const Node* descriptor : items_of(root, "manifests")) {
      if (++seen > kDescriptors) return fail(Errc::over_budget, "the image index lists too many manifests");
      if (is_attestation(*descriptor)) continue;
      TRY(std::string digest, descriptor_digest(*descriptor));
      std::string name = now.name;
      if (const Node* annotations = descriptor->find("annotations"); annotations != nullptr && name.empty()) {
        name = annotations->string_at("io.containerd.image.name");  // in full; the other one is often the tag alone
        if (name.empty()) name = annotations->string_at("org.opencontainers.image.ref.name");
      }
      std::string platform;
      if (const Node* p = descriptor->find("platform"); p != nullptr) {
        platform = join_platform(p->string_at("os"), p->string_at("architecture"), p->string_at("variant"));
      }
      // What a media type says decides only what is read now; read_manifest() looks at the document itself.
      if (descriptor->string_at("mediaType").find(".manifest.v") != std::string_view::npos) {
        add(std::move(digest), std::move(platform), name);
      } else if (now.depth < kIndexDepth) {
        pending.push_back({.digest = std::move(digest), .name = std::move(name), .depth = now.depth + 1});
      } else {
        return fail(Errc::over_budget, "image indexes are nested too deeply");
      }
    }
  }
  return candidates;
}

// Fills in config and layers of an OCI candidate.
Result<void> read_manifest(const BlobStore& store, Candidate& candidate) {
  if (candidate.manifest_digest.empty() || !candidate.config_blob.empty()) return {};
  std::string blob = blob_of(candidate.manifest_digest);
  TRY(std::unique_ptr<Document> document, read_document(store, blob, candidate.manifest_digest));
  const Node* config = document->root->find("config");
  if (config == nullptr || document->root->find("manifests") != nullptr) {
    return fail(Errc::malformed, blob + ": not an image manifest");
  }
  TRY(candidate.config_digest, descriptor_digest(*config));
  candidate.layers.clear();
  for (const Node* layer : items_of(*document->root, "layers")) {
    TRY(std::string digest, descriptor_digest(*layer));
    candidate.layers.push_back(
        {.blob = blob_of(digest), .digest = digest, .size = std::string(layer->string_at("size"))});
  }
  candidate.config_blob = blob_of(candidate.config_digest);
  return {};
}

struct Config {
  std::string bytes, digest;
};
Result<Config> read_config(const BlobStore& store, const Candidate& candidate) {
  TRY(std::string bytes, read_blob(store, candidate.config_blob, kDocumentBytes));
  std::string digest = oci_digest(sha256(bytes));
  if (!candidate.config_digest.empty() && digest != candidate.config_digest) {
    return fail(Errc::malformed, "the config " + candidate.config_blob + ": its digest is " + digest + ", not " +
                                     candidate.config_digest);
  }
  return Config{.bytes = std::move(bytes), .digest = std::move(digest)};
}

// The platform as the config says it, for archives that say it nowhere else.
Result<std::string> platform_of(const BlobStore& store, Candidate& candidate) {
  if (!candidate.platform.empty()) return candidate.platform;
  TRY_VOID(read_manifest(store, candidate));
  TRY(Config config, read_config(store, candidate));
  StringPool pool;
  TRY(ImageConfig parsed, parse_image_config(config.bytes, pool));
  return join_platform(parsed.os, parsed.architecture, parsed.variant);
}

// Tags of manifest.json for OCI candidates, which have at best annotations.
Result<void> add_docker_names(const BlobStore& store, std::vector<Candidate>& candidates) {
  Result<std::vector<Candidate>> docker = docker_candidates(store);
  if (!docker && docker.error().code == Errc::not_found) return {};
  if (!docker) return std::unexpected(docker.error());
  bool all_read = true, agree = false;
  for (Candidate& candidate : candidates) {
    if (!read_manifest(store, candidate)) {
      all_read = false;  // of a platform that was not saved
      continue;
    }
    for (const Candidate& image : *docker) {
      if (image.config_digest != candidate.config_digest) continue;
      agree = true;
      for (const std::string& name : image.names) add_name(candidate, name);
    }
  }
  if (!candidates.empty() && !docker->empty() && all_read && !agree) {
    return fail(Errc::malformed,
                "manifest.json and index.json name different images; which one runs depends on the engine");
  }
  return {};
}

std::string list(const std::vector<Candidate>& candidates) {
  std::string text;
  for (const Candidate& candidate : candidates) {
    std::string name = !candidate.names.empty()           ? candidate.names[0]
                       : !candidate.config_digest.empty() ? candidate.config_digest
                                                          : candidate.manifest_digest;
    text += (text.empty() ? "" : ", ") + printable(name);
    if (!candidate.platform.empty()) text += " (" + printable(candidate.platform) + ")";
  }
  return text.empty() ? "none" : text;
}

Result<Candidate> choose(const BlobStore& store, std::vector<Candidate> candidates, const ImageOptions& options) {
  if (candidates.empty()) return fail(Errc::not_found, "it holds no image");
  if (!options.name.empty()) {
    std::vector<Candidate> named;
    for (Candidate& candidate : candidates) {
      if (name_matches(options.name, candidate)) named.push_back(candidate);
    }
    if (named.empty()) {
      return fail(Errc::not_found, "it holds no image " + options.name + "; there are: " + list(candidates));
    }
    candidates = std::move(named);
  }
  // The only image is meant whatever it was built for, unless a platform was asked for.
  if (candidates.size() == 1 && options.platform.empty()) return std::move(candidates[0]);

  std::string wanted = options.platform.empty() ? host_platform() : options.platform;
  std::vector<Candidate> fitting;
  for (Candidate& candidate : candidates) {
    Result<std::string> platform = platform_of(store, candidate);
    // Listed but not stored: cannot be meant.
    if (!platform && platform.error().code == Errc::not_found) continue;
    if (!platform) return std::unexpected(platform.error());
    candidate.platform = *platform;
    if (platform_matches(wanted, *platform)) fitting.push_back(candidate);
  }
  if (fitting.size() == 1) return std::move(fitting[0]);
  if (fitting.empty()) {
    return fail(Errc::not_found,
                "it holds no image for " + wanted + "; choose with --platform from: " + list(candidates));
  }
  return fail(Errc::not_found, "it holds several images, name the one to scan: " + list(fitting));
}

Result<ImageSource> load(std::shared_ptr<const BlobStore> store, Candidate candidate) {
  TRY_VOID(read_manifest(*store, candidate));
  TRY(Config config, read_config(*store, candidate));
  ImageSource image;
  TRY(image.config, parse_image_config(config.bytes, image.pool));
  if (candidate.layers.size() > kLayers) return fail(Errc::over_budget, "the image has too many layers");
  if (candidate.layers.size() != image.config.diff_ids.size()) {
    return fail(Errc::malformed, "the manifest has " + std::to_string(candidate.layers.size()) +
                                     " layers and the config " + std::to_string(image.config.diff_ids.size()));
  }
  std::vector<std::string_view> names;
  for (const std::string& name : candidate.names) names.push_back(image.pool.copy(name));
  image.names = image.pool.copy_span<std::string_view>(names);
  image.digest = image.pool.copy(config.digest);
  image.manifest_digest = image.pool.copy(candidate.manifest_digest);
  for (size_t i = 0; i < candidate.layers.size(); ++i) {
    image.layers.push_back({.blob = image.pool.copy(candidate.layers[i].blob),
                            .digest = image.pool.copy(candidate.layers[i].digest),
                            .diff_id = image.config.diff_ids[i],
                            .size = image.pool.copy(candidate.layers[i].size)});
  }
  for (size_t i = 0; i < image.config.history.size(); ++i) {
    if (int layer = image.config.history[i].layer; layer >= 0) {
      image.layers[static_cast<size_t>(layer)].history = static_cast<int>(i);
    }
  }
  image.blobs = std::move(store);
  return image;
}

bool has(const BlobStore& store, std::string_view blob) { return store.open(blob).has_value(); }

Result<ImageSource> open_store(std::shared_ptr<const BlobStore> store, const ImageOptions& options) {
  std::vector<Candidate> candidates;
  if (has(*store, "oci-layout")) {
    TRY(candidates, oci_candidates(*store));
    TRY_VOID(add_docker_names(*store, candidates));
  } else if (has(*store, "manifest.json")) {
    TRY(candidates, docker_candidates(*store));
  } else if (has(*store, "repositories")) {
    return fail(Errc::unsupported, "an archive of Docker before 1.10; load it and save it again with a current engine");
  } else {
    return fail(Errc::unsupported, "neither a docker archive (manifest.json) nor an OCI layout (oci-layout)");
  }
  TRY(Candidate chosen, choose(*store, std::move(candidates), options));
  return load(std::move(store), std::move(chosen));
}

// O_NONBLOCK: opening a FIFO must not wait for a writer.
Descriptor open_file(const std::string& path) {
  return Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}
bool is_folder(const Descriptor& file) {
  struct stat status{};
  return ::fstat(file.get(), &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

bool is_image(const std::string& path) {
  Descriptor file = open_file(path);
  if (!file) return false;
  if (is_folder(file)) {
    std::shared_ptr<const BlobStore> store = folder_store(std::move(file));
    if (has(*store, "oci-layout") && has(*store, "index.json")) return true;
    // Web extensions and many others have a manifest.json as well; docker's is a list with Config.
    Result<std::vector<Candidate>> candidates = docker_candidates(*store);
    return candidates && !candidates->empty();
  }
  struct stat status{};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  std::unique_ptr<ByteSource> source = file_source(file.get(), static_cast<uint64_t>(status.st_size));
  Result<std::unique_ptr<ByteSource>> decoded = inflate(*source);
  std::string block(512, '\0');
  size_t have = 0;
  while (decoded && have < block.size()) {
    Result<size_t> got = (*decoded)->read(std::as_writable_bytes(std::span(block)).subspan(have));
    if (!got || *got == 0) return false;
    have += *got;
  }
  return decoded && block.compare(257, 5, "ustar") == 0;
}

Result<ImageSource> open_image(const std::string& path, const ImageOptions& options) {
  Descriptor file = open_file(path);
  if (!file) return fail_errno("cannot open", path, errno);
  std::shared_ptr<const BlobStore> store;
  if (is_folder(file)) {
    store = folder_store(std::move(file));
  } else {
    Result<std::shared_ptr<const BlobStore>> archive = archive_store(std::move(file), options.spill);
    if (!archive) return fail_in(path, archive.error());
    store = *std::move(archive);
  }
  Result<ImageSource> image = open_store(std::move(store), options);
  if (!image) return fail_in(path, image.error());
  return image;
}

}  // namespace drydock::target
