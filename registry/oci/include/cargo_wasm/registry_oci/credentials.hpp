// How somebody is let in: what docker's `config.json` says of a host, and the challenge of a 401.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <cargo_wasm/base/error.hpp>

namespace cargo_wasm::registry_oci {

struct Credentials
{
  std::optional<std::string> bearer; ///< a token, sent as it is
  std::optional<std::string> basic;  ///< "user:password"
  std::string missing;               ///< why there is neither, where that is worth telling
};

/// What `config.json` of docker, podman and others has for a host (`auths`: `auth`, `username` with `password`, `registrytoken`).
/// Credential helpers are not asked; `missing` says so. Errors: CW1152 no JSON, or an `auth` that is none.
[[nodiscard]] Result<Credentials> docker_credentials(std::string_view config, std::string_view host);

/// "WKG_REGISTRY_REGISTRY_EXAMPLE_AUTH_BEARER": the variable that `wkg` reads, too.
[[nodiscard]] std::string token_variable(std::string_view host);

/// `WWW-Authenticate`, of which the first challenge that is understood counts.
struct Challenge
{
  bool is_bearer = false; ///< else basic
  std::string realm, service;
};
[[nodiscard]] std::optional<Challenge> parse_challenge(std::string_view header);

} // namespace cargo_wasm::registry_oci
