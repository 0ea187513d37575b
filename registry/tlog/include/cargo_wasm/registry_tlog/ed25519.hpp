// Ed25519 (RFC 8032) by OpenSSL: the one signature algorithm of registries.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include <cargo_wasm/base/error.hpp>

namespace cargo_wasm::registry_tlog {

struct Ed25519PublicKey
{
  std::array<std::uint8_t, 32> bytes{};
  bool operator==(const Ed25519PublicKey&) const = default;
};

struct Ed25519Signature
{
  std::array<std::uint8_t, 64> bytes{};
  bool operator==(const Ed25519Signature&) const = default;
};

/// False for a wrong signature and for a key that is no point of the curve. Cost: about 0.1 ms.
[[nodiscard]] bool verify(const Ed25519PublicKey& key, std::string_view message, const Ed25519Signature& signature);

/// A private key; its memory is wiped when it goes.
class Ed25519PrivateKey
{
public:
  using Seed = std::array<std::uint8_t, 32>;

  /// From the system's randomness.
  [[nodiscard]] static Ed25519PrivateKey generate();
  [[nodiscard]] static Ed25519PrivateKey from_seed(const Seed& seed);
  ~Ed25519PrivateKey();
  Ed25519PrivateKey(Ed25519PrivateKey&&) noexcept;
  Ed25519PrivateKey& operator=(Ed25519PrivateKey&&) noexcept;

  [[nodiscard]] Ed25519PublicKey public_key() const;
  /// For storing the key: whoever calls it wipes what it gets (`wipe`).
  [[nodiscard]] Seed seed() const;
  [[nodiscard]] Ed25519Signature sign(std::string_view message) const;

private:
  struct State;
  explicit Ed25519PrivateKey(std::unique_ptr<State> state);
  std::unique_ptr<State> m_state;
};

/// Overwrites a secret, in a way that the compiler does not leave out.
void wipe(void* bytes, std::size_t size);

} // namespace cargo_wasm::registry_tlog
