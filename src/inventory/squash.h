// squash: the image that its layers make when they are put on one another, as the engines do it (OCI image-spec,
// layer.md; Docker's pkg/archive and containerd's archive/tar.go where the specification is silent).
//
//   - A layer's whiteouts and opaque directories act on lower layers only and before its own entries, wherever they
//     stand in the archive. A whiteout takes everything under the name with it.
//   - A path's folders are followed through symlinks of what is there by then (`lib/x` with `lib -> usr/lib` is
//     usr/lib/x); its last component is not, so an entry replaces a symlink, also a directory entry does.
//     Symlinks are followed at most 40 times for a path (Linux, MAXSYMLINKS); a loop is replaced by a plain folder.
//   - What is not a directory replaces a directory with all under it, and the other way round. A directory on a
//     directory only changes its header. The last of several entries of one path counts.
//   - A hard link has the content of its target at that time and keeps it when the target's name goes away.
//   - Absent parent directories are there without an entry.
//
// Facts of an entry live while a visible name has its content; a package while a name where a cataloger looks for it
// has. Pure: the layers are not changed, strings stay theirs. Time is linear in entries and facts of all layers
// together (times 40 for hostile symlinks).
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "model/image.h"

namespace drydock::inventory {

// Lowest layer first. Sets everything of Image but name, digest and config:
//   os        from etc/os-release or what stands in for it (os_release.h)
//   files     by the path as the archive spells it
//   packages  in the order of files; Package::release from os; a deb of a distribution that is not Debian has
//             ecosystem unknown, as Debian's advisories do not speak of it. `at.layer` is the lowest layer from which
//             on the same file says the same name, version and architecture. Distribution metadata that a deb
//             installed (see is_distribution_path) is not listed: the deb is. Nor is what apk's database says that one
//             of Alpine's packages brought, nor a Go program in Debian's folders that was built without modules.
//   secrets   of every layer; `deleted_above` where no visible name has the content
Image squash(std::span<const std::shared_ptr<const LayerRecord>> layers);

// True where dpkg alone installs Python distributions and Node packages: their PyPI or npm version says nothing about
// the distribution's backported fixes, and the deb is in dpkg's database (Debian Python Policy 3.1; Debian JavaScript
// Policy). pip on Debian installs to usr/local. A path rule, because dpkg's file lists are not kept; the price: a
// third-party deb's modules are known by the deb alone.
bool is_distribution_path(std::string_view path);

// What an image holds is what is installed in it: a lockfile beside the node_modules that it led to, or a requirements
// file where pip has installed, says the same again or has been overtaken. Where nothing is installed the manifest is
// all there is, and stays. Not for working trees, where the manifest is the source.
std::vector<Package> without_manifests_of_installed(std::span<const Package> packages);

// What catalogers could not read in files that are visible, and what concerns a whole layer.
struct ImageUnknown {
  uint32_t layer = 0;
  std::string_view path;  // empty: the layer
  std::string_view reason;
};
std::vector<ImageUnknown> unknowns_of(const Image& image);
std::vector<ImageUnknown> unknowns_of(Image&&) = delete;  // the views would outlive the layers

}  // namespace drydock::inventory
