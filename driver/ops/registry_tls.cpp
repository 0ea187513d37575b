#include "registry_tls.hpp"

#include <fmt/format.h>

namespace cargo_wasm::ops {

Result<std::unique_ptr<registry_server::TlsCertificate>> open_tls(const Env& env, const RegistryServeRequest& request)
{
  if (!request.tls_certificate && !request.tls_key) {
    return nullptr;
  }
  if (!request.tls_certificate || !request.tls_key) {
    return fail(Error("CW1205", "TLS needs a certificate and its key", Blame::usage).help("`--tls-cert FILE --tls-key FILE`"));
  }
  return registry_server::TlsCertificate::open(env, {.certificate = *request.tls_certificate, .key = *request.tls_key});
}

void check_tls_address(const Env& env, const registry_server::TlsCertificate& certificate, const std::string& base_url)
{
  constexpr std::string_view k_secure = "https://";
  if (!base_url.starts_with(k_secure)) {
    env.reporter.warning(Error("CW1083", fmt::format("the registry's address is `{}`, without TLS", base_url), Blame::user)
                             .note("lock files and the log have this address, and clients go there")
                             .help("`registry init --url https://…/` makes one that is reached over TLS"));
    return;
  }
  std::string host = base_url.substr(k_secure.size());
  host = host.substr(0, host.find('/'));
  host = host.starts_with('[') ? host.substr(1, host.find(']') - 1) : host.substr(0, host.find(':'));
  if (!certificate.is_for(host)) {
    env.reporter.warning(Error("CW1083", fmt::format("the certificate is not for `{}`", host), Blame::user)
                             .note(fmt::format("clients reach the registry at `{}`, and will not take it", base_url))
                             .help("ask for a certificate with this name among its alternative names"));
  }
}

} // namespace cargo_wasm::ops
