// A build script runs where its earlier run left files: scripts keep caches in OUT_DIR. What it makes then is made of these, too, so they
// count in the key, and the result is its checkout's alone.
#pragma once
#include "shared_key.hpp"

namespace cargo_wasm::exec {

/// The platform property.
inline constexpr const char* k_out_dir_before = "out-dir-before";

/// The key of a run in OUT_DIR as it lies there; `key` itself when there is nothing in it, or when this is no run of a build script.
/// Errors: those of reading. Cost: its files are hashed, but for those that this process has looked at.
[[nodiscard]] Result<std::shared_ptr<const SharedKey>>
with_out_dir_before(const Context& context, const plan::ActionTemplate& tmpl, const std::shared_ptr<const SharedKey>& key);

/// Every file below an output directory, by place name.
[[nodiscard]] Result<std::vector<RecordedFile>>
files_of_directory(const Context& context, const std::string& name, const base::Path& directory);

} // namespace cargo_wasm::exec
