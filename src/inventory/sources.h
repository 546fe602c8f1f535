// Which configuration files a scan keeps (model/sources.h), and their trees.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/arena.h"
#include "model/sources.h"

namespace drydock::inventory {

// The kind by name and, where a name says too little (*.conf, scripts without suffix), by `first_bytes`: the first few
// KiB or the whole file. `other` is not a source. Files below node_modules, site-packages and dist-packages are never
// sources: they configure somebody else's build.
//   dockerfile    Dockerfile, Containerfile, Dockerfile.NAME, NAME.dockerfile (no templates, no program code)
//   compose       compose.yaml, docker-compose.yml, compose.NAME.yml, docker-compose*.yml
//   nginx         nginx.conf; *.conf and *.conf.template in a folder of nginx that is not another program's; any other
//                 *.conf with a server, http or upstream block
//   dotenv        .env, .env.NAME, NAME.env, examples too: checks decide by the name
//   workflow      .github/workflows/*.yml, action.yml
//   dockerignore  .dockerignore, NAME.dockerignore, .gitignore: one syntax family, told apart by path
//   requirements  as the requirements_txt cataloger
//   script        *.sh, *.bash, or a "#!" line of a POSIX shell
SourceKind source_kind(std::string_view path, std::string_view first_bytes);

// Sets source.tree, or source.problem where the bytes do not parse. Kinds without a tree (.dockerignore, requirements,
// scripts) get neither. The tree lives in `arena`, best Sources::arena(), and points into source.bytes.
void parse_source(Source& source, Arena& arena);

// Which files of an image's layer are kept whole for readers of the squashed image: what says the distribution and its
// users, nginx's configuration, apk's database (whose files squash() asks for), and build or deployment files that were
// copied in. Not etc/shadow: its mode is in the
// entry, its hashes are nobody's business. Not below usr/share, usr/lib and the like: packages put example
// configuration there.
bool keep_in_layer(std::string_view path, uint64_t size);

}  // namespace drydock::inventory
