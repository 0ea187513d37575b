// An operator's change, made with the HTTP options of the configuration, for the witnesses.
#pragma once
#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/registry_server/operator_change.hpp>

namespace cargo_wasm::ops {

/// How the configuration has requests made. Errors: those of reading it.
[[nodiscard]] Result<registry_server::WitnessAsking> witness_asking(const Env& env);
/// Errors: those of registry_server::submit.
Result<registry_server::Recorded> submit_change(const Env& env, const Path& directory, const registry_server::OperatorChange& change);

} // namespace cargo_wasm::ops
