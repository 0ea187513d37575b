// `cargo-wasm vendor`: all dependencies of a project as directories beside it.
#pragma once
#include <string>
#include <vector>

#include <cargo_wasm/ops/requests.hpp>

namespace cargo_wasm::ops {

struct VendorRequest
{
  std::string destination = "vendor"; ///< as typed: the configuration that is printed has it so
  std::vector<Path> manifests;        ///< of other projects, whose dependencies come along
  bool keeps_others = false;          ///< nothing that is there is removed
  bool versioned_directories = false;
  bool respects_sources = false; ///< `[source]` of the configuration
};

/// Makes the directory source that `cargo vendor` makes, byte for byte, and prints the configuration that uses it. A package takes its
/// place by a rename. Errors: CW1129 two sources have one version; those of resolving, of the network, of archives and of writing.
Result<> vendor(const Env& env, const GlobalOptions& options, const VendorRequest& request);

} // namespace cargo_wasm::ops
