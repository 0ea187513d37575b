// Components that stand beside crates' versions (registry_oci/static_layout.hpp), on their way in: sent first, whole, and made public by
// the publication that names them.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/registry_oci/static_layout.hpp>

namespace cargo_wasm::registry_server {

/// The parts of a body `u32 manifest u32 config u32 layer` (little-endian lengths), as views into it, which belong together.
/// Errors: CW1236.
[[nodiscard]] Result<registry_oci::ComponentParts> split_component(std::string_view body);

/// Components that were sent and are not published yet: DIR/private/components/HEX, whole requests.
class StagedComponents
{
public:
  StagedComponents(base::Filesystem& fs, base::Path directory) : m_fs(fs), m_directory(std::move(directory)) {}
  /// The digest of the manifest. Errors: CW1236; CW1238 too many wait already; those of writing.
  Result<base::Sha256> keep(std::string_view body);
  /// The request; nullopt: it was not sent, or too long ago.
  [[nodiscard]] Result<std::optional<std::string>> find(const base::Sha256& manifest) const;
  /// What is published, or was sent before `before_ns` (since 1970) and never published.
  Result<> remove(const base::Sha256& manifest);
  Result<> remove_older(std::int64_t before_ns);

private:
  [[nodiscard]] base::Path file_of(const base::Sha256& manifest) const { return m_directory / base::to_hex(manifest); }
  base::Filesystem& m_fs;
  base::Path m_directory;
};

} // namespace cargo_wasm::registry_server
