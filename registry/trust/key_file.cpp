#include <cargo_wasm/registry_trust/key_file.hpp>

#include <cargo_wasm/base/base64.hpp>
#include <cargo_wasm/base/text.hpp>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <memory>
#include <optional>
#include <stdexcept>

namespace cargo_wasm::registry_trust {
namespace {

constexpr std::string_view k_sealed = "cargo-wasm/sealed-key/v1";
// scrypt of RFC 7914: 128 * N * r = 32 MiB.
constexpr std::uint64_t k_cost = 32768, k_block = 8, k_parallel = 1, k_memory_limit = 64 * 1024 * 1024;
constexpr std::size_t k_salt_bytes = 16, k_nonce_bytes = 12, k_tag_bytes = 16, k_key_bytes = 32;

using SealKey = std::array<unsigned char, k_key_bytes>;

struct CipherDeleter
{
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, CipherDeleter>;

const unsigned char* octets(std::string_view text)
{
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* octets(std::string& text)
{
  return reinterpret_cast<unsigned char*>(text.data());
}

// OpenSSL fails here only without memory or without randomness.
void must(bool held)
{
  if (!held) {
    throw std::runtime_error("OpenSSL could not seal a key");
  }
}

std::string random_bytes(std::size_t count)
{
  std::string bytes(count, '\0');
  must(RAND_bytes(octets(bytes), static_cast<int>(count)) == 1);
  return bytes;
}

SealKey key_from(std::string_view passphrase, std::string_view salt)
{
  SealKey key{};
  must(EVP_PBE_scrypt(passphrase.data(),
                      passphrase.size(),
                      octets(salt),
                      salt.size(),
                      k_cost,
                      k_block,
                      k_parallel,
                      k_memory_limit,
                      key.data(),
                      key.size()) == 1);
  return key;
}

std::string encrypt(std::string_view secret, std::string_view head, const SealKey& key, std::string_view nonce)
{
  const Cipher cipher(EVP_CIPHER_CTX_new());
  std::string sealed(secret.size() + k_tag_bytes, '\0');
  int length = 0;
  must(cipher && EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), octets(nonce)) == 1 &&
       EVP_EncryptUpdate(cipher.get(), nullptr, &length, octets(head), static_cast<int>(head.size())) == 1 &&
       EVP_EncryptUpdate(cipher.get(), octets(sealed), &length, octets(secret), static_cast<int>(secret.size())) == 1 &&
       EVP_EncryptFinal_ex(cipher.get(), octets(sealed) + length, &length) == 1 &&
       EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(k_tag_bytes), octets(sealed) + secret.size()) == 1);
  return sealed;
}

// nullopt: another key has sealed it, or it was changed.
std::optional<std::string> decrypt(std::string sealed, std::string_view head, const SealKey& key, std::string_view nonce)
{
  const Cipher cipher(EVP_CIPHER_CTX_new());
  const std::size_t size = sealed.size() - k_tag_bytes;
  std::string secret(size, '\0');
  int length = 0;
  const bool opened = cipher && EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), octets(nonce)) == 1 &&
                      EVP_DecryptUpdate(cipher.get(), nullptr, &length, octets(head), static_cast<int>(head.size())) == 1 &&
                      EVP_DecryptUpdate(cipher.get(), octets(secret), &length, octets(sealed), static_cast<int>(size)) == 1 &&
                      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(k_tag_bytes), octets(sealed) + size) == 1 &&
                      EVP_DecryptFinal_ex(cipher.get(), octets(secret) + length, &length) == 1;
  return opened ? std::optional(std::move(secret)) : std::nullopt;
}

tl::unexpected<Error> not_opened(std::string why)
{
  return fail(Error("CW1029", "the signing key cannot be opened", Blame::user).note(std::move(why)));
}

} // namespace

std::string sealed_key_text(const registry_tlog::SignerKey& key, std::string_view passphrase)
{
  const std::string salt = random_bytes(k_salt_bytes), nonce = random_bytes(k_nonce_bytes);
  const std::string head = fmt::format("{}\nkey {}\nscrypt {} {} {} {}\naes-256-gcm {}\n",
                                       k_sealed,
                                       to_text(key.verifier),
                                       k_cost,
                                       k_block,
                                       k_parallel,
                                       base::to_base64(salt),
                                       base::to_base64(nonce));
  SealKey seal = key_from(passphrase, salt);
  std::string secret = to_secret_text(key);
  std::string text = head + base::to_base64(encrypt(secret, head, seal, nonce)) + "\n";
  registry_tlog::wipe(secret.data(), secret.size());
  registry_tlog::wipe(seal.data(), seal.size());
  return text;
}

Result<registry_tlog::SignerKey> open_key_text(std::string_view text, const Passphrase& passphrase)
{
  if (!text.starts_with(k_sealed)) {
    return registry_tlog::parse_signer_key(base::trim(text));
  }
  const std::vector<std::string_view> lines = base::split(text, '\n');
  const std::string scrypt = fmt::format("scrypt {} {} {} ", k_cost, k_block, k_parallel);
  constexpr std::string_view k_cipher = "aes-256-gcm ";
  const bool whole = lines.size() == 6 && lines[2].starts_with(scrypt) && lines[3].starts_with(k_cipher) && lines[5].empty();
  const auto salt = whole ? base::parse_base64(lines[2].substr(scrypt.size())) : std::nullopt;
  const auto nonce = whole ? base::parse_base64(lines[3].substr(k_cipher.size())) : std::nullopt;
  const auto sealed = whole ? base::parse_base64(lines[4]) : std::nullopt;
  if (!salt || !nonce || !sealed || nonce->size() != k_nonce_bytes || sealed->size() <= k_tag_bytes) {
    return not_opened("its file is damaged");
  }
  CW_TRY_ASSIGN(std::string words, passphrase());
  SealKey seal = key_from(words, *salt);
  registry_tlog::wipe(words.data(), words.size());
  const std::string_view head = text.substr(0, text.size() - lines[4].size() - 1);
  std::optional<std::string> secret = decrypt(*sealed, head, seal, *nonce);
  registry_tlog::wipe(seal.data(), seal.size());
  if (!secret) {
    return not_opened("this is not its passphrase, or its file was changed");
  }
  auto key = registry_tlog::parse_signer_key(*secret);
  registry_tlog::wipe(secret->data(), secret->size());
  return key;
}

} // namespace cargo_wasm::registry_trust
