// One pass over the files of a layer or of a batch of a directory: entries, packages, secrets, kept files ->
// LayerRecord.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "inventory/cataloger.h"
#include "model/file_view.h"
#include "model/layer.h"
#include "scan/options.h"
#include "secrets/secrets.h"

namespace drydock::scan {

struct LayerScanOptions {
  Kinds kinds;
  bool image =
      false;  // an image's layer or a root file system: keep what says the distribution, report secrets as SD004
  bool sources = true;  // keep configuration files of a working tree
};

// Raised when the same layer gives another LayerRecord and neither a cataloger's version, nor a secret rule, nor
// secrets::kEngineVersion says so: the tar reader, path rules, what is kept.
constexpr uint32_t kLayerScanVersion = 1;

// The layer cache's `engine`: everything besides a layer's bytes that its record depends on.
std::string layer_engine(const LayerScanOptions& options);

// One per thread. Fills one record after the other.
class LayerScanner {
 public:
  static Result<LayerScanner> create(const inventory::Dispatcher& dispatcher, const LayerScanOptions& options);

  // Adds the entry; returns its index.
  uint32_t add(LayerRecord& record, const LayerEntry& entry) const;
  // Whether read() has a use for the file's bytes.
  bool wants(const FileHeader& header) const;
  void read(LayerRecord& record, uint32_t entry, const FileView& file);

  // Entries with bytes that a cataloger wants under the name of a hard link, but did not get under their own: pnpm
  // links packages from its store, where they have no name. Entry -> one of its links. Whoever reads the layer again
  // gives the bytes to read_linked().
  std::map<uint32_t, uint32_t> linked_packages(const LayerRecord& record) const;
  void read_linked(LayerRecord& record, uint32_t entry, uint32_t link, const FileView& file) const;

 private:
  LayerScanner(const inventory::Dispatcher& dispatcher, const LayerScanOptions& options)
      : dispatcher_(&dispatcher), options_(options) {}
  void scan_secrets(LayerRecord& record, uint32_t entry, const FileView& file);

  const inventory::Dispatcher* dispatcher_;
  LayerScanOptions options_;
  std::unique_ptr<secrets::Scanner> scanner_;  // null: secrets are not asked for
  std::vector<secrets::Hit> hits_;
};

}  // namespace drydock::scan
