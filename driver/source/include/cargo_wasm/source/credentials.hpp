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

/// What a token is for, as providers are told.
struct TokenUse
{
  std::string operation = "read";            ///< "read", "publish", "yank", "unyank", "owners"
  std::string name = {}, version = {};       ///< of `publish`, `yank`, `unyank`, `owners`
  std::string checksum = {};                 ///< of `publish`
  std::vector<std::string> headers = {};     ///< of the server's 401 answer, "name: value"
  std::optional<std::string> login_url = {}; ///< that it named
};

/// The first provider that has a token wins; where none is configured, changes of a registry take `cargo:token`, as under cargo. The token
/// appears in no message. Errors: CW0401 nobody has one (with what would set one), CW0409 a provider failed, CW0424 reading, and no
/// provider is configured.
[[nodiscard]] Result<std::string> find_token(const Env& env, const manifest::Config& config, spec::SourceId registry, const TokenUse& use);

/// `login`: gives the token to the first provider that takes it; `logout`: the first that had one forgets it. The one that did is named.
/// Errors: CW0409; CW1047 none of the configured providers keeps tokens, or there was none.
[[nodiscard]] Result<std::string> store_token(const Env& env,
                                              const manifest::Config& config,
                                              spec::SourceId registry,
                                              const std::optional<std::string>& token,
                                              const std::vector<std::string>& args);
[[nodiscard]] Result<std::string>
forget_token(const Env& env, const manifest::Config& config, spec::SourceId registry, const std::vector<std::string>& args);
/// Whether the token has to be asked for: a provider that is built in would be the one to keep it.
[[nodiscard]] Result<bool> wants_token_for_login(const manifest::Config& config, spec::SourceId registry);

/// crates.io by the address that it is read from; any other as it is.
[[nodiscard]] spec::SourceId sparse_address_of(spec::SourceId registry);

} // namespace cargo_wasm::source
