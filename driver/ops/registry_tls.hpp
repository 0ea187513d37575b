// `--tls-cert FILE --tls-key FILE` of `registry serve`.
#pragma once
#include <memory>

#include <cargo_wasm/ops/registry_verbs.hpp>
#include <cargo_wasm/registry_server/tls_certificate.hpp>

namespace cargo_wasm::ops {

/// nullptr without the options. Errors: CW1205 one without the other, CW1083.
[[nodiscard]] Result<std::unique_ptr<registry_server::TlsCertificate>> open_tls(const Env& env, const RegistryServeRequest& request);
/// Warns when clients that come to this address would not take the certificate.
void check_tls_address(const Env& env, const registry_server::TlsCertificate& certificate, const std::string& base_url);

} // namespace cargo_wasm::ops
