// What `wkg` is configured with: which registry has which package, and how one is let in. Read, never written.
#pragma once
#include <map>
#include <optional>
#include <string>

#include <cargo_wasm/base/env.hpp>

namespace cargo_wasm::ops {

/// A registry by its host, with what would otherwise be fetched from it.
struct WkgRegistry
{
  std::string host;
  std::optional<std::string> metadata; ///< JSON as of `registry.json`
};

struct WkgConfig
{
  std::optional<std::string> default_registry;
  std::map<std::string, WkgRegistry, std::less<>> namespaces, packages;
  std::map<std::string, std::string, std::less<>> basic; ///< "user:password" of a registry
  Path file;                                             ///< empty: there is none
};

/// $WKG_CONFIG_FILE, else `wasm-pkg/config.toml` in $XDG_CONFIG_HOME or ~/.config. Errors: CW0100 no TOML, CW1161 keys of another kind.
[[nodiscard]] Result<WkgConfig> read_wkg_config(const Env& env);

/// The registry of "ns:name": its own line, its namespace's, the default one.
[[nodiscard]] std::optional<WkgRegistry> wkg_registry_of(const WkgConfig& config, const std::string& space, const std::string& name);

} // namespace cargo_wasm::ops
