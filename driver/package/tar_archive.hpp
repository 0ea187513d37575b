// The archive: a tar of GNU headers as the crate `tar` writes it for cargo, byte for byte, in a gzip of ours that is the same for the same
// tar wherever it is made.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <cargo_wasm/base/error.hpp>

namespace cargo_wasm::package {

/// What a header says of its file. cargo leaves owner and device of what it makes itself empty.
enum class TarFile : std::uint8_t { generated, regular, executable };

class TarArchive
{
public:
  /// `path` with its directory ("serde-1.0.0/src/lib.rs").
  void add(std::string_view path, std::string_view content, TarFile kind);
  /// The two empty blocks at the end.
  [[nodiscard]] std::string finish() &&;

private:
  std::string m_bytes;
};

/// No name, no time; the best compression of zlib, in portions that do not depend on memory. Errors: CW1037.
[[nodiscard]] Result<std::string> to_gzip(std::string_view bytes);

} // namespace cargo_wasm::package
