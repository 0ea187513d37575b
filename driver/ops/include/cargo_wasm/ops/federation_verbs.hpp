// `cargo-wasm registry add | remove | status | proxy`: using registries with a federation.
#pragma once
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/ops/requests.hpp>

namespace cargo_wasm::ops {

struct RegistryAddRequest
{
  std::string url;
  std::optional<std::string> key;  ///< that its document must name
  std::optional<std::string> root; ///< "sha256:HEX" of its document
  bool trust_on_first_use = false;
};
/// Learns a federation and names the registry in `$CARGO_HOME/config.toml`. Errors: CW1104, CW1105, CW1101, those of transfers.
Result<> registry_add(const Env& env, const GlobalOptions& options, const RegistryAddRequest& request);
/// Forgets one. Errors: CW1108 none of that name is known.
Result<> registry_remove(const Env& env, const GlobalOptions& options, const std::string& name);

struct RegistryStatusRequest
{
  std::vector<std::string> names; ///< none: all that are known
  bool json = false;
};
/// Prints the state of registries and of each of their mirrors. Errors: CW1108, those of reading them (behind the table).
Result<> registry_status(const Env& env, const GlobalOptions& options, const RegistryStatusRequest& request);

/// Prints what this machine has downloaded from registries with a federation; `json`: the lines of the log themselves. Errors: CW1120.
Result<> registry_downloads(const Env& env, const GlobalOptions& options, bool json);

struct RegistryProxyRequest
{
  std::string name;
  std::string listen = "127.0.0.1:0";
  std::optional<Path> port_file;
  std::stop_token stop;
};
/// Serves a registry, verified, to plain cargo until it is stopped. Errors: CW1108, CW1204.
Result<> registry_proxy(const Env& env, const GlobalOptions& options, const RegistryProxyRequest& request);

} // namespace cargo_wasm::ops
