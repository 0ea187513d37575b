// The variables that hold tokens of remote caches and of the executor, by their names in the configuration: no child of ours gets them.
#pragma once
#include <string>
#include <vector>

#include <cargo_wasm/manifest/config.hpp>

namespace cargo_wasm::manifest {

/// `token-env` of each `[cargo-wasm.cache.remote.NAME]` and of `[cargo-wasm.execution]`. What is wrong with these tables is told by who
/// reads them.
[[nodiscard]] std::vector<std::string> variables_of_tokens(const Config& config);

} // namespace cargo_wasm::manifest
