// The config of a Wasm artifact (application/vnd.wasm.config.v0+json): what the one layer of its manifest is.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/registry_oci/names.hpp>

namespace cargo_wasm::registry_oci {

inline constexpr std::size_t k_max_config_bytes = 1024 * 1024;

/// What a component imports and exports, as full names: "wasi:io/poll@0.2.6", "run".
struct ComponentNames
{
  std::vector<std::string> exports, imports;
  std::optional<std::string> target; ///< the world it was made for
  bool operator==(const ComponentNames&) const = default;
};

struct WasmConfig
{
  std::string created; ///< "2026-01-01T00:00:00Z"
  std::optional<std::string> author;
  std::string os; ///< "wasip1" for modules, "wasip2" for components
  std::vector<Sha256> layers;
  std::optional<ComponentNames> component; ///< of components only
  bool operator==(const WasmConfig&) const = default;
};

/// Errors: CW1158.
[[nodiscard]] Result<WasmConfig> parse_wasm_config(std::string_view text);
[[nodiscard]] std::string to_json(const WasmConfig& config);

} // namespace cargo_wasm::registry_oci
