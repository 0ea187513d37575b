// What a project says of its finished artifacts: how large they may be (docs/guide/sizes.md), and whether they carry the digest of their
// build record (docs/formats/build-record.md). Both in `[package.metadata.wasm]` or `[workspace.metadata.wasm]`.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/manifest/manifest.hpp>

namespace cargo_wasm::manifest {

enum class SizeKind : std::uint8_t { raw, gzip, brotli };

struct SizeLimit
{
  SizeKind kind = SizeKind::raw;
  std::uint64_t bytes = 0;
  std::string key;      ///< "size.gzip-max"
  base::TextSpan where; ///< the value
  bool operator==(const SizeLimit&) const = default;
};

struct ArtifactSettings
{
  std::vector<SizeLimit> limits; ///< raw, gzip, brotli; at most one of a kind
  bool provenance = true;
  bool operator==(const ArtifactSettings&) const = default;
};

/// The package's settings; what it does not say, the workspace does.
/// Errors: CW0890 no size, CW0891 an unknown key of `size`; CW0102 a value of another type.
/// Cost: nothing for manifests without these keys; else the file is read once more, for the places in messages.
[[nodiscard]] Result<ArtifactSettings>
read_artifact_settings(const base::ReadOnlyFilesystem& fs, const Manifest& package, const Manifest& workspace_root);

/// "40 KiB" in bytes: a number, with a fraction if there is a unit, and B, kB, KB, KiB, MB or MiB. nullopt: it is none of these, zero, or
/// more than 4 GiB, which no module can have.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

} // namespace cargo_wasm::manifest
