// A table below `[package.metadata.wasm]` or `[workspace.metadata.wasm]`, read again from its file, so that messages can show the place.
#pragma once
#include <functional>
#include <string_view>

#include "fields.hpp"

namespace cargo_wasm::manifest {

/// Calls `read` with the table `metadata.wasm.KEY` of `section` ("package", "workspace"), or `metadata.wasm` itself without a key, if the
/// manifest has one; `metadata` is what is known of it already, so that nothing is read where there is none. Errors: what `read` leaves in
/// the state; CW0102 it is no table.
[[nodiscard]] Result<> read_wasm_table(const base::ReadOnlyFilesystem& fs,
                                       const Manifest& manifest,
                                       const std::shared_ptr<const nlohmann::json>& metadata,
                                       std::string_view section,
                                       std::string_view key,
                                       const std::function<void(const Fields&)>& read);

} // namespace cargo_wasm::manifest
