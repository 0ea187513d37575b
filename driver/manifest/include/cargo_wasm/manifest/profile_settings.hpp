// What stands beside Cargo's `[profile.NAME]`: how a module is treated that is built with it. `profile.NAME` in
// `[workspace.metadata.wasm]` or `[package.metadata.wasm]` of the root manifest, `[wasm.profile.NAME]` of the configuration, and the
// `[wasm]` part of the profiles that come with cargo-wasm (docs/guide/profiles.md).
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
  std::optional<std::string> wasm_opt_measure;           ///< "size", "gzip", "brotli": which result of "auto" is the best
  std::optional<std::vector<std::string>> wasm_opt_args; ///< further options
  std::optional<std::string> debug_info;                 ///< "embed", "split", "none": where DWARF is in the end
  std::optional<std::string> build_std;                  ///< "off" for `false`, "on" for `true`: compile std with the project
  std::optional<std::vector<std::string>> std_crates;    ///< `build-std = ["core", "alloc"]`: these of it
  std::optional<bool> optimize_for_size;                 ///< std's smaller algorithms
  std::optional<bool> immediate_abort;                   ///< a panic is a trap, without a message
  std::optional<std::string> location_detail;            ///< "full", "none": what a panic knows of its place
  std::optional<std::string> fmt_debug;                  ///< "full", "shallow", "none": what `{:?}` prints
  std::optional<bool> provenance;                        ///< the module names the record of its build
  base::TextSpan wasm_opt_where;                         ///< of `wasm-opt`; line 0: not in a file
  base::TextSpan build_std_where;                        ///< of the first key that needs a std of its own; line 0: not in a file
  bool operator==(const ProfileSettings&) const = default;

  /// Some key asks for what only a std that is compiled with the project can give.
  [[nodiscard]] bool wants_std() const;
};

/// `over` wins, key by key.
[[nodiscard]] ProfileSettings merge(ProfileSettings base, const ProfileSettings& over);

/// One table of settings. Errors: as read_profile_settings.
[[nodiscard]] Result<ProfileSettings>
read_profile_settings_table(const TomlDocument& document, const TomlTable& table, std::string_view path);

/// The profile's settings; the configuration wins over the manifest, key by key.
/// Errors: CW0860 a value that a key cannot have, CW0861 an unknown key; CW0102, CW0185 a value of another type.
/// Cost: nothing for manifests without such a table; else the file is read once more, for the places in messages.
[[nodiscard]] Result<ProfileSettings>
read_profile_settings(const base::ReadOnlyFilesystem& fs, const Manifest& workspace_root, const Config& config, std::string_view profile);

} // namespace cargo_wasm::manifest
