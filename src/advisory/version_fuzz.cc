#include <cstddef>
#include <cstdint>
#include <string_view>

#include "advisory/version.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace drydock::advisory;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  size_t half = text.find(' ');
  std::string_view a = text.substr(0, half);
  std::string_view b = half == text.npos ? text : text.substr(half + 1);
  for (VersionScheme scheme :
       {VersionScheme::debian, VersionScheme::pep440, VersionScheme::semver, VersionScheme::apk, VersionScheme::go}) {
    auto forth = compare_versions(scheme, a, b);
    auto back = compare_versions(scheme, b, a);
    if (forth.has_value() != back.has_value()) __builtin_trap();
    if (forth && (*forth < 0) != (*back > 0)) __builtin_trap();
    (void)compare_lines(scheme, text);
  }
  return 0;
}
