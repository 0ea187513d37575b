// The import ledger for people and for programs.
#pragma once
#include <span>
#include <string>

#include <cargo_wasm/link/hosts.hpp>
#include <cargo_wasm/link/ledger.hpp>

namespace cargo_wasm::link {

/// One module. `whole_paths`: every function on the way to an import, else long ways are cut in the middle.
/// @param graph  of the build, where the files of places are looked up
[[nodiscard]] std::string ledger_text(
    const Env& env, const plan::ActionGraph& graph, const Ledger& ledger, const std::vector<host::Profile>& hosts, bool whole_paths);

/// docs/formats/import-ledger.md; the modules' paths are relative to the current directory where they lie below it.
[[nodiscard]] std::string ledger_json(const Env& env, std::span<const Ledger> ledgers, const std::vector<host::Profile>& hosts);

} // namespace cargo_wasm::link
