#include <cargo_wasm/base/secret_variables.hpp>

#include <algorithm>

namespace cargo_wasm::base {

bool is_secret_variable(std::string_view name)
{
  constexpr std::string_view k_names[] = {
      "CARGO_REGISTRY_TOKEN", "CARGO_WASM_CACHE_KEY", "CARGO_WASM_KEY_PASSPHRASE", "CARGO_WASM_PUBLISH_KEY"};
  const bool is_of_registry = name.starts_with("CARGO_REGISTRIES_") && (name.ends_with("_TOKEN") || name.ends_with("_SECRET_KEY"));
  return is_of_registry || std::find(std::begin(k_names), std::end(k_names), name) != std::end(k_names);
}

EnvMap without_secrets(EnvMap variables)
{
  for (auto it = variables.begin(); it != variables.end();) {
    it = is_secret_variable(it->first) ? variables.erase(it) : std::next(it);
  }
  return variables;
}

} // namespace cargo_wasm::base
