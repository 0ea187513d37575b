// What a registry refuses, as cargo shows it, and why a token admits to no change: said with the same words whether the request's body was
// read or not.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/registry_server/accounts.hpp>
#include <cargo_wasm/registry_server/api.hpp>
#include <cargo_wasm/registry_trust/authorization.hpp>

namespace cargo_wasm::registry_server {

// Where changes are sent (docs/formats/registry-api.md).
inline constexpr std::string_view k_api_publish = "/api/v1/crates/new", k_api_set = "/api/v1/cargo-wasm/publish-set",
                                  k_api_keys = "/api/v1/cargo-wasm/keys", k_api_components = "/api/v1/cargo-wasm/components/";

/// Errors: CW1216. nullopt: `grant`, of the token that was sent, is good at this time; what it allows is another question.
[[nodiscard]] std::optional<Error> token_refusal(const registry_trust::Authorization& sent, const std::optional<TokenGrant>& grant);

} // namespace cargo_wasm::registry_server
