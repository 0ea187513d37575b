// The parts of a ledger that its file and what users are shown have in common.
#pragma once
#include <nlohmann/json.hpp>

#include <cargo_wasm/link/ledger.hpp>

namespace cargo_wasm::link {

[[nodiscard]] nlohmann::ordered_json artifact_json(const Ledger& ledger);
[[nodiscard]] nlohmann::ordered_json entry_json(const LedgerEntry& entry);
/// With a line end behind it; bytes that are no UTF-8 are replaced.
[[nodiscard]] std::string dump(const nlohmann::ordered_json& document);

} // namespace cargo_wasm::link
