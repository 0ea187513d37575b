// What a project says of its links in `[package.metadata.wasm]` and `[workspace.metadata.wasm]`, which plain cargo ignores.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/manifest/manifest.hpp>

namespace cargo_wasm::manifest {

struct WasmSettings
{
  /// `imports.allow`: functions that the host provides in module `env` although their declarations do not say so; names without
  /// `env::`, sorted, each once.
  std::vector<std::string> allowed_imports;
  bool operator==(const WasmSettings&) const = default;
};

/// The package's settings and the workspace's together.
/// Errors: CW0166 an entry of `imports.allow` that does not name a function of `env`; CW0102 a value of another type.
/// Cost: nothing for manifests without such a table; else the file is read once more, for the places in messages.
[[nodiscard]] Result<WasmSettings>
read_wasm_settings(const base::ReadOnlyFilesystem& fs, const Manifest& package, const Manifest& workspace_root);

/// The host that a manifest builds for: `host = "browser"`.
struct WantedHost
{
  std::string name;     ///< an id, "ID@VERSION", or a path relative to the manifest's directory
  std::string key;      ///< "`[package.metadata.wasm] host`", for messages
  base::TextSpan where; ///< the value
  bool operator==(const WantedHost&) const = default;
};

/// Of the package, else of the workspace. Errors: CW0102 a value of another type. Cost: as read_wasm_settings.
[[nodiscard]] Result<std::optional<WantedHost>>
read_wanted_host(const base::ReadOnlyFilesystem& fs, const Manifest& package, const Manifest& workspace_root);

/// The compiler that a manifest asks for: `toolchain = "1.96.0"`.
struct WantedToolchain
{
  std::string name;     ///< as rustup takes it
  std::string key;      ///< "`[package.metadata.wasm] toolchain`", for messages
  base::TextSpan where; ///< the value
  bool operator==(const WantedToolchain&) const = default;
};

/// Of the package (null: only the workspace's is wanted), else of the workspace.
/// Errors: CW0167 an unknown key of either table; CW0670 no name of a toolchain; CW0102 a value of another type.
/// Cost: as read_wasm_settings.
[[nodiscard]] Result<std::optional<WantedToolchain>>
read_wanted_toolchain(const base::ReadOnlyFilesystem& fs, const Manifest* package, const Manifest& workspace_root);

} // namespace cargo_wasm::manifest
