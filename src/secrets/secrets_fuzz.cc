// Any bytes under several kinds of path: no crash, spans inside the bytes, at most one hit per byte, masks that hide.
#include "secrets/secrets.h"

#include <cstdint>
#include <cstdlib>
#include <string>

#include "secrets/mask.h"
#include "secrets/sample.h"
#include "secrets/validators.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace drydock::secrets;
  static Scanner scanner = *Scanner::create();
  // The input is also expanded as a template of samples, so that "{an:36}" in a seed becomes what the seeds may not
  // hold.
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  for (const std::string& bytes : {std::string(raw), make_sample(raw.substr(0, 4096), size)}) {
    for (std::string_view path : {"a.py", ".env", "docs/a.md", "go.sum", "a"}) {
      std::vector<Hit> hits;
      scanner.scan(bytes, path, hits, {.keep_dismissed = path == ".env"});
      uint32_t end = 0;
      for (const Hit& hit : hits) {
        if (hit.secret.begin < end || hit.secret.end < hit.secret.begin || hit.secret.end > bytes.size()) std::abort();
        if (hit.match.end > bytes.size() || hit.ignored_by.end > bytes.size()) std::abort();
        end = hit.secret.end;
        if (mask_line(bytes, hit, hits).size() > 160) std::abort();
        keyed_hash(*hit.rule, hit.secret.of(bytes), "key");
      }
    }
    parse_private_key(bytes);
  }
  return 0;
}
