// Under which key a ledger is kept, and by which names its places go.
#pragma once
#include <cargo_wasm/link/ledger.hpp>

namespace cargo_wasm::link {

/// The inputs of the link and of everything below it, as one digest: sources, arguments, variables, toolchain, what build scripts said.
/// Equal in every checkout. nullopt: one of them is not known, because it moved while it was read.
[[nodiscard]] std::optional<std::string> ledger_key(const exec::InspectedAction& link);

/// `file` (absolute) without this machine: below the package, OUT_DIR, target directory, workspace, or cargo's home.
[[nodiscard]] LedgerPlace place_of(const plan::ActionGraph& graph, const plan::ActionTemplate& crate, const base::TextSpan& where);

[[nodiscard]] LinkedArtifact artifact_of(const plan::ActionTemplate& link);

} // namespace cargo_wasm::link
