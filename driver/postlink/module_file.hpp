// What the steps behind the linker ask of a module file.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/base/mapped_file.hpp>
#include <cargo_wasm/wasm/failure.hpp>

namespace cargo_wasm::postlink {

[[nodiscard]] wasm::Source source_of(const base::MappedFile& file);

/// The file as a core module. Errors: CW0001, CW0002; CW0857 it is a component or no wasm at all.
[[nodiscard]] Result<base::MappedFile> map_module(const base::ReadOnlyFilesystem& fs, const base::Path& path);

/// The names of `target_features` with `+` or `=`, sorted; of a module without this section, those that its types and instructions need.
/// Errors: CW0612 to CW0616. Cost: nothing with the section, else a pass over the code.
[[nodiscard]] Result<std::vector<std::string>> target_features(const wasm::Source& source);

[[nodiscard]] Result<std::set<std::string>> export_names(const wasm::Source& source);
/// The indices of exported tables, sorted.
[[nodiscard]] Result<std::vector<std::uint32_t>> exported_tables(const wasm::Source& source);
/// "module.name". An optimizer may drop some, and must not add any.
[[nodiscard]] Result<std::set<std::string>> import_names(const wasm::Source& source);
[[nodiscard]] bool has_debug_sections(const wasm::Source& source);

} // namespace cargo_wasm::postlink
