// Distroless images: one file for each Debian package, written by the image's build instead of dpkg. Beside each lies
// `<package>.md5sums` with the package's files, which says nothing about versions.
#include "inventory/cataloger.h"
#include "inventory/dpkg_database.h"

namespace drydock::inventory::dpkg_status_d {
namespace {

void run(const FileView& file, Catalog& out) {
  if (file.header.path.ends_with(".md5sums")) return;
  read_dpkg_database(file, DpkgForm::status_d, out);
}

constexpr std::string_view kPaths[] = {"/var/lib/dpkg/status.d/*"};

}  // namespace

extern constinit const Cataloger cataloger{.name = "dpkg-status-d", .paths = kPaths, .run = run};

}  // namespace drydock::inventory::dpkg_status_d
