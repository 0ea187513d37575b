// A registry that this machine knows, ready to be read.
#pragma once
#include <memory>
#include <string>

#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/ops/requests.hpp>
#include <cargo_wasm/registry_client/verified_registry.hpp>

namespace cargo_wasm::ops {

struct FederationReader
{
  std::unique_ptr<manifest::Config> config;
  std::unique_ptr<base::HttpClient> client; ///< nullptr offline
  registry_client::KnownRegistry known;

  /// As it is now; this object outlives it.
  [[nodiscard]] std::unique_ptr<registry_client::VerifiedRegistry> read(const Env& env) const;
};

/// Errors: CW1108 none of that name is known; those of the configuration.
[[nodiscard]] Result<FederationReader> open_federation_reader(const Env& env, const GlobalOptions& options, const std::string& name);

} // namespace cargo_wasm::ops
