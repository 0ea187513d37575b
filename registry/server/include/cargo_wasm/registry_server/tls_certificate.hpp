// The certificate that a server shows over TLS: a chain and its key, PEM, read again when the files change, so that whoever renews them has
// nothing to restart. TLS 1.2 and 1.3.
#pragma once
#include <memory>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/error.hpp>

struct ssl_ctx_st; // OpenSSL's SSL_CTX

namespace cargo_wasm::registry_server {

struct TlsFiles
{
  base::Path certificate; ///< the server's own first, then those that signed it
  base::Path key;         ///< without a passphrase
};

class TlsCertificate
{
public:
  /// `env` outlives it. Errors: CW1083 a file cannot be read, is no certificate or key, both do not belong together, or its time is over or
  /// has not come.
  [[nodiscard]] static Result<std::unique_ptr<TlsCertificate>> open(const Env& env, TlsFiles files);
  ~TlsCertificate();
  TlsCertificate(const TlsCertificate&) = delete;
  TlsCertificate& operator=(const TlsCertificate&) = delete;

  /// What new connections use. Safe to call from several threads.
  [[nodiscard]] std::shared_ptr<ssl_ctx_st> context() const;
  /// Reads the files again when they have changed. When that fails it warns, once a change, and what was good goes on. For one thread.
  void look();
  /// Whether it is one for this host: a name or an address.
  [[nodiscard]] bool is_for(const std::string& host) const;

private:
  struct State;
  explicit TlsCertificate(std::unique_ptr<State> state);
  std::unique_ptr<State> m_state;
};

} // namespace cargo_wasm::registry_server
