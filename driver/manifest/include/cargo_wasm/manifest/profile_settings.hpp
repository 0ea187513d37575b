// What a project wants to happen to a module behind the linker, by Cargo profile: `profile.NAME` in `[workspace.metadata.wasm]` or
// `[package.metadata.wasm]` of the root manifest, and `[wasm.profile.NAME]` of the configuration (docs/guide/profiles.md).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/manifest/manifest.hpp>

namespace cargo_wasm::manifest {

struct ProfileSettings
{
  std::optional<std::string> wasm_opt;                   ///< "0" to "4", "s", "z", "auto"; "off" for `false`
  std::optional<std::vector<std::string>> wasm_opt_args; ///< further options
  base::TextSpan wasm_opt_where;                         ///< of `wasm-opt`; line 0: not in a file
  bool operator==(const ProfileSettings&) const = default;
};

/// The profile's settings; the configuration wins over the manifest, key by key.
/// Errors: CW0860 a value that `wasm-opt` cannot have, CW0861 an unknown key; CW0102, CW0185 a value of another type.
/// Cost: nothing for manifests without such a table; else the file is read once more, for the places in messages.
[[nodiscard]] Result<ProfileSettings>
read_profile_settings(const base::ReadOnlyFilesystem& fs, const Manifest& workspace_root, const Config& config, std::string_view profile);

} // namespace cargo_wasm::manifest
