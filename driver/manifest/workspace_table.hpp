#pragma once
#include "fields.hpp"

namespace cargo_wasm::manifest {

/// `[workspace]` of the manifest. nullopt: absent, or an error was set.
[[nodiscard]] std::optional<WorkspaceTable> read_workspace_table(ReadState& state, const Fields& manifest);

} // namespace cargo_wasm::manifest
