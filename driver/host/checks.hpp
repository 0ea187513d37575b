// The parts of `check`, one file each. All of them append to the violations.
#pragma once
#include <cargo_wasm/host/check.hpp>
#include <cargo_wasm/wasm/module.hpp>

namespace cargo_wasm::host {

using Violations = std::vector<Error>;

/// "`app.wasm`": the file's name, which is how messages call the artifact.
[[nodiscard]] std::string shown_artifact(const CheckRequest& request);
/// "host `browser`".
[[nodiscard]] std::string shown_host(const CheckRequest& request);
/// "function", "memory" …
[[nodiscard]] std::string_view shown_kind(wasm::ExternalKind kind);
[[nodiscard]] base::BinarySpan place(const CheckRequest& request, std::uint64_t offset, std::string what);

[[nodiscard]] Result<> check_module_imports(const CheckRequest& request, const wasm::Module& module, Violations& violations);
/// Of a component: interfaces, with their versions.
void check_component_import(const CheckRequest& request, std::string_view name, std::uint64_t offset, Violations& violations);
[[nodiscard]] Result<> check_features(const CheckRequest& request, const wasm::Module& module, Violations& violations);
[[nodiscard]] Result<> check_exports(const CheckRequest& request, const wasm::Module& module, Violations& violations);
/// Limits of memory, tables and counts, and whether memory is shared.
[[nodiscard]] Result<> check_sizes(const CheckRequest& request, const wasm::Module& module, Violations& violations);
void check_file_size(const CheckRequest& request, Violations& violations);

} // namespace cargo_wasm::host
