// Which hosts provide an import of the ledger. A host is named only where a file of its own says so, with its evidence; what no file knows
// has an unknown host.
#pragma once
#include <string>
#include <vector>

#include <cargo_wasm/host/profile.hpp>
#include <cargo_wasm/link/ledger.hpp>

namespace cargo_wasm::link {

/// Names of hosts that provide the import, in the order of `hosts`; `the host of this project` for what the project lists. What a host
/// inherits from another is said of the other alone.
[[nodiscard]] std::vector<std::string> hosts_of(const std::vector<host::Profile>& hosts, const LedgerEntry& entry);

} // namespace cargo_wasm::link
