// A file that is written as bytes arrive, and hashed at the same time.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/http.hpp>

#include <cargo_wasm/remote/service.hpp>

namespace cargo_wasm::remote {

/// Takes the bytes that are said to be those of a digest; to a file, or into memory.
class BlobReceiver
{
public:
  explicit BlobReceiver(Digest wanted) : m_wanted(wanted) {}
  BlobReceiver(Digest wanted, Path file) : m_wanted(wanted), m_file(std::move(file)) {}
  ~BlobReceiver();
  BlobReceiver(const BlobReceiver&) = delete;
  BlobReceiver& operator=(const BlobReceiver&) = delete;

  /// From the start, after a broken attempt, too.
  [[nodiscard]] Result<> begin();
  /// Errors: CW1267 more bytes than there should be; CW1273.
  [[nodiscard]] Result<> write(std::span<const std::byte> bytes);
  [[nodiscard]] Result<> write(std::string_view bytes) { return write(std::as_bytes(std::span(bytes.data(), bytes.size()))); }
  /// All has come. Errors: CW1267 other bytes; CW1273.
  [[nodiscard]] Result<> finish();

  [[nodiscard]] std::uint64_t received_bytes() const { return m_received; }
  [[nodiscard]] const Digest& wanted() const { return m_wanted; }
  [[nodiscard]] std::string take() && { return std::move(m_memory); }

private:
  void close();

  Digest m_wanted;
  std::optional<Path> m_file;
  int m_descriptor = -1;
  std::string m_memory;
  std::uint64_t m_received = 0;
  std::optional<base::Sha256Hasher> m_hasher;
};

/// The bytes of a blob, and that they are still the digest's. Errors: CW1273.
[[nodiscard]] Result<std::string> load(const Blob& blob);

/// "SHA-256 `…`, 12 bytes", for messages.
[[nodiscard]] std::string shown(const Digest& digest);

} // namespace cargo_wasm::remote
