#pragma once
#include "dispatch.hpp"

#include <cargo_wasm/ops/registry_trust_verbs.hpp>

namespace cargo_wasm::cli {

/// Runs a verb of `registry` for keys, signatures, federations and revocations; nullopt for any other verb.
std::optional<Result<Outcome>> dispatch_registry_trust(const Env& env, const ParsedArguments& parsed);

/// Asks on the terminal, without showing what is typed.
[[nodiscard]] ops::KeyOpening key_opening();
/// The paths of an option that may be given several times.
[[nodiscard]] std::vector<Path> paths_of(const Env& env, const ParsedArguments& parsed, std::string_view name);

} // namespace cargo_wasm::cli
