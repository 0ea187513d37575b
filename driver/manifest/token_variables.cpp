#include <cargo_wasm/manifest/token_variables.hpp>

#include <fmt/format.h>

namespace cargo_wasm::manifest {

std::vector<std::string> variables_of_tokens(const Config& config)
{
  constexpr std::string_view k_remotes = "cargo-wasm.cache.remote";
  std::vector<std::string> names;
  for (const std::string& remote : config.table_keys(k_remotes)) {
    const auto name = config.get_string(fmt::format("{}.{}.token-env", k_remotes, config_key_part(remote)));
    if (name && *name) {
      names.push_back((*name)->value);
    }
  }
  if (const auto name = config.get_string("cargo-wasm.execution.token-env"); name && *name) {
    names.push_back((*name)->value);
  }
  return names;
}

} // namespace cargo_wasm::manifest
