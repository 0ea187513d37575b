#pragma once
#include <cargo_wasm/manifest/manifest.hpp>

namespace cargo_wasm::manifest {

/// As `read_manifest`, for a document that is parsed already.
[[nodiscard]] Result<std::shared_ptr<const Manifest>>
read_parsed_manifest(const base::ReadOnlyFilesystem& fs, std::shared_ptr<const TomlDocument> document, const ReadOptions& options);

/// Where a dependency's key stands, in whichever table; nullopt when the document does not name it.
[[nodiscard]] std::optional<Position> find_dependency_place(const TomlTable& owner, std::string_view name);

} // namespace cargo_wasm::manifest
