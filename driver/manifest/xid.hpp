// Which letters may stand in names: Unicode's XID_Start and XID_Continue (UAX #31).
#pragma once

namespace cargo_wasm::manifest {

/// Without `_`, which cargo allows at the start of names on its own account.
[[nodiscard]] bool is_xid_start(char32_t letter);
[[nodiscard]] bool is_xid_continue(char32_t letter);

} // namespace cargo_wasm::manifest
