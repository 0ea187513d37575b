// wasm-imports.lock beside a workspace's Cargo.lock.
#pragma once
#include <memory>
#include <optional>

#include <cargo_wasm/link/import_lock.hpp>

#include "compile.hpp"

namespace cargo_wasm::ops {

[[nodiscard]] Path import_lock_file(const plan::ActionGraph& graph);

/// The directory of import ledgers that all checkouts have in common.
[[nodiscard]] Path shared_ledgers(const Env& env);

/// `--locked-imports`: a build whose links are compared with the lock. Errors of the comparison: CW0923 there is no lock, CW0924.
void lock_imports(const Env& env, const PlannedBuild& planned, exec::ExecuteOptions& exec);

/// Writes the lock anew with what was built in it, if that changes it. Errors: CW0924 the present one cannot be read.
[[nodiscard]] Result<> write_import_lock(const Env& env, const plan::ActionGraph& graph, const std::vector<link::Ledger>& ledgers);

/// Without `--locked-imports`: a warning for each difference from the lock, if there is one.
[[nodiscard]] Result<> warn_of_import_lock(const Env& env, const plan::ActionGraph& graph, const std::vector<link::Ledger>& ledgers);

} // namespace cargo_wasm::ops
