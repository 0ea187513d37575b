#include "submitted_change.hpp"

#include <chrono>

#include <cargo_wasm/manifest/config.hpp>

namespace cargo_wasm::ops {

Result<registry_server::WitnessAsking> witness_asking(const Env& env)
{
  CW_TRY_ASSIGN(const auto config, manifest::Config::load(env, {}));
  registry_server::WitnessAsking asking;
  CW_TRY_ASSIGN(asking.http, config->http_options());
  return asking;
}

Result<registry_server::Recorded> submit_change(const Env& env, const Path& directory, const registry_server::OperatorChange& change)
{
  constexpr std::chrono::seconds k_patience(45);
  CW_TRY_ASSIGN(const registry_server::WitnessAsking asking, witness_asking(env));
  return registry_server::submit(env, directory, change, k_patience, asking);
}

} // namespace cargo_wasm::ops
