// Whether the files of a registry, a mirror or any log in tlog-tiles form are whole and agree with one another. Everything is read: the
// checkpoint, tiles and entries, what the entries state and who signed it, the chain of each crate's statements, the name map as it
// follows from them, index files, archives.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/registry_tlog/log_policy.hpp>

namespace cargo_wasm::registry_mirror {

struct Fault
{
  std::string file; ///< below the public directory
  std::optional<std::uint64_t> entry;
  std::string what;
  auto operator<=>(const Fault&) const = default;
};

struct CheckReport
{
  std::string log;         ///< its origin
  bool is_registry = true; ///< else a log alone
  std::uint64_t entries = 0, tiles = 0, crates = 0, versions = 0;
  std::uint64_t time = 0; ///< of the newest snapshot
  std::vector<Fault> faults;
};

/// Checks the files in `public_directory`. `policy`: of a log that belongs to no federation; with one it comes from the federation's
/// document. Faults are no errors. Cost: reads and hashes every file once. Errors: those of listing; CW1255 a log alone needs a policy.
[[nodiscard]] Result<CheckReport>
check_files(const base::ReadOnlyFilesystem& fs, const base::Path& public_directory, const std::optional<registry_tlog::LogPolicy>& policy);

} // namespace cargo_wasm::registry_mirror
