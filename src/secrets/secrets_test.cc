#include "secrets/secrets.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include "secrets/sample.h"

namespace drydock::secrets {
namespace {
TEST(Rules, Compile) {
  for (const Rule* rule : all_rules()) {
    std::string_view p = rule->confirm.empty() ? rule->pattern : rule->confirm;
    re2::RE2 re(re2::StringPiece(p.data(), p.size()), re2::RE2::Latin1);
    EXPECT_TRUE(re.ok()) << rule->id << re.error();
  }
}
}  // namespace
}  // namespace drydock::secrets
