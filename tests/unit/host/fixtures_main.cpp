// Writes a valid module for each feature to a directory, as FEATURE.wasm: tests/e2e/hosts asks real hosts what they think of them.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "module_draft.hpp"

int main(int count, char** arguments)
{
  using namespace cargo_wasm;
  if (count != 2) {
    std::fputs("usage: host_fixtures DIRECTORY\n", stderr);
    return 2;
  }
  for (std::size_t i = 1; i < wasm::k_features; ++i) {
    const auto feature = static_cast<wasm::Feature>(i);
    if (const auto content = test::module_using(feature)) {
      const std::filesystem::path file = std::filesystem::path(arguments[1]) / (std::string(wasm::name_of(feature)) + ".wasm");
      std::ofstream(file, std::ios::binary) << *content;
    }
  }
  return 0;
}
