#include <cargo_wasm/registry_tlog/ed25519.hpp>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <stdexcept>

namespace cargo_wasm::registry_tlog {
namespace {

struct ContextDeleter
{
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, ContextDeleter>;

const unsigned char* message_octets(std::string_view message)
{
  return reinterpret_cast<const unsigned char*>(message.data());
}

// OpenSSL fails here only without memory or without randomness: nothing that a caller could answer.
void demand(bool held, const char* what)
{
  if (!held) {
    throw std::runtime_error(what);
  }
}

} // namespace

bool verify(const Ed25519PublicKey& key, std::string_view message, const Ed25519Signature& signature)
{
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> loaded(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.bytes.data(), key.bytes.size()), &EVP_PKEY_free);
  const Context context(EVP_MD_CTX_new());
  return loaded && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, loaded.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.bytes.data(), signature.bytes.size(), message_octets(message), message.size()) == 1;
}

struct Ed25519PrivateKey::State
{
  struct Deleter
  {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  std::unique_ptr<EVP_PKEY, Deleter> key;
};

Ed25519PrivateKey::Ed25519PrivateKey(std::unique_ptr<State> state) : m_state(std::move(state)) {}
Ed25519PrivateKey::~Ed25519PrivateKey() = default;
Ed25519PrivateKey::Ed25519PrivateKey(Ed25519PrivateKey&&) noexcept = default;
Ed25519PrivateKey& Ed25519PrivateKey::operator=(Ed25519PrivateKey&&) noexcept = default;

Ed25519PrivateKey Ed25519PrivateKey::generate()
{
  auto state = std::make_unique<State>(State{{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), {}}});
  demand(state->key != nullptr, "no Ed25519 key could be made");
  return Ed25519PrivateKey(std::move(state));
}

Ed25519PrivateKey Ed25519PrivateKey::from_seed(const Seed& seed)
{
  auto state = std::make_unique<State>(State{{EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()), {}}});
  demand(state->key != nullptr, "an Ed25519 key could not be loaded");
  return Ed25519PrivateKey(std::move(state));
}

Ed25519PublicKey Ed25519PrivateKey::public_key() const
{
  Ed25519PublicKey key;
  std::size_t size = key.bytes.size();
  demand(EVP_PKEY_get_raw_public_key(m_state->key.get(), key.bytes.data(), &size) == 1, "an Ed25519 key has no public half");
  return key;
}

Ed25519PrivateKey::Seed Ed25519PrivateKey::seed() const
{
  Seed seed;
  std::size_t size = seed.size();
  demand(EVP_PKEY_get_raw_private_key(m_state->key.get(), seed.data(), &size) == 1, "an Ed25519 key has no seed");
  return seed;
}

Ed25519Signature Ed25519PrivateKey::sign(std::string_view message) const
{
  const Context context(EVP_MD_CTX_new());
  Ed25519Signature signature;
  std::size_t size = signature.bytes.size();
  demand(context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, m_state->key.get()) == 1 &&
             EVP_DigestSign(context.get(), signature.bytes.data(), &size, message_octets(message), message.size()) == 1,
         "Ed25519 could not sign");
  return signature;
}

void wipe(void* bytes, std::size_t size)
{
  OPENSSL_cleanse(bytes, size);
}

} // namespace cargo_wasm::registry_tlog
