// Debian and its derivatives: the packages dpkg installed.
#include "inventory/cataloger.h"
#include "inventory/dpkg_database.h"

namespace drydock::inventory::dpkg_status {
namespace {

void run(const FileView& file, Catalog& out) { read_dpkg_database(file, DpkgForm::status, out); }

constexpr std::string_view kPaths[] = {"/var/lib/dpkg/status"};

}  // namespace

extern constinit const Cataloger cataloger{.name = "dpkg-status", .paths = kPaths, .run = run};

}  // namespace drydock::inventory::dpkg_status
