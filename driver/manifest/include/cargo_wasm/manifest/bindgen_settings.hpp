// Whether a package wants JavaScript around its module, and which: `[package.metadata.wasm.bindgen]`, or the same of the workspace
// (docs/guide/bindings.md).
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/manifest/manifest.hpp>

namespace cargo_wasm::manifest {

struct BindgenSettings
{
  std::optional<std::string> target; ///< one of bindgen_targets(); nullopt: no bindings are wanted
  bool typescript = true;            ///< declarations beside the JavaScript
  std::vector<std::string> args;     ///< further options of wasm-bindgen
  bool operator==(const BindgenSettings&) const = default;
};

/// What wasm-bindgen's `--target` takes, as far as it makes a directory of files: "bundler", "deno", "no-modules", "nodejs", "web".
[[nodiscard]] std::span<const std::string_view> bindgen_targets();

/// A value for `target` that it cannot have. `where`: a place in a file, or none.
[[nodiscard]] Error bad_bindgen_target(std::string_view value);

/// The package's settings; what it does not say, the workspace's. Errors: CW0880 a target that does not exist, CW0881 an unknown key;
/// CW0102, CW0185 a value of another type. Cost: nothing for manifests without such a table; else the file is read once more, for the
/// places in messages.
[[nodiscard]] Result<BindgenSettings>
read_bindgen_settings(const base::ReadOnlyFilesystem& fs, const Manifest& package, const Manifest& workspace_root);

} // namespace cargo_wasm::manifest
