// SHA-256, the one digest of this program (REAPI actions, `.crate` checksums, file contents).
#pragma once
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::base {

struct Sha256
{
  std::array<std::uint8_t, 32> bytes{};
  auto operator<=>(const Sha256&) const = default;
};

[[nodiscard]] std::string to_hex(const Sha256& digest); ///< 64 lower-case digits
[[nodiscard]] std::optional<Sha256> parse_sha256(std::string_view hex);

/// A REAPI digest: hash and size of the same bytes.
struct Digest
{
  Sha256 hash;
  std::uint64_t size_bytes = 0;
  auto operator<=>(const Digest&) const = default;
};

class Sha256Hasher
{
public:
  Sha256Hasher();
  ~Sha256Hasher();
  Sha256Hasher(Sha256Hasher&&) noexcept;
  Sha256Hasher& operator=(Sha256Hasher&&) noexcept;
  void update(std::span<const std::byte> bytes);
  void update(std::string_view bytes);
  [[nodiscard]] Sha256 finish();

private:
  struct State;
  std::unique_ptr<State> m_state;
};

[[nodiscard]] Sha256 sha256(std::string_view bytes);
[[nodiscard]] Digest digest_of(std::string_view bytes);
/// Reads the real file in chunks. Errors: CW0001, CW0002. Cost: about 2.5 ns per byte without SHA extensions.
[[nodiscard]] Result<Digest> digest_file(const Path& path);

/// A fast 64-bit hash for names that only need to differ (metadata hashes, cache file names): the first eight
/// bytes of SHA-256 over length-prefixed fields, so that ("ab","c") and ("a","bc") differ.
class StableHasher
{
public:
  StableHasher& add(std::string_view field);
  StableHasher& add(std::uint64_t number);
  [[nodiscard]] std::uint64_t finish();
  [[nodiscard]] std::string finish_hex(); ///< 16 lower-case digits

private:
  Sha256Hasher m_hasher;
};

} // namespace cargo_wasm::base
