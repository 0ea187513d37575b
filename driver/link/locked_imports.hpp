// A ledger's imports as the lock has them.
#pragma once
#include <cargo_wasm/link/import_lock.hpp>

namespace cargo_wasm::link {

/// One import of the module, or interface of the component, as the lock would have it.
struct PresentImport
{
  LockedImport import;                ///< `module` with a version where it has one: "wasi:io/streams@0.2.6"
  const LedgerEntry* entry = nullptr; ///< nullptr: an interface that only an adapter wants
};

/// Sorted, each once. The entries lie in `ledger`.
[[nodiscard]] std::vector<PresentImport> present_imports(const Ledger& ledger);

/// "wasi:io/streams@^0.2" of "wasi:io/streams@0.2.6": what a host of a later version provides as well. Pre-releases and 0.0.x stay exact.
[[nodiscard]] std::string module_range(std::string_view module);

/// Whether a module's name is one that the lock's allows.
[[nodiscard]] bool is_in_range(std::string_view range, std::string_view module);

[[nodiscard]] LinkedArtifact key_of(const LinkedArtifact& artifact);

} // namespace cargo_wasm::link
