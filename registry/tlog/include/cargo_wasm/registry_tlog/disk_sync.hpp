// What has to be on the disk before somebody is told of it.
#pragma once
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::registry_tlog {

/// Waits until everything that was written to the file system of `directory` is on the disk (syncfs). Errors: CW0003.
[[nodiscard]] Result<> bring_onto_disk(const base::Path& directory);

} // namespace cargo_wasm::registry_tlog
