// Tokens for reading private registries with a federation, by the address that they are sent to.
#pragma once
#include <string>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/registry_client/known_registry.hpp>
#include <cargo_wasm/registry_client/tokens.hpp>

namespace cargo_wasm::source {

/// Which token is sent to `base`, the address of a registry's files: that of the registry of the configuration whose index is exactly this
/// address; else, when the federation's signed document lists the address, that of the registry whose index is its canonical address. The
/// names that documents give to registries mean nothing here. A federation that was believed on first use has no say: then only its
/// canonical address gets a token. `federation` may be nullptr.
/// Errors: CW1082 the address is nobody's; those of `find_token`.
[[nodiscard]] Result<std::string> token_to_read(const Env& env,
                                                const manifest::Config& config,
                                                const std::string& base,
                                                const registry_trust::Federation* federation,
                                                bool on_first_use);
/// The same for all mirrors of a registry that is read, whose own token is asked for once: a provider may be somebody who types. `env`,
/// `config` and `known` outlive what comes.
[[nodiscard]] registry_client::TokenSource
tokens_to_read(const Env& env, const manifest::Config& config, const registry_client::KnownRegistry& known);
/// With what this machine knows of federations.
[[nodiscard]] Result<std::string> token_to_read(const Env& env, const manifest::Config& config, const std::string& base);

} // namespace cargo_wasm::source
