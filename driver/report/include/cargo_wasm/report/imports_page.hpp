// The import ledger as a page: one file that needs nothing else, drawn from the ledger's JSON.
#pragma once
#include <string>
#include <string_view>

namespace cargo_wasm::report {

/// @param ledger_json  what `imports --json` prints (docs/formats/import-ledger.md)
[[nodiscard]] std::string imports_page(std::string_view ledger_json);

} // namespace cargo_wasm::report
