// Tokens for registries that ask for them, through cargo's credential providers: `cargo:token` (configuration and
// environment), `cargo:token-from-stdout COMMAND`, and external programs that speak cargo's JSON protocol
// (doc/src/reference/credential-provider-protocol.md).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/manifest/config.hpp>

namespace cargo_wasm::source {

/// The first provider that has a token wins. `headers`: of the server's 401 answer, "name: value". The token appears in
/// no message. Errors: CW0401 nobody has one (with what would set one), CW0409 a provider failed.
[[nodiscard]] Result<std::string> find_token(const Env& env,
                                             const manifest::Config& config,
                                             spec::SourceId registry,
                                             const std::vector<std::string>& headers,
                                             const std::optional<std::string>& login_url);

} // namespace cargo_wasm::source
