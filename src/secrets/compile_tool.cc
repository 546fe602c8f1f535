// Build-time only: compiles the patterns of all rules (0.4 s, too long for every start) and writes pattern_file.h's
// format. Refuses a rule whose reach is unknown, so a wrong table does not build.
#include <hs.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "secrets/pattern_file.h"

namespace drydock::secrets {
namespace {

int compile(const char* path) {
  std::vector<const char*> patterns;
  std::vector<unsigned> flags, ids;
  std::vector<uint32_t> widths(all_rules().size(), 0);
  for (size_t i = 0; i < all_rules().size(); ++i) {
    const Rule& rule = *all_rules()[i];
    if (rule.pattern.empty()) continue;
    hs_expr_info_t* info = nullptr;
    hs_compile_error_t* error = nullptr;
    // The views are string literals, so they end in a NUL.
    if (hs_expression_info(rule.pattern.data(), HS_FLAG_DOTALL, &info, &error) != HS_SUCCESS) {
      std::fprintf(stderr, "%s: %s\n", rule.id.data(), error->message);
      hs_free_compile_error(error);
      return 1;
    }
    widths[i] = rule.look_back ? rule.look_back : info->max_width;
    const bool unbounded = widths[i] > UINT16_MAX;
    free(info);
    if (unbounded) {
      std::fprintf(stderr, "%s: its pattern has no greatest width; give it a look_back\n", rule.id.data());
      return 1;
    }
    patterns.push_back(rule.pattern.data());
    flags.push_back(HS_FLAG_DOTALL);
    ids.push_back(static_cast<unsigned>(i));
  }
  const hs_platform_info_t any_cpu{};
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_compile_multi(patterns.data(), flags.data(), ids.data(), static_cast<unsigned>(patterns.size()), HS_MODE_BLOCK,
                       &any_cpu, &database, &error) != HS_SUCCESS) {
    std::fprintf(stderr, "%s: %s\n",
                 error->expression < 0 ? "all patterns" : patterns[static_cast<size_t>(error->expression)],
                 error->message);
    hs_free_compile_error(error);
    return 1;
  }
  char* bytes = nullptr;
  size_t size = 0;
  const hs_error_t rc = hs_serialize_database(database, &bytes, &size);
  hs_free_database(database);
  std::FILE* out = rc == HS_SUCCESS ? std::fopen(path, "wb") : nullptr;
  if (out == nullptr) {
    std::perror(path);
    return 1;
  }
  const PatternFile header{.rules_hash = hash_of_patterns(),
                           .rule_count = static_cast<uint32_t>(widths.size()),
                           .database_size = static_cast<uint32_t>(size)};
  bool written = std::fwrite(&header, sizeof header, 1, out) == 1;
  written = written && std::fwrite(widths.data(), sizeof widths[0], widths.size(), out) == widths.size();
  written = written && std::fwrite(bytes, 1, size, out) == size;
  free(bytes);
  return std::fclose(out) == 0 && written ? 0 : 1;
}

}  // namespace
}  // namespace drydock::secrets

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s OUTPUT\n", argv[0]);
    return 2;
  }
  return drydock::secrets::compile(argv[1]);
}
