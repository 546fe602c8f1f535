#include <cstdio>

#include "cli/commands.h"
#include "store/layer_cache.h"

namespace drydock::cli {
namespace {

struct OpenCache {
  std::string path;
  store::CacheFolder folder;
};
Result<OpenCache> open_cache(const CacheArguments& arguments) {
  std::string path = arguments.folder.empty() ? store::default_cache_folder() : arguments.folder;
  TRY(store::CacheFolder folder, store::CacheFolder::open(path, store::kCacheBytes));
  return OpenCache{.path = std::move(path), .folder = std::move(folder)};
}

std::string size_text(uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MiB", static_cast<double>(bytes) / (1 << 20));
  return text;
}

std::string use_text(const store::FolderUse& use) {
  const auto& [layers, digests, places] = use.kinds;
  return std::to_string(layers.entries) + " layers, " + std::to_string(digests.entries) + " digests and " +
         std::to_string(places.entries) + " places of layers in archives, " + size_text(use.bytes());
}

}  // namespace

int run_cache_status(const CacheArguments& arguments) {
  Result<OpenCache> cache = open_cache(arguments);
  if (!cache) {
    print_error(cache.error().message);
    return kFailed;
  }
  write_stdout(cache->path + ": " + use_text(cache->folder.use()) + "\n");
  return kClean;
}

int run_cache_clean(const CacheArguments& arguments) {
  Result<OpenCache> cache = open_cache(arguments);
  if (!cache) {
    print_error(cache.error().message);
    return kFailed;
  }
  write_stdout(cache->path + ": removed " + use_text(cache->folder.clear()) + "\n");
  return kClean;
}

}  // namespace drydock::cli
