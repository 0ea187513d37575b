// How code is compiled for a host: the features of its instructions, and a std that has them, too.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/ops/project.hpp>
#include <cargo_wasm/toolchain/rustc_info.hpp>

namespace cargo_wasm::ops {

struct HostBuild
{
  toolchain::FlagsOfTriple flags;       ///< that come before the user's own
  std::vector<std::string> std_triples; ///< for which std is compiled with the project
  std::string reason;                   ///< why; empty: no host asks for it
};

/// What hosts ask of the targets that they choose. A target that the user chose instead is compiled as without them.
/// Errors: CW0984 packages for one target are built for hosts that want different code, which one build cannot have.
[[nodiscard]] Result<HostBuild> host_build(const std::vector<PackagePtr>& selected, const PackageHosts& hosts, const TargetChoice& target);

} // namespace cargo_wasm::ops
