// The log's part of a check: checkpoint, tiles, bundles.
#pragma once
#include <functional>

#include <cargo_wasm/registry_mirror/check.hpp>
#include <cargo_wasm/registry_tlog/checkpoint.hpp>

namespace cargo_wasm::registry_mirror {

/// Called for each entry that belongs to the checkpoint, in their order.
using OnEntry = std::function<void(std::uint64_t index, std::string_view entry)>;

/// Checks every tile and bundle that the checkpoint speaks of. What is wrong is added to `report`, once a file.
Result<> check_log(const base::ReadOnlyFilesystem& fs,
                   const base::Path& directory,
                   const registry_tlog::Checkpoint& checkpoint,
                   CheckReport& report,
                   const OnEntry& on_entry);

/// One line of an error, for a fault.
[[nodiscard]] std::string one_line(const Error& error);

} // namespace cargo_wasm::registry_mirror
