#include <cargo_wasm/registry_server/tls_certificate.hpp>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <mutex>
#include <optional>

namespace cargo_wasm::registry_server {

// A chain with its key, as OpenSSL has it.
struct TlsPair
{
  std::shared_ptr<SSL_CTX> context;
  std::shared_ptr<X509> own;
};

namespace {

template <auto Free> struct OpenSslFree
{
  template <class T> void operator()(T* object) const { Free(object); }
};
using Bio = std::unique_ptr<BIO, OpenSslFree<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, OpenSslFree<X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, OpenSslFree<EVP_PKEY_free>>;

tl::unexpected<Error> unusable(const base::Path& file, std::string why, std::string help)
{
  ERR_clear_error();
  return fail(Error("CW1083", fmt::format("`{}` cannot be used for TLS", file.native()), Blame::environment)
                  .note(std::move(why))
                  .help(std::move(help)));
}

Bio reader_of(std::string_view text)
{
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// There is nobody to ask for a passphrase.
int no_passphrase(char*, int, int, void* asked)
{
  *static_cast<bool*>(asked) = true;
  return 0;
}

std::string time_text(const ASN1_TIME* time)
{
  const Bio out(BIO_new(BIO_s_mem()));
  ASN1_TIME_print(out.get(), time);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(std::max(0L, size))};
}

Result<TlsPair> read_pair(const Env& env, const TlsFiles& files)
{
  const auto chain_text = env.fs.read(files.certificate);
  if (!chain_text) {
    return unusable(files.certificate, chain_text.error().message, "`--tls-cert FILE` names a certificate that this user can read");
  }
  const auto key_text = env.fs.read(files.key);
  if (!key_text) {
    return unusable(files.key, key_text.error().message, "`--tls-key FILE` names a key that this user can read");
  }
  const Bio chain = reader_of(*chain_text);
  TlsPair pair;
  pair.own.reset(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr), X509_free);
  if (!pair.own) {
    return unusable(files.certificate,
                    "there is no certificate in it, in the form that begins with `-----BEGIN CERTIFICATE-----`",
                    "the file has the server's certificate first, then those that signed it");
  }
  bool has_passphrase = false;
  const Bio key_reader = reader_of(*key_text);
  const PrivateKey key(PEM_read_bio_PrivateKey(key_reader.get(), nullptr, no_passphrase, &has_passphrase));
  if (!key) {
    return has_passphrase ? unusable(files.key,
                                     "it is sealed with a passphrase, and a server has nobody to ask",
                                     "`openssl pkey -in FILE -out OPEN` opens it; let nobody else read what comes")
                          : unusable(files.key,
                                     "there is no private key in it, in the form that begins with `-----BEGIN PRIVATE KEY-----`",
                                     "it is the key that the certificate was asked for with");
  }
  if (X509_check_private_key(pair.own.get(), key.get()) != 1) {
    return unusable(files.key,
                    fmt::format("it is not the key of the certificate in `{}`", files.certificate.native()),
                    "give the key that the certificate was asked for with; after a renewal both files are new");
  }
  std::time_t now = std::chrono::system_clock::to_time_t(env.clock.now());
  if (X509_cmp_time(X509_get0_notAfter(pair.own.get()), &now) < 0) {
    return unusable(files.certificate,
                    fmt::format("it has expired: it was good until {}", time_text(X509_get0_notAfter(pair.own.get()))),
                    "renew it; clients would refuse it");
  }
  if (X509_cmp_time(X509_get0_notBefore(pair.own.get()), &now) > 0) {
    return unusable(files.certificate,
                    fmt::format("it is not good yet: its time begins {}", time_text(X509_get0_notBefore(pair.own.get()))),
                    "is this machine's clock right?");
  }
  pair.context.reset(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX* const context = pair.context.get();
  bool good = context != nullptr && SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
              SSL_CTX_use_certificate(context, pair.own.get()) == 1 && SSL_CTX_use_PrivateKey(context, key.get()) == 1;
  while (good) {
    X509* const signer = PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr);
    if (signer == nullptr) {
      break;
    }
    good = SSL_CTX_add0_chain_cert(context, signer) == 1;
  }
  ERR_clear_error(); // the end of the file is one
  if (!good) {
    return unusable(
        files.certificate, "OpenSSL does not take it", "is its key one of RSA with 2048 bits, of P-256 or of Ed25519, or a longer one?");
  }
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS); // most connections are idle
  return pair;
}

} // namespace

struct TlsCertificate::State
{
  const Env& env;
  TlsFiles files;
  std::array<std::optional<base::FileStat>, 2> seen; ///< of certificate and key, when they were read last

  mutable std::mutex mutex; ///< of what follows
  TlsPair pair;

  std::array<std::optional<base::FileStat>, 2> stats() const
  {
    return {env.fs.stat(files.certificate).value_or(std::nullopt), env.fs.stat(files.key).value_or(std::nullopt)};
  }
};

TlsCertificate::TlsCertificate(std::unique_ptr<State> state) : m_state(std::move(state)) {}
TlsCertificate::~TlsCertificate() = default;

Result<std::unique_ptr<TlsCertificate>> TlsCertificate::open(const Env& env, TlsFiles files)
{
  std::unique_ptr<State> state(new State{.env = env, .files = std::move(files), .seen = {}, .mutex = {}, .pair = {}});
  state->seen = state->stats();
  CW_TRY_ASSIGN(state->pair, read_pair(env, state->files));
  return std::unique_ptr<TlsCertificate>(new TlsCertificate(std::move(state)));
}

std::shared_ptr<ssl_ctx_st> TlsCertificate::context() const
{
  const std::lock_guard guard(m_state->mutex);
  return m_state->pair.context;
}

void TlsCertificate::look()
{
  const auto now = m_state->stats();
  if (now == m_state->seen) {
    return;
  }
  m_state->seen = now;
  Result<TlsPair> pair = read_pair(m_state->env, m_state->files);
  if (!pair) {
    m_state->env.reporter.warning(std::move(pair).error().note("the certificate that was read before is used on"));
    return;
  }
  m_state->env.reporter.status("Renewed", fmt::format("the certificate in `{}`", m_state->files.certificate.native()));
  const std::lock_guard guard(m_state->mutex);
  m_state->pair = std::move(*pair);
}

bool TlsCertificate::is_for(const std::string& host) const
{
  const std::lock_guard guard(m_state->mutex);
  X509* const own = m_state->pair.own.get();
  return X509_check_host(own, host.data(), host.size(), 0, nullptr) == 1 || X509_check_ip_asc(own, host.c_str(), 0) == 1;
}

} // namespace cargo_wasm::registry_server
