// OpenSSL's low-level SHA-256 on purpose: EVP fetches its algorithms from a provider, which costs most of a
// millisecond at first use, more than a whole no-op build may take. The functions are deprecated since
// OpenSSL 3.0 but part of its stable interface.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <cargo_wasm/base/digest.hpp>

#include "posix_error.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <vector>

namespace cargo_wasm::base {
namespace {

constexpr std::size_t k_chunk_bytes = 128 * 1024;

int hex_value(char c)
{
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  if (c >= 'A' && c <= 'F') {
    return c - 'A' + 10;
  }
  return -1;
}

std::string hex_of(std::span<const std::uint8_t> bytes)
{
  constexpr std::string_view k_digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    out += k_digits[byte >> 4U];
    out += k_digits[byte & 15U];
  }
  return out;
}

std::string little_endian(std::uint64_t number)
{
  std::string bytes;
  for (unsigned shift = 0; shift < 64; shift += 8) {
    bytes += static_cast<char>(static_cast<std::uint8_t>(number >> shift));
  }
  return bytes;
}

} // namespace

struct Sha256Hasher::State
{
  SHA256_CTX context;
};

Sha256Hasher::Sha256Hasher() : m_state(std::make_unique<State>())
{
  SHA256_Init(&m_state->context);
}
Sha256Hasher::~Sha256Hasher() = default;
Sha256Hasher::Sha256Hasher(Sha256Hasher&&) noexcept = default;
Sha256Hasher& Sha256Hasher::operator=(Sha256Hasher&&) noexcept = default;

void Sha256Hasher::update(std::span<const std::byte> bytes)
{
  SHA256_Update(&m_state->context, bytes.data(), bytes.size());
}

void Sha256Hasher::update(std::string_view bytes)
{
  SHA256_Update(&m_state->context, bytes.data(), bytes.size());
}

Sha256 Sha256Hasher::finish()
{
  Sha256 digest;
  SHA256_Final(digest.bytes.data(), &m_state->context);
  SHA256_Init(&m_state->context);
  return digest;
}

std::string to_hex(const Sha256& digest)
{
  return hex_of(digest.bytes);
}

std::optional<Sha256> parse_sha256(std::string_view hex)
{
  Sha256 digest;
  if (hex.size() != 2 * digest.bytes.size()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < digest.bytes.size(); ++i) {
    const int high = hex_value(hex[2 * i]);
    const int low = hex_value(hex[2 * i + 1]);
    if (high < 0 || low < 0) {
      return std::nullopt;
    }
    digest.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return digest;
}

Sha256 sha256(std::string_view bytes)
{
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, bytes.data(), bytes.size());
  Sha256 digest;
  SHA256_Final(digest.bytes.data(), &context);
  return digest;
}

Digest digest_of(std::string_view bytes)
{
  return {sha256(bytes), bytes.size()};
}

Result<Digest> digest_file(const Path& path)
{
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    return fail(read_error(path, errno));
  }
  SHA256_CTX context;
  SHA256_Init(&context);
  Digest digest;
  std::vector<char> buffer(k_chunk_bytes);
  while (true) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return fail(read_error(path, errno));
    }
    if (got == 0) {
      break;
    }
    SHA256_Update(&context, buffer.data(), static_cast<std::size_t>(got));
    digest.size_bytes += static_cast<std::uint64_t>(got);
  }
  SHA256_Final(digest.hash.bytes.data(), &context);
  return digest;
}

StableHasher& StableHasher::add(std::string_view field)
{
  m_hasher.update(little_endian(field.size()));
  m_hasher.update(field);
  return *this;
}

StableHasher& StableHasher::add(std::uint64_t number)
{
  return add(std::string_view(little_endian(number)));
}

std::uint64_t StableHasher::finish()
{
  const Sha256 digest = m_hasher.finish();
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    value = value << 8U | digest.bytes[i];
  }
  return value;
}

std::string StableHasher::finish_hex()
{
  return fmt::format("{:016x}", finish());
}

} // namespace cargo_wasm::base
